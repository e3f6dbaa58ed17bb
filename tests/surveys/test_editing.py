"""Whatever authors do to a draft, nothing is lost: neither a question nor any translation of anything."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database import db
from surveys import document as documents
from surveys import editing, wording
from surveys.document import Document, Option, Question, Section
from surveys.models import Survey, Wording
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from surveys.services.authoring import QuestionPlan, Translated
from tests.factories.surveys import make_survey

ONE = Question("q1", "single", options=(Option("1"), Option("2"), Option("3")))
DOCUMENT = Document((Section("s1", (ONE, Question("q2", "scale"))), Section("s2", (Question("q3", "long_text"),))))


def ids(document: Document) -> list[list[str]]:
    return [[q.id for q in s.questions] for s in document.sections]


class TestMove:
    def test_within_and_over_sections(self) -> None:
        assert ids(editing.move_question(DOCUMENT, "q1", 1)) == [["q2", "q1"], ["q3"]]
        assert ids(editing.move_question(DOCUMENT, "q2", 1)) == [["q1"], ["q2", "q3"]]
        assert ids(editing.move_question(DOCUMENT, "q3", -1)) == [["q1", "q2", "q3"], []]

    def test_stops_at_both_ends(self) -> None:
        assert editing.move_question(DOCUMENT, "q1", -1) == DOCUMENT
        assert editing.move_question(DOCUMENT, "q3", 1) == DOCUMENT
        assert editing.move_section(DOCUMENT, "s2", 1) == DOCUMENT


class TestRestore:
    @pytest.mark.parametrize("question_id", ["q1", "q2", "q3"])
    def test_puts_a_question_back_where_it_stood(self, question_id: str) -> None:
        assert editing.restore(editing.remove_question(DOCUMENT, question_id), "question", question_id) == DOCUMENT

    @pytest.mark.parametrize("section_id", ["s1", "s2"])
    def test_puts_a_section_back_with_its_questions(self, section_id: str) -> None:
        assert editing.restore(editing.remove_section(DOCUMENT, section_id), "section", section_id) == DOCUMENT

    def test_finds_a_home_when_the_section_is_gone(self) -> None:
        document = editing.remove_section(editing.remove_question(DOCUMENT, "q3"), "s2")
        assert ids(editing.restore(document, "question", "q3")) == [["q1", "q2", "q3"]]

    def test_of_something_else_is_refused(self) -> None:
        with pytest.raises(editing.GoneError):
            editing.restore(DOCUMENT, "question", "q1")


class TestOptionValues:
    def test_the_value_of_an_option_taken_out_is_never_used_again(self) -> None:
        document = editing.remove_option(DOCUMENT, "q1", "3")
        assert editing.next_option_value(document, "q1") == "4"


class TestJson:
    def test_what_was_taken_out_survives_the_round_trip(self) -> None:
        document = editing.remove_section(editing.remove_option(DOCUMENT, "q1", "2"), "s2")
        assert documents.from_json(documents.to_json(document)) == document


@dataclass(frozen=True)
class Step:
    """One edit, with numbers that pick among what is there."""

    kind: str
    first: int
    second: int
    text: str


_STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["section", "question", "option"]).flatmap(
            lambda kind: st.sampled_from([f"{do}_{kind}" for do in ("move", "remove", "restore", "add", "word")])
        ),
        st.integers(0, 9),
        st.integers(0, 9),
        st.text("abcdef &<", min_size=0, max_size=6),
    ),
    max_size=25,
)


def pick(items: list[Any], number: int) -> Any:
    return items[number % len(items)] if items else None


def apply(survey: Survey, step: Step) -> None:
    """Do what `step` says through the services, as far as it is possible."""
    document = authoring.draft(survey)
    do, kind = step.kind.split("_")
    question = pick(list(document.questions), step.first)
    section = pick(list(document.sections), step.first)
    option = pick(list(question.options), step.second) if question else None
    targets = {
        "section": section and section.id,
        "question": question and question.id,
        "option": option and option.value,
    }
    target, parent = targets[kind], question.id if question and kind == "option" else ""
    if do == "restore":
        removed = pick([r for r in document.removed if r.kind == kind], step.first)
        if removed and (kind != "option" or document.find_question(removed.parent)):
            authoring.restore(survey, kind, removed.id, removed.parent)
    elif do == "add":
        add(survey, kind, section, question, step)
    elif target is not None:
        actions: dict[str, Callable[[], Any]] = {
            "move": lambda: authoring.move(survey, kind, target, -1 if step.second % 2 else 1, parent),
            "remove": lambda: authoring.remove(survey, kind, target, parent),
            "word": lambda: authoring.change_texts(survey, {word_of(kind, target, parent): step.text}, "staff:1"),
        }
        if step.kind != "remove_section" or len(document.sections) > 1:
            actions[do]()


def word_of(kind: str, target: str, parent: str) -> tuple[str, str]:
    return (parent, f"option:{target}") if kind == "option" else (target, "title" if kind == "section" else "text")


def add(survey: Survey, kind: str, section: Section, question: Question | None, step: Step) -> None:
    if kind == "section":
        authoring.add_section(survey, {"title": step.text}, "staff:1")
    elif kind == "question":
        plan = QuestionPlan("single", section.id, {"text": step.text}, new_options=(step.text or "a", "b"))
        authoring.add_question(survey, plan, "staff:1")
    elif question is not None and question.options:
        home = authoring.draft(survey).section_of(question.id)
        assert home is not None
        plan = QuestionPlan(question.type, home.id, {}, new_options=(step.text or "c",))
        authoring.save_question(survey, question.id, plan, "staff:1")


def translations(survey_id: int) -> dict[tuple[str, str, str], str]:
    db.session.expire_all()
    rows = db.session.scalars(sa.select(Wording).where(Wording.survey_id == survey_id, Wording.language != "en"))
    return {(row.language, row.item, row.part): row.text for row in rows}


class TestNoTranslationIsEverLost:
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(steps=_STEPS)
    def test_by_any_sequence_of_edits(self, app: Flask, steps: list[Step]) -> None:
        survey = make_survey(sections=DOCUMENT.sections, languages=["en", "cy"])
        survey_id, before, book = survey.id, translations(survey.id), wording_queries.get_book(survey.id)
        source = {(i, p): book.source(i, p) for _, i, p in before}
        for step in steps:
            apply(survey, step)
        assert translations(survey_id) == before

        # Everything taken out comes back; with the source as it was, every translation is current again.
        while removed := [r for r in authoring.draft(survey).removed if _has_home(authoring.draft(survey), r)]:
            authoring.restore(survey, removed[-1].kind, removed[-1].id, removed[-1].parent)
        assert not authoring.draft(survey).removed
        authoring.change_texts(survey, source, "staff:1")
        book, document = wording_queries.get_book(survey_id), authoring.draft(survey)
        old = {q.id for q in DOCUMENT.questions} | {s.id for s in DOCUMENT.sections}
        assert old <= {q.id for q in document.questions} | {s.id for s in document.sections}
        current = {t.key for t in wording.texts_of(document)}
        assert {(i, p) for _, i, p in before} <= current
        assert not [key for key in before if book.is_stale(*key)]
        db.session.rollback()
        db.session.execute(sa.delete(Wording))
        db.session.commit()


def _has_home(document: Document, removed: documents.Removed) -> bool:
    return removed.kind != "option" or document.find_question(removed.parent) is not None


class TestTranslate:
    def test_an_empty_text_keeps_what_is_there(self, app: Flask) -> None:
        survey = make_survey(languages=["en", "cy"])
        seen = wording.source_hash("q-word text")
        changed = authoring.translate(survey, "cy", {("q-word", "text"): Translated("", seen)}, "staff:1")
        assert changed == 0
        assert wording_queries.get_book(survey.id).text("cy", "q-word", "text") == "[cy] q-word text"

    def test_the_source_is_not_a_translation(self, app: Flask) -> None:
        with pytest.raises(authoring.UnknownLanguageError):
            authoring.translate(make_survey(), "en", {}, "staff:1")


class TestOpenForEdit:
    def test_refuses_a_revision_that_is_not_the_present_one(self, app: Flask) -> None:
        survey = make_survey()
        authoring.open_for_edit(survey.id, 1)
        db.session.commit()
        for revision in (1, 3, -1):
            with pytest.raises(authoring.EditConflictError):
                authoring.open_for_edit(survey.id, revision)

    def test_lets_exactly_one_of_eight_at_once_through(self, app: Flask) -> None:
        survey_id = make_survey().id
        db.session.remove()

        def edit(number: int) -> bool:
            with app.app_context():
                try:
                    survey = authoring.open_for_edit(survey_id, 1)
                    authoring.change_texts(survey, {("survey", "title"): f"Title {number}"}, f"staff:{number}")
                    db.session.commit()
                except authoring.EditConflictError:
                    return False
                finally:
                    db.session.remove()
                return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(edit, range(8))) == 1
        assert db.session.get_one(Survey, survey_id).revision == 2

    def test_saving_an_option_the_form_did_not_show_leaves_it(self, app: Flask) -> None:
        survey = make_survey(sections=DOCUMENT.sections)
        saved = authoring.save_question(survey, "q1", QuestionPlan("single", "s1", {"text": "x"}), "staff:1")
        assert saved.options == replace(ONE, id="q1").options
