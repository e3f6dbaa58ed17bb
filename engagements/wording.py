"""The words of an engagement in each language: which parts there are, what is missing, what is out of date."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import N_
from engagements.models import Engagement
from i18n import languages


@dataclass(frozen=True)
class Part:
    """One piece of text about an engagement."""

    key: str
    label: str
    hint: str = ""
    #: A survey about the engagement cannot be opened without it.
    needed: bool = True
    limit: int = 2000


_PARTS = (
    Part("title", N_("Title"), N_("A few words that say what this is about."), limit=150),
    Part("purpose", N_("What this is for"), N_("Why are you asking people, and why now?")),
    Part(
        "what_is_known",
        N_("What we already know"),
        N_("What people have told you before, and what figures show. Look before asking again."),
    ),
    Part("decision", N_("The decision this will inform"), N_("What will be decided with what people say?")),
    Part("decision_how", N_("How it will be decided"), N_("Who decides, where, and what else they look at.")),
    Part("decision_when", N_("When it will be decided"), N_("For example: at the board meeting in March."), limit=500),
    Part("options", N_("The options"), N_("What could happen, including things staying as they are.")),
    Part("reasons", N_("The reasons"), N_("Why these options, and what speaks for and against each.")),
    Part(
        "use_of_answers",
        N_("What happens with the answers"),
        N_("Who reads them, what comes of them, and where people will see the outcome."),
    ),
)
#: By key, in the order people read them.
PARTS: dict[str, Part] = {part.key: part for part in _PARTS}


class EngagementWords(dict[str, str]):
    """{part: text} in one language; what is missing in it is in the source language."""

    def __init__(self, tag: str, own: dict[str, str], source: dict[str, str]) -> None:
        super().__init__({key: own.get(key) or source.get(key) or "" for key in PARTS})
        self.tag = tag
        self._own = own

    def language_of(self, part: str) -> languages.Language:
        """Return the language a part is in, for `lang` and `dir`."""
        return languages.get(self.tag) if self._own.get(part) else languages.SOURCE


class Worded(Protocol):
    """An engagement, or what was read of one."""

    @property
    def words(self) -> Mapping[str, dict[str, str]]: ...


def words_in(engagement: Worded, tag: str) -> EngagementWords:
    """Return all parts in language `tag`; "" where even the source language has nothing."""
    return EngagementWords(tag, engagement.words.get(tag, {}), engagement.words.get(languages.SOURCE.tag, {}))


def title_of(engagement: Engagement, tag: str = languages.SOURCE.tag) -> str:
    """Return the title in language `tag`."""
    return words_in(engagement, tag)["title"]


def missing_needed(engagement: Engagement) -> list[Part]:
    """Return the parts that a survey needs and that nobody has written in the source language."""
    source = engagement.words.get(languages.SOURCE.tag, {})
    return [part for part in PARTS.values() if part.needed and not source.get(part.key)]


def source_hash(text: str) -> str:
    """Return what a translation remembers of the text it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Progress:
    """How far a translation is."""

    total: int
    done: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return self.done == self.total


def progress(engagement: Engagement, tag: str) -> Progress:
    """Return how far the translation into `tag` is, counting the parts the source language has."""
    source: dict[str, str] = engagement.words.get(languages.SOURCE.tag, {})
    own: dict[str, str] = engagement.words.get(tag, {})
    written = [key for key in PARTS if source.get(key)]
    missing = tuple(key for key in written if not own.get(key))
    stale = tuple(key for key in written if own.get(key) and is_stale(engagement, tag, key))
    return Progress(len(written), len(written) - len(missing) - len(stale), missing, stale)


def is_stale(engagement: Engagement, tag: str, part: str) -> bool:
    """Return whether the source text of a part has changed since it was translated into `tag`."""
    if tag == languages.SOURCE.tag:
        return False
    hashes: dict[str, Any] = (engagement.word_sources or {}).get(tag, {})
    source = engagement.words.get(languages.SOURCE.tag, {}).get(part, "")
    return hashes.get(part) != source_hash(source)
