"""The contract of question types: every registered one renders, reads back what it shows, exports and counts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import html5lib
import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from surveys import compiled, rendering, types, wording
from surveys.document import Document, Option, Question, Section
from surveys.types.base import Entered, QuestionType

#: For each type: a question, and answers of which each is stored in the given form.
CASES: dict[str, tuple[Question, list[Any]]] = {
    "single": (Question("q1", "single", options=tuple(map(Option, "123"))), ["1", "3"]),
    "multiple": (
        Question("q1", "multiple", options=(Option("1"), Option("2"), Option("3", exclusive=True))),
        [["1"], ["1", "2"], ["3"]],
    ),
    "scale": (Question("q1", "scale", settings={"low": 0, "high": 10}), [0, 7, 10]),
    "number": (Question("q1", "number", settings={"min": -5, "max": 2000}), [-5, 0, 1999]),
    "short_text": (Question("q1", "short_text"), ["Rang 8 times", "٣ مرات"]),
    "long_text": (Question("q1", "long_text"), ["First line\nsecond & <b>third</b> line"]),
}
TAG = "en"


def compile_(question: Question) -> compiled.Compiled:
    document = Document((Section("s1", (question,)),))
    texts: dict[str, dict[str, str]] = {"q1": {t.part: f"The {t.part}" for t in wording.texts_of_question(question)}}
    return compiled.make(document, {TAG: texts})


def rendered(question: Question, entered: Entered | None = None, **kwargs: Any) -> Any:
    html = rendering.render_question(compile_(question), question, TAG, entered or Entered(), **kwargs)
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(str(html))


def sent(fragment: Any) -> MultiDict[str, str]:
    """Return what a browser would send of the controls."""
    values: MultiDict[str, str] = MultiDict()
    for control in fragment.iter():
        if control.tag == "textarea":
            # A browser sends CRLF, whatever the page had.
            values.add(control.get("name"), (control.text or "").replace("\n", "\r\n"))
        elif control.tag == "input" and (control.get("type") == "text" or control.get("checked") is not None):
            values.add(control.get("name"), control.get("value"))
    return values


def test_every_registered_type_is_under_contract() -> None:
    assert set(CASES) == set(types.TYPES)


@pytest.fixture(params=CASES)
def kind(request: pytest.FixtureRequest) -> QuestionType:
    return types.get(request.param)


@pytest.fixture
def question(kind: QuestionType) -> Question:
    return replace(CASES[kind.key][0], dont_know=True, prefer_not=True)


@pytest.fixture
def values(kind: QuestionType) -> list[Any]:
    return [*CASES[kind.key][1], {"special": "dont_know"}, {"special": "prefer_not"}]


@pytest.mark.usefixtures("request_context")
class TestEveryType:
    def test_the_case_is_a_question_that_can_be_asked(self, kind: QuestionType, question: Question) -> None:
        assert kind.validate(question) == []

    def test_what_is_shown_reads_back_as_what_was_stored(
        self, kind: QuestionType, question: Question, values: list[Any]
    ) -> None:
        for value in values:
            stored = json.loads(json.dumps(value))
            reading = kind.read(question, sent(rendered(question, kind.entered_for(question, stored))))
            assert reading.error is None
            assert reading.value == value

    def test_an_empty_form_stores_nothing_when_optional(self, kind: QuestionType, question: Question) -> None:
        for form in (MultiDict(), sent(rendered(question))):
            reading = kind.read(question, form)
            assert (reading.value, reading.error) == (None, None)

    def test_an_empty_form_is_refused_when_required(self, kind: QuestionType, question: Question) -> None:
        required = replace(question, required=True)
        reading = kind.read(required, sent(rendered(required)))
        assert reading.value is None
        assert reading.error is not None
        said = rendering.in_words(reading.error, required, compile_(required).words_in(TAG))
        assert "The text" in said
        assert "%(" not in said

    def test_a_special_answer_counts_as_an_answer_when_required(self, kind: QuestionType, question: Question) -> None:
        required = replace(question, required=True)
        name = "q1" if kind.specials_are_choices else "q1-special"
        assert kind.read(required, MultiDict({name: "prefer_not"})).value == {"special": "prefer_not"}

    def test_a_special_answer_that_is_not_offered_is_not_stored(self, kind: QuestionType, question: Question) -> None:
        plain = replace(question, dont_know=False, prefer_not=False)
        for name in ("q1", "q1-special"):
            assert not isinstance(kind.read(plain, MultiDict({name: "prefer_not"})).value, dict)

    def test_two_special_answers_are_refused(self, kind: QuestionType, question: Question) -> None:
        name = "q1" if kind.specials_are_choices else "q1-special"
        form = MultiDict([(name, "prefer_not"), (name, "dont_know")])
        assert kind.read(question, form).error is not None

    def test_whatever_is_sent_never_crashes_and_never_stores_rubbish(
        self, kind: QuestionType, question: Question
    ) -> None:
        for typed in ("999", "\x00", "<script>", "١٢", "9" * 20_000, "1" * 30, "-", "3.5", "option:1"):
            reading = kind.read(question, MultiDict([("q1", typed), ("q1", typed + "x"), ("other", "1")]))
            if reading.value is not None:
                again = kind.read(question, sent(rendered(question, kind.entered_for(question, reading.value))))
                assert again.value == reading.value

    def test_the_first_control_has_the_id_of_the_question(self, question: Question) -> None:
        controls = [e for e in rendered(question).iter() if e.tag in {"input", "textarea", "select"}]
        assert controls[0].get("id") == "q1"
        ids = [c.get("id") for c in controls]
        assert len(set(ids)) == len(ids)

    def test_every_control_has_a_label_and_a_choice_a_legend(self, kind: QuestionType, question: Question) -> None:
        fragment = rendered(question)
        labelled = {label.get("for") for label in fragment.iter("label")}
        controls = [e for e in fragment.iter() if e.tag in {"input", "textarea"}]
        assert {c.get("id") for c in controls} <= labelled
        if kind.specials_are_choices:
            assert "The text" in "".join(next(fragment.iter("legend")).itertext())

    def test_the_question_is_the_pages_heading_when_alone(self, question: Question) -> None:
        assert "The text" in "".join(next(rendered(question, heading=True).iter("h1")).itertext())
        assert not list(rendered(question).iter("h1"))

    def test_the_error_stands_beside_the_field_and_is_tied_to_it(self, kind: QuestionType, question: Question) -> None:
        fragment = rendered(question, error=kind.needed())
        message = next(e for e in fragment.iter("span") if e.get("id") == "q1-error")
        assert "The text" in "".join(message.itertext())
        described = " ".join(e.get("aria-describedby", "") for e in fragment.iter())
        assert "q1-error" in described
        assert "q1-hint" in described

    def test_a_skeleton_filled_says_the_same_as_the_template(
        self, kind: QuestionType, question: Question, values: list[Any]
    ) -> None:
        made = compile_(question)
        for value in [*values, None]:
            entered = kind.entered_for(question, value)
            for heading in (True, False):
                words = made.words_in(TAG)
                straight = rendering._render(question, words, entered, None, heading)
                assert rendering.render_question(made, question, TAG, entered, heading=heading) == straight

    def test_what_was_typed_is_escaped(self, kind: QuestionType, question: Question) -> None:
        html = rendering.render_question(
            compile_(question), question, TAG, Entered(text='"><script>', chosen=frozenset({'"><script>'}))
        )
        assert "<script>" not in html

    def test_an_export_has_a_cell_for_each_column(
        self, kind: QuestionType, question: Question, values: list[Any]
    ) -> None:
        words = compile_(question).words_in(TAG)
        columns = kind.export_columns(question, words)
        for value in [*values, None]:
            assert len(kind.export_row(question, value, words)) == len(columns)
        assert set(kind.export_row(question, None, words)) == {None}

    def test_every_answer_is_shown_in_words(self, kind: QuestionType, question: Question, values: list[Any]) -> None:
        words = compile_(question).words_in(TAG)
        assert all(kind.display(question, value, words) for value in values)
        assert kind.display(question, None, words) == ""

    def test_the_summary_counts_everybody_who_answered(
        self, kind: QuestionType, question: Question, values: list[Any]
    ) -> None:
        summary = kind.summarise_values(question, [*values, *values, None])
        assert summary.answered == 2 * len(values)
        counted = sum(row.count for row in summary.rows)
        assert counted == sum(len(kind.count_keys(question, v)) for v in values) * 2
        words = compile_(question).words_in(TAG)
        labels = [kind.label(question, row.key, words) for row in summary.rows]
        assert all(labels)
        assert len(set(labels)) == len(labels)


@pytest.fixture
def request_context(app: Flask):  # type: ignore[no-untyped-def]  # a fixture
    with app.test_request_context():
        yield


def read(key: str, *typed: str, **changes: Any) -> Any:
    """Return what a type stores for what was typed, or the name of its error."""
    asked = replace(CASES[key][0], **changes)
    reading = types.get(key).read(asked, MultiDict([("q1", t) for t in typed]))
    return type(reading.error).__name__ if reading.error else reading.value


class TestChoices:
    def test_an_exclusive_answer_rules_out_the_others(self) -> None:
        assert read("multiple", "3") == ["3"]
        assert read("multiple", "3", "1") == "ExclusiveError"
        assert read("multiple", "1", "prefer_not", prefer_not=True) == "ExclusiveError"

    def test_answers_are_stored_in_the_order_they_are_shown(self) -> None:
        assert read("multiple", "2", "1") == ["1", "2"]

    def test_what_was_not_offered_is_refused(self) -> None:
        assert read("single", "9") == "UnknownChoiceError"
        assert read("single", "1", "2") == "UnknownChoiceError"
        assert read("multiple", "1", "9") == "UnknownChoiceError"
        assert read("scale", "11") == "UnknownChoiceError"
        assert read("scale", "٣") == "UnknownChoiceError"

    def test_fewer_than_two_answers_cannot_be_asked(self) -> None:
        for key in ("single", "multiple"):
            assert types.get(key).validate(Question("q1", key, options=(Option("1"),)))


class TestNumber:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [("7", 7), (" 7 ", 7), ("1,200", 1200), ("1 200", 1200), ("١٢", 12), ("-5", -5), ("−5", -5), ("007", 7)],
    )
    def test_is_understood_as_people_write_it(self, typed: str, stored: int) -> None:
        assert read("number", typed) == stored

    @pytest.mark.parametrize("typed", ["3.5", "1.200", "three", "1,20", "--5", "1" * 13, "²"])
    def test_what_is_no_whole_number_is_refused(self, typed: str) -> None:
        assert read("number", typed) == "NotWholeError"

    def test_keeps_to_its_bounds(self) -> None:
        assert read("number", "-6") == "TooLowError"
        assert read("number", "2001") == "TooHighError"
        assert types.get("number").validate(Question("q1", "number", settings={"min": 5, "max": 5}))

    def test_is_summed_up_in_at_most_ten_bands_without_losing_anybody(self) -> None:
        kind, question = types.get("number"), CASES["number"][0]
        summary = kind.summarise_values(question, [*range(-5, 2000, 7), {"special": "dont_know"}])
        assert len([row for row in summary.rows if ".." in row.key]) <= 11
        assert sum(row.count for row in summary.rows) == summary.numbers
        assert summary.answered == summary.numbers + 1
        few = kind.summarise_values(question, [1, 1, 3])
        assert [(row.key, row.count) for row in few.rows] == [("1..1", 2), ("2..2", 0), ("3..3", 1)]
        assert few.mean == pytest.approx(5 / 3)


class TestText:
    def test_the_limit_counts_characters(self) -> None:
        assert read("short_text", "ب" * 10, settings={"limit": 10}) == "ب" * 10
        assert read("short_text", "ب" * 11, settings={"limit": 10}) == "TooLongError"

    def test_a_short_one_stays_on_its_line(self) -> None:
        assert read("short_text", "one\r\ntwo") == "one two"

    def test_a_word_that_is_the_name_of_a_special_answer_is_a_word(self) -> None:
        assert read("short_text", "prefer_not", prefer_not=True) == "prefer_not"

    def test_text_and_a_box_together_are_refused(self) -> None:
        question = replace(CASES["long_text"][0], prefer_not=True)
        form = MultiDict([("q1", "Text"), ("q1-special", "prefer_not")])
        assert types.get("long_text").read(question, form).error is not None


class TestScale:
    def test_the_ends_say_what_they_mean(self, app: Flask) -> None:
        with app.test_request_context():
            question = CASES["scale"][0]
            words = compile_(question).words_in(TAG)
            assert types.get("scale").display(question, 0, words) == "0 – The low"
            assert types.get("scale").display(question, 5, words) == "5"
