"""The questionnaire as a document: sections and questions without any wording, immutable, to and from JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core import ids

#: How many questions stand on a page: one, or a section's.
PAGINGS = ("question", "section")
#: The item under which the wording of the survey as a whole is kept.
SURVEY_ITEM = "survey"


@dataclass(frozen=True)
class Option:
    """A choice. `exclusive`: no other may be chosen with it, as with “None of these”."""

    value: str
    exclusive: bool = False


@dataclass(frozen=True)
class Question:
    """One question. `settings` are those its type declares; see surveys.types."""

    id: str
    type: str
    required: bool = False
    options: tuple[Option, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    #: Offers “I do not know”.
    dont_know: bool = False
    #: Offers “Prefer not to say”.
    prefer_not: bool = False

    @property
    def specials(self) -> tuple[str, ...]:
        """The special answers offered, in the order they are shown."""
        return ("dont_know",) * self.dont_know + ("prefer_not",) * self.prefer_not

    def option(self, value: str) -> Option | None:
        """Return the option with `value`, or None."""
        return next((o for o in self.options if o.value == value), None)


@dataclass(frozen=True)
class Section:
    """A group of questions under one heading."""

    id: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Removed:
    """Something taken out of a draft, and where it stood, so that it can be put back with all its wording."""

    #: `section`, `question` or `option`.
    kind: str
    #: Its id; for an option its value.
    id: str
    #: The section of a question, the question of an option, "" for a section.
    parent: str
    position: int
    content: Section | Question | Option


@dataclass(frozen=True)
class Document:
    """A questionnaire. Only a draft has `removed`."""

    sections: tuple[Section, ...] = ()
    paging: str = "question"
    removed: tuple[Removed, ...] = ()

    @property
    def questions(self) -> Iterator[Question]:
        """Every question in order."""
        return (q for s in self.sections for q in s.questions)

    def find_question(self, question_id: str) -> Question | None:
        """Return the question with `question_id`, or None."""
        return next((q for q in self.questions if q.id == question_id), None)

    def find_section(self, section_id: str) -> Section | None:
        """Return the section with `section_id`, or None."""
        return next((s for s in self.sections if s.id == section_id), None)

    def section_of(self, question_id: str) -> Section | None:
        """Return the section that holds the question, or None."""
        return next((s for s in self.sections if any(q.id == question_id for q in s.questions)), None)


def new_question_id() -> str:
    """Return a fresh id for a question; it is also the id and the name of its first control."""
    return "q" + ids.random_id()[:8]


def new_section_id() -> str:
    """Return a fresh id for a section."""
    return "s" + ids.random_id()[:8]


def to_json(document: Document) -> dict[str, Any]:
    """Return `document` as plain JSON values."""
    data: dict[str, Any] = {
        "paging": document.paging,
        "sections": [_section_to_json(s) for s in document.sections],
    }
    if document.removed:
        data["removed"] = [
            {"kind": r.kind, "parent": r.parent, "position": r.position, "content": _content_to_json(r.content)}
            for r in document.removed
        ]
    return data


def from_json(data: Mapping[str, Any]) -> Document:
    """Return the document of `data`; raises KeyError, TypeError or ValueError when it has another shape."""
    if data["paging"] not in PAGINGS:
        raise ValueError("paging")
    return Document(
        sections=tuple(_section(s) for s in data["sections"]),
        paging=data["paging"],
        removed=tuple(_removed(r) for r in data.get("removed", ())),
    )


def _section_to_json(section: Section) -> dict[str, Any]:
    return {"id": section.id, "questions": [question_to_json(q) for q in section.questions]}


def question_to_json(question: Question) -> dict[str, Any]:
    """Return `question` as plain JSON values."""
    return {
        "id": question.id,
        "type": question.type,
        "required": question.required,
        "options": [_option_to_json(o) for o in question.options],
        "settings": dict(question.settings),
        "dont_know": question.dont_know,
        "prefer_not": question.prefer_not,
    }


def _option_to_json(option: Option) -> dict[str, Any]:
    return {"value": option.value, "exclusive": option.exclusive}


def _content_to_json(content: Section | Question | Option) -> dict[str, Any]:
    if isinstance(content, Section):
        return _section_to_json(content)
    return question_to_json(content) if isinstance(content, Question) else _option_to_json(content)


def _section(data: Mapping[str, Any]) -> Section:
    return Section(id=str(data["id"]), questions=tuple(_question(q) for q in data["questions"]))


def _question(data: Mapping[str, Any]) -> Question:
    return Question(
        id=str(data["id"]),
        type=str(data["type"]),
        required=bool(data.get("required", False)),
        options=tuple(_option(o) for o in data.get("options", ())),
        settings=MappingProxyType(dict(data.get("settings", {}))),
        dont_know=bool(data.get("dont_know", False)),
        prefer_not=bool(data.get("prefer_not", False)),
    )


def _option(data: Mapping[str, Any]) -> Option:
    return Option(value=str(data["value"]), exclusive=bool(data.get("exclusive", False)))


_CONTENT: dict[str, Callable[[Mapping[str, Any]], Section | Question | Option]] = {
    "section": _section,
    "question": _question,
    "option": _option,
}


def _removed(data: Mapping[str, Any]) -> Removed:
    content = _CONTENT[data["kind"]](data["content"])
    return Removed(
        kind=data["kind"],
        id=content.value if isinstance(content, Option) else content.id,
        parent=data["parent"],
        position=int(data["position"]),
        content=content,
    )
