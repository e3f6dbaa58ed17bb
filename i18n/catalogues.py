"""The catalogues of words: taken from the code and the templates, brought up to date, compiled, and counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.plural import to_gettext

from core import clock
from i18n import audience, languages
from i18n.languages import Language

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "i18n" / "locales"
DOMAIN = "messages"

#: Written into every catalogue that no native speaker has read yet; it is taken out by the person who has.
DRAFT = "draft, needs review"

_FOLDERS = ("core", "i18n", "mail", "accounts", "panel", "engagements", "surveys", "expenses", "feedback", "demo")
_KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
# silent=false: a template that does not parse stops the extraction instead of losing its words.
_TEMPLATES = {"extensions": "jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}

_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<!%)%[sd]")
_TAG = re.compile(r"</?\w+[^>]*>")


def source_languages() -> list[Language]:
    """Return the languages that need a catalogue: all but the one the texts are written in."""
    return [language for language in languages.LANGUAGES if language is not languages.SOURCE]


def path_of(language: Language, folder: Path = LOCALES) -> Path:
    """Return where the catalogue of `language` is kept."""
    return folder / language.tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def extract() -> Catalog:
    """Return every text of the code and the templates that passes through gettext, with the files it stands in."""
    catalog = Catalog(project="Citizens' panel", charset="utf-8")
    for path, message, comments, context in _found():
        catalog.add(message, None, [(path, 0)], auto_comments=comments, context=context)
    return catalog


def _found() -> Iterator[tuple[str, str | tuple[str, ...], list[str], str | None]]:
    sources: list[tuple[str, list[tuple[str, str]], dict[str, Any]]] = [
        (folder, [("**.py", "python")], {}) for folder in _FOLDERS
    ]
    sources.append(("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")], {"**": _TEMPLATES}))
    for folder, methods, options in sources:
        if (ROOT / folder).is_dir():
            for name, _line, message, comments, context in extract_from_dir(
                ROOT / folder, methods, options, _KEYWORDS, ("Translators:",)
            ):
                yield f"{folder}/{name}", message, comments, context


def read(language: Language, folder: Path = LOCALES) -> Catalog:
    """Return the catalogue of `language` as it is kept, or an empty one."""
    path = path_of(language, folder)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language.locale, domain=DOMAIN)


def _empty(language: Language) -> Catalog:
    header = (
        f"# {language.english_name} words of the platform: {DRAFT}.\n"
        "# Take the line above out once a native speaker has read them all.\n#"
    )
    catalog = Catalog(
        locale=Locale.parse(language.locale),
        domain=DOMAIN,
        project="Citizens' panel",
        version="1",
        msgid_bugs_address="see CONTACT_EMAIL",
        last_translator="none yet",
        language_team=language.english_name,
        header_comment=header,
        fuzzy=False,
    )
    # From CLDR, as everything else: Babel's own table gives Welsh five forms and lists the Arabic ones out of order.
    catalog.mime_headers = [("Plural-Forms", to_gettext(Locale.parse(language.locale).plural_form))]
    return catalog


def write(catalog: Catalog, path: Path) -> None:
    """Write `catalog` in an order and a form that change only where words do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pofile.write_po(file, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)


def update(folder: Path = LOCALES) -> list[Path]:
    """Bring every catalogue up to date with the texts; a text that is gone is kept as obsolete."""
    template = extract()
    paths = []
    for language in source_languages():
        catalog = read(language, folder)
        header, created, before = catalog.header_comment, catalog.creation_date, _texts(catalog)
        # Guesses look like translations and are read by people as such: none is made.
        catalog.update(template, no_fuzzy_matching=True)
        catalog.header_comment, catalog.creation_date = header, created
        if _texts(catalog) != before:
            catalog.revision_date = clock.now()
        path = path_of(language, folder)
        write(catalog, path)
        paths.append(path)
    return paths


def _texts(catalog: Catalog) -> set[tuple[Any, Any]]:
    """Return what the catalogue is to translate, with what it is used for."""
    return {(message.id, message.context) for message in catalog if message.id}


def compile_all(folder: Path = LOCALES) -> list[Path]:
    """Compile every catalogue whose compiled form is missing or older, and return those that were."""
    compiled = []
    for language in source_languages():
        source = path_of(language, folder)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            mofile.write_mo(file, read(language, folder))
        partial.replace(target)  # a server that starts at this moment reads the old one or the new one, whole
        compiled.append(target)
    return compiled


@dataclass(frozen=True)
class State:
    """How far the catalogue of one language is."""

    language: Language
    texts: int
    missing_public: list[Message]
    missing_staff: list[Message]
    draft: bool


def state(language: Language, folder: Path = LOCALES) -> State:
    """Return how far the catalogue of `language` is, measured against the texts as they are now."""
    catalog = read(language, folder)
    template = [message for message in extract() if message.id]
    missing = [message for message in template if not _is_translated(catalog, message)]
    for_whom: dict[bool, list[Message]] = {True: [], False: []}
    for message in missing:
        for_whom[is_public(message)].append(message)
    return State(
        language=language,
        texts=len(template),
        missing_public=for_whom[True],
        missing_staff=for_whom[False],
        draft=DRAFT in catalog.header_comment,
    )


def is_public(message: Message) -> bool:
    """Return whether a member of the public can meet this text."""
    return any(audience.is_public(path) for path, _line in message.locations)


def _is_translated(catalog: Catalog, wanted: Message) -> bool:
    message = catalog.get(_key(wanted), wanted.context)
    if message is None or message.fuzzy:
        return False
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(texts) and (not wanted.pluralizable or len(texts) == catalog.num_plurals)


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def faults(message: Message) -> list[str]:
    """Return what a translation breaks: placeholders and tags must be those of the text, each as often.

    A plural form may leave a number out, because "one answer" says it in words.
    """
    sources = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    targets = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    wanted, found = sources[-1], []
    for text in filter(None, targets):
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(wanted)):
            found.append(f"tags differ: {wanted!r} / {text!r}")
        named, used = set(_PLACEHOLDER.findall(wanted)), set(_PLACEHOLDER.findall(text))
        if used - named or (not message.pluralizable and named - used):
            found.append(f"placeholders differ: {wanted!r} / {text!r}")
    return found
