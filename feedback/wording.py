"""The words of an outcome in each language: what is there, what is missing, what is older than its source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import N_
from feedback.models import Answer, Outcome
from i18n.languages import SOURCE

#: Part -> its name for staff.
PARTS: dict[str, str] = {
    "heard": N_("What we heard"),
    "response": N_("What we say to it"),
    "why": N_("Why"),
}

#: How each answer is named to the public and to staff.
ANSWERS: dict[str, str] = {
    Answer.DID: N_("We did this"),
    Answer.WILL_DO: N_("We will do this"),
    Answer.WILL_NOT_DO: N_("We will not do this"),
}

#: Longest text of each part; a public page says one thing, shortly.
LIMITS: dict[str, int] = {"heard": 600, "response": 1200, "why": 1200}

_SOURCE_HASH = "of"


@dataclass(frozen=True)
class Shown:
    """A text as somebody reads it; `language` is another than asked for when it is not yet translated."""

    text: str
    language: str


def needed_parts(answer: str, words: dict[str, Any]) -> list[str]:
    """Return the parts an outcome needs: a no always says why; a yes may."""
    parts = ["heard", "response"]
    if answer == Answer.WILL_NOT_DO or words.get(SOURCE.tag, {}).get("why"):
        parts.append("why")
    return parts


def source_parts(words: Mapping[str, Any]) -> list[str]:
    """Return the parts the source has a text for: what there is to translate."""
    return [part for part in PARTS if words.get(SOURCE.tag, {}).get(part)]


def source_hash(words: Mapping[str, Any]) -> str:
    """Return the fingerprint of the source texts, kept with each translation made from them."""
    source = words.get(SOURCE.tag, {})
    return hashlib.sha256("\0".join(source.get(part, "") for part in PARTS).encode()).hexdigest()[:16]


def missing(outcome: Outcome, tag: str) -> list[str]:
    """Return the needed parts that have no text in the language `tag`."""
    texts = outcome.words.get(tag, {})
    return [part for part in needed_parts(outcome.answer, outcome.words) if not texts.get(part)]


def is_stale(outcome: Outcome, tag: str) -> bool:
    """Return whether the translation into `tag` was made from another source text than the present one."""
    texts = outcome.words.get(tag, {})
    return bool(texts) and tag != SOURCE.tag and texts.get(_SOURCE_HASH) != source_hash(outcome.words)


def is_complete(outcome: Outcome, tag: str) -> bool:
    """Return whether somebody reading `tag` gets everything in it, made from the present source."""
    return not missing(outcome, tag) and not is_stale(outcome, tag)


def lacking(outcome: Outcome, tags: Iterable[str]) -> list[str]:
    """Return those of `tags` in which the outcome is not complete."""
    return [tag for tag in tags if not is_complete(outcome, tag)]


def with_texts(words: dict[str, Any], tag: str, texts: Mapping[str, str], seen: str = "") -> dict[str, Any]:
    """Return `words` with the texts of one language replaced; no other language's text is ever dropped.

    `seen` is the fingerprint of the source the translator saw; without it the present one is meant.
    """
    kept = {part: texts[part] for part in PARTS if texts.get(part)}
    changed = {**words, tag: kept}
    if tag != SOURCE.tag:
        changed[tag][_SOURCE_HASH] = seen or source_hash(words)
    return changed


def shown(outcome: Outcome, tag: str) -> dict[str, Shown]:
    """Return every part the source has a text for, in `tag`, or in the source language when it is not there.

    All parts come in one language: half a translation reads worse than none. What was taken out of the source is said
    in no language, although its translations are kept.
    """
    chosen = tag if not missing(outcome, tag) else SOURCE.tag
    texts = outcome.words.get(chosen, {})
    return {part: Shown(texts[part], chosen) for part in source_parts(outcome.words) if texts.get(part)}
