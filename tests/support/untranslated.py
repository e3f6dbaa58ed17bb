"""Finds words on a page that did not come through gettext, by reading it in the made-up language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import sqlalchemy as sa
from babel import Locale

from core import config
from core.database import db
from i18n import languages, pseudo

_SAID = ("aria-label", "alt", "placeholder", "title", "data-count-left", "data-count-over")
_SILENT = {"script", "style", "svg", "template"}
#: A key of our own, which must not be shown to anybody: `age_band`, `fieldwork.opened`, `done`.
_KEY = re.compile(r"[a-z][a-z0-9_.:*/-]*")
_TRANSLATED = re.compile("⟦[^⟦⟧]*⟧")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|/[\w/.{}-]+")


class Data:
    """What people typed, in the database and the settings: it is shown as it is and never translated."""

    def __init__(self, *more: str) -> None:
        lines: set[str] = set()
        for text in (*_database_texts(), *_setting_texts(), *_format_texts(), *more):
            lines.update(filter(None, (_squeezed(line) for line in [text, *text.splitlines()])))
        self._known = {line for line in lines if not _KEY.fullmatch(line)}
        self._phrases = sorted((line for line in self._known if " " in line), key=len, reverse=True)

    def explains(self, text: str) -> bool:
        """Return whether `text` is data, or made of nothing but data, numbers and signs."""
        for phrase in self._phrases:
            if phrase in text:
                text = text.replace(phrase, " ")
        words = re.split(r"[\s,;:()–—•·|/\u2068\u2069“”]+", _ADDRESS.sub(" ", text))
        return all(self._is_data(word.strip(".…'*%")) for word in words)

    def _is_data(self, word: str) -> bool:
        return word in self._known or not any(c.isalpha() for c in word)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _database_texts() -> Iterator[str]:
    for table in db.metadata.sorted_tables:
        columns = [c for c in table.columns if isinstance(c.type, (sa.String, sa.JSON)) or "JSON" in repr(c.type)]
        if columns:
            for row in db.session.execute(sa.select(*columns).distinct().limit(5000)):
                for value in row:
                    yield from _texts_in(value)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts_in(inner)


def _setting_texts() -> Iterable[str]:
    return [str(value) for value in config.settings().values.values() if isinstance(value, str)]


def _format_texts() -> Iterator[str]:
    """What Babel formats come out as, and the languages' own names."""
    locale = Locale.parse(pseudo.LANGUAGE.locale)
    for width in ("wide", "abbreviated"):
        yield from locale.months["format"][width].values()
        yield from locale.days["format"][width].values()
    for language in languages.LANGUAGES:
        yield language.name


def found_on(root: Element, data: Data) -> list[str]:
    """Return the words of a parsed page that a person meets and that nobody has translated."""
    return [text for text in _shown(root) if not data.explains(_squeezed(_without_translated(text)))]


def _without_translated(text: str) -> str:
    while (shorter := _TRANSLATED.sub(" ", text)) != text:
        text = shorter
    return text


def _shown(element: Element) -> Iterator[str]:
    """Yield what is seen or read out, block by block, so that a sentence with a link in it stays whole."""
    # translate="no" is HTML's own mark for what is not language: codes, keys, names of files.
    if not isinstance(element.tag, str) or element.tag in _SILENT or element.get("translate") == "no":
        return
    # A field with a language of its own holds somebody's words.
    if element.get("lang") not in (None, pseudo.LANGUAGE.tag):
        return
    for name in _SAID:
        if element.get(name):
            yield element.get(name, "")
    if element.tag == "input" and element.get("type") in {"submit", "button"}:
        yield element.get("value", "")
    if element.tag == "textarea":
        return
    has_words = any(text and text.strip() for text in (element.text, *(child.tail for child in element)))
    if has_words:
        yield _whole(element)
    for child in element:
        if has_words and _is_inline(child):
            yield from _attributes_in(child)
        else:
            yield from _shown(child)


def _attributes_in(element: Element) -> Iterator[str]:
    for inner in element.iter():
        yield from (inner.get(name, "") for name in _SAID if inner.get(name))


_INLINE = {"a", "b", "strong", "em", "span", "bdi", "i", "abbr", "code", "br", "small"}


def _whole(element: Element) -> str:
    """Return the element's own words with those of inline elements in it, where a bracket may open and close."""
    parts = [element.text or ""]
    for child in element:
        parts.append(_whole(child) if _is_inline(child) else " ")
        parts.append(child.tail or "")
    return "".join(parts)


def _is_inline(element: Element) -> bool:
    return element.tag in _INLINE and element.get("translate") != "no" and element.get("lang") is None
