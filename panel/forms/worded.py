"""Forms with words in every language: English first and needed, the others where somebody has translated them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask_babel import gettext, lazy_gettext
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from core.forms import Answered, Form, strip
from i18n import languages


@dataclass(frozen=True)
class Part:
    """One text: what it is called (marked with N_), how long it may be, and whether it must be there in English."""

    label: str
    limit: int
    needed: str = ""
    long: bool = False
    hint: str = ""


def with_words(base: type[Form], parts: Mapping[str, Part]) -> type[Form]:
    """Return `base` with a field for each part in each language, called `<part>_<tag>`."""
    fields: dict[str, Any] = {}
    for tag in languages.TAGS:
        for key, part in parts.items():
            fields[field_name(key, tag)] = _field(part, tag)
    return cast("type[Form]", type(base.__name__, (base,), fields))


def field_name(part: str, tag: str) -> str:
    """Return what the field of a part in a language is called."""
    return f"{part}_{tag.replace('-', '_').lower()}"


def _field(part: Part, tag: str) -> Any:
    checks: list[Any] = [
        Length(max=part.limit, message=lazy_gettext("Use at most %(limit)s characters.", limit=part.limit))
    ]
    if part.needed and tag == languages.SOURCE.tag:
        checks.insert(0, Answered(lazy_gettext(part.needed)))
    kind = TextAreaField if part.long else StringField
    hint = lazy_gettext(part.hint) if part.hint and tag == languages.SOURCE.tag else ""
    return kind(lazy_gettext(part.label), checks, filters=[strip], description=hint)


def fill(form: Form, words: Mapping[str, Any], parts: Mapping[str, Part]) -> None:
    """Put what is kept into a form that is shown for the first time."""
    for tag in languages.TAGS:
        for key in parts:
            form[field_name(key, tag)].data = (words.get(tag) or {}).get(key, "")


def told(form: Form, parts: Mapping[str, Part]) -> dict[str, dict[str, str]]:
    """Return {language: {part: text}} of what was filled in; a language without any is left out."""
    found: dict[str, dict[str, str]] = {}
    for tag in languages.TAGS:
        texts = {key: form[field_name(key, tag)].data or "" for key in parts}
        if any(texts.values()):
            found[tag] = {key: text for key, text in texts.items() if text}
    return found


def by_language(form: Form, parts: Mapping[str, Part]) -> list[dict[str, Any]]:
    """Return for each language its name and its fields, for the template."""
    return [
        {
            "tag": language.tag,
            "direction": language.direction,
            "name": gettext(language.english_name),
            "fields": [(form[field_name(key, language.tag)], part.long) for key, part in parts.items()],
        }
        for language in languages.LANGUAGES
    ]
