"""The shape in which the demo's engagements, questionnaires and outcomes are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: English, Welsh, Arabic.
Texts = tuple[str, str, str]
TAGS = ("en", "cy", "ar")


@dataclass(frozen=True)
class Asked:
    """A question: its type, texts by part, and its options. `key` names it where answers are made up."""

    key: str
    type: str
    text: Texts
    hint: Texts | None = None
    options: tuple[Texts, ...] = ()
    #: Whether the last option excludes the others, as “None of these” does.
    last_is_exclusive: bool = False
    ends: tuple[Texts, Texts] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False
    dont_know: bool = False
    prefer_not: bool = False


@dataclass(frozen=True)
class Part:
    """A section of a questionnaire."""

    title: Texts
    introduction: Texts
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Topic:
    """An engagement with its questionnaire."""

    words: Mapping[str, Texts]
    subjects: tuple[str, ...]
    contact_name: str
    survey_name: str
    title: Texts
    thanks: Texts
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Came:
    """An outcome. `said` names the figure of the answers that it rests on."""

    answer: str
    heard: Texts
    response: Texts
    why: Texts | None = None
    said: str = ""
    evidence: str = ""
    subjects: tuple[str, ...] = ()
    #: Days from today by which a promise is to be kept.
    do_by: int | None = None
