"""The languages of the platform. To add one: a line here, and its `messages.po` (docs/languages.md)."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import N_


@dataclass(frozen=True)
class Language:
    """One language a page, a message or a survey can be in."""

    #: BCP 47 tag, as in `lang=`, `Content-Language` and the database.
    tag: str
    #: What Babel formats with. Bare `en` would give American dates.
    locale: str
    #: Its name in its own script.
    name: str
    #: Its name for staff who do not read it, in English (translated through gettext where shown).
    english_name: str
    direction: str = "ltr"


LANGUAGES: tuple[Language, ...] = (
    Language("en", "en_GB", "English", N_("English")),
    Language("cy", "cy_GB", "Cymraeg", N_("Welsh")),
    Language("ar", "ar", "العربية", N_("Arabic"), "rtl"),
)

#: The language texts are written in, and the one used when nothing better is known.
SOURCE = LANGUAGES[0]
BY_TAG: dict[str, Language] = {language.tag: language for language in LANGUAGES}
TAGS: tuple[str, ...] = tuple(BY_TAG)


def get(tag: str | None) -> Language:
    """Return the language of `tag`, or the source language when it is not one of ours."""
    return BY_TAG.get(tag or "", SOURCE)
