"""Changes to a draft as pure functions from document to document. Nothing taken out is lost: it moves to `removed`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from core.errors import N_, DomainError
from surveys.document import Document, Option, Question, Removed, Section

T = TypeVar("T")


class GoneError(DomainError):
    words = N_("That is not in the survey any more.")


class LastSectionError(DomainError):
    words = N_("A survey needs at least one section. Add another before you take this one out.")


def section(document: Document, section_id: str) -> Section:
    """Return the section; raises GoneError."""
    found = document.find_section(section_id)
    if found is None:
        raise GoneError
    return found


def question(document: Document, question_id: str) -> Question:
    """Return the question; raises GoneError."""
    found = document.find_question(question_id)
    if found is None:
        raise GoneError
    return found


def add_section(document: Document, new: Section) -> Document:
    """Append a section."""
    return replace(document, sections=(*document.sections, new))


def move_section(document: Document, section_id: str, step: int) -> Document:
    """Move a section by `step` places (-1 up, 1 down), as far as it goes."""
    here = document.sections.index(section(document, section_id))
    return replace(document, sections=_moved(document.sections, here, step))


def remove_section(document: Document, section_id: str) -> Document:
    """Take out a section with its questions; raises LastSectionError."""
    gone = section(document, section_id)
    if len(document.sections) == 1:
        raise LastSectionError
    position = document.sections.index(gone)
    removed = Removed("section", gone.id, "", position, gone)
    kept = tuple(s for s in document.sections if s is not gone)
    return replace(document, sections=kept, removed=(*document.removed, removed))


def add_question(document: Document, section_id: str, new: Question) -> Document:
    """Append a question to a section."""
    here = section(document, section_id)
    return _with_questions(document, here.id, (*here.questions, new))


def replace_question(document: Document, changed: Question) -> Document:
    """Put `changed` where the question with its id stands."""
    question(document, changed.id)
    return _each_section(document, lambda qs: tuple(changed if q.id == changed.id else q for q in qs))


def move_question(document: Document, question_id: str, step: int) -> Document:
    """Move a question by one place; at the edge of its section it goes into the neighbouring one."""
    here = _home(document, question_id)
    position = [q.id for q in here.questions].index(question_id)
    if 0 <= position + step < len(here.questions):
        return _with_questions(document, here.id, _moved(here.questions, position, step))
    neighbour = document.sections.index(here) + step
    if not 0 <= neighbour < len(document.sections):
        return document
    moved = here.questions[position]
    target = document.sections[neighbour]
    document = _with_questions(document, here.id, tuple(q for q in here.questions if q is not moved))
    questions = (*target.questions, moved) if step < 0 else (moved, *target.questions)
    return _with_questions(document, target.id, questions)


def move_question_to(document: Document, question_id: str, section_id: str) -> Document:
    """Put a question at the end of another section; where it is there already, nothing moves."""
    here, target = _home(document, question_id), section(document, section_id)
    if here is target:
        return document
    moved = question(document, question_id)
    document = _with_questions(document, here.id, tuple(q for q in here.questions if q is not moved))
    return _with_questions(document, target.id, (*target.questions, moved))


def remove_question(document: Document, question_id: str) -> Document:
    """Take out a question."""
    here, gone = _home(document, question_id), question(document, question_id)
    removed = Removed("question", gone.id, here.id, here.questions.index(gone), gone)
    document = _with_questions(document, here.id, tuple(q for q in here.questions if q is not gone))
    return replace(document, removed=(*document.removed, removed))


def next_option_value(document: Document, question_id: str) -> str:
    """Return a value no option of the question has or had: answers already given must keep their meaning."""
    taken = [o.value for o in question(document, question_id).options]
    taken += [r.id for r in document.removed if r.kind == "option" and r.parent == question_id]
    return str(max((int(v) for v in taken if v.isdigit()), default=0) + 1)


def add_option(document: Document, question_id: str, new: Option) -> Document:
    """Append an option to a question."""
    asked = question(document, question_id)
    return replace_question(document, replace(asked, options=(*asked.options, new)))


def move_option(document: Document, question_id: str, value: str, step: int) -> Document:
    """Move an option by `step` places, as far as it goes."""
    asked = question(document, question_id)
    here = asked.options.index(_option(asked, value))
    return replace_question(document, replace(asked, options=_moved(asked.options, here, step)))


def remove_option(document: Document, question_id: str, value: str) -> Document:
    """Take out an option."""
    asked = question(document, question_id)
    gone = _option(asked, value)
    removed = Removed("option", gone.value, asked.id, asked.options.index(gone), gone)
    document = replace_question(document, replace(asked, options=tuple(o for o in asked.options if o is not gone)))
    return replace(document, removed=(*document.removed, removed))


def restore(document: Document, kind: str, item_id: str, parent: str = "") -> Document:
    """Put back what was taken out, where it stood as far as that place is still there; raises GoneError."""
    found = next(
        (
            r
            for r in document.removed
            if r.kind == kind and r.id == item_id and (kind != "option" or r.parent == parent)
        ),
        None,
    )
    if found is None:
        raise GoneError
    document = replace(document, removed=tuple(r for r in document.removed if r is not found))
    content = found.content
    if isinstance(content, Section):
        return replace(document, sections=_put(document.sections, found.position, content))
    if isinstance(content, Question):
        home = document.find_section(found.parent)
        if home is None:
            last = document.sections[-1]
            return _with_questions(document, last.id, (*last.questions, content))
        return _with_questions(document, home.id, _put(home.questions, found.position, content))
    asked = question(document, found.parent)
    return replace_question(document, replace(asked, options=_put(asked.options, found.position, content)))


def _option(asked: Question, value: str) -> Option:
    found = asked.option(value)
    if found is None:
        raise GoneError
    return found


def _home(document: Document, question_id: str) -> Section:
    found = document.section_of(question_id)
    if found is None:
        raise GoneError
    return found


def _moved(items: tuple[T, ...], here: int, step: int) -> tuple[T, ...]:
    there = min(max(here + step, 0), len(items) - 1)
    rest = items[:here] + items[here + 1 :]
    return (*rest[:there], items[here], *rest[there:])


def _put(items: tuple[T, ...], position: int, item: T) -> tuple[T, ...]:
    return (*items[:position], item, *items[position:])


def _with_questions(document: Document, section_id: str, questions: tuple[Question, ...]) -> Document:
    changed = (replace(s, questions=questions) if s.id == section_id else s for s in document.sections)
    return replace(document, sections=tuple(changed))


def _each_section(document: Document, change: Callable[[tuple[Question, ...]], tuple[Question, ...]]) -> Document:
    return replace(document, sections=tuple(replace(s, questions=change(s.questions)) for s in document.sections))
