"""The pages of authors: outline, questions, buttons, settings, and two authors at once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.database import db
from surveys import types
from surveys.document import Document, Option, Question, Section
from surveys.models import Survey
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from tests.factories.engagements import make_engagement
from tests.factories.staff import sign_in
from tests.factories.surveys import make_survey
from tests.support.pages import PageClient
from tests.support.queries import recorded


def reload(survey_id: int) -> Survey:
    db.session.expire_all()
    found = db.session.get(Survey, survey_id)
    assert found is not None
    return found


def draft(survey_id: int) -> Document:
    return authoring.draft(reload(survey_id))


def text(survey_id: int, item: str, part: str, tag: str = "en") -> str:
    return wording_queries.get_book(survey_id).text(tag, item, part)


@pytest.fixture
def survey_id(client: PageClient) -> int:
    sign_in(client, "survey_author")
    return make_survey(languages=["en", "cy", "ar"]).id


def url(survey_id: int, path: str = "") -> str:
    return f"/staff/surveys/{survey_id}{path}"


class TestNew:
    def test_makes_a_survey_from_the_engagements_page(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        page = client.get(f"/staff/engagements/{engagement.id}").page
        page = client.submit(page.link("Write a new survey"), name="Phones", languages=["cy"], paging="section").page
        assert page.h1 == "Phones"
        made = db.session.scalars(sa.select(Survey)).one()
        assert (made.languages, made.draft["paging"]) == (["en", "cy"], "section")
        assert "Phones" in client.get(f"/staff/engagements/{engagement.id}").page.text

    def test_keeps_what_was_chosen_when_the_name_is_missing(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        response = client.submit(f"/staff/surveys/new/{make_engagement().id}", name=" ", languages=["ar"])
        assert response.status_code == 422
        assert response.page.errors == ["Enter a name."]
        assert response.page.form()["languages"] == "ar"

    def test_an_unknown_engagement_is_not_found(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        assert client.get("/staff/surveys/new/999").status_code == 404


class TestShow:
    def test_readers_see_it_without_buttons(self, client: PageClient) -> None:
        sign_in(client, "analyst")
        page = client.get(url(make_survey().id)).page
        assert "q-how text" in page.text
        assert "Take out" not in page.text

    def test_costs_the_same_for_many_questions(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        counts = []
        for many in (2, 60):
            questions = [Question(f"q{many}-{i}", "single", options=(Option("1"), Option("2"))) for i in range(many)]
            survey = make_survey(questions=questions, languages=["en", "cy"])
            with recorded() as queries:
                client.get(url(survey.id))
            counts.append(queries.count)
        assert counts[0] == counts[1] <= 7


class TestQuestion:
    @pytest.mark.parametrize("key", types.TYPES)
    def test_a_question_of_each_kind_is_added_and_changed(self, client: PageClient, survey_id: int, key: str) -> None:
        page = client.get(url(survey_id)).page
        section = draft(survey_id).sections[0].id
        response = client.submit(page.link("Add a question"), type=key)
        assert response.request.path.endswith(f"/questions/new/{key}")
        typed: dict[str, Any] = {"text": "How was it?", "required": "y", "section_id": section, "do": "save"}
        if types.get(key).has_options:
            typed["new_option"] = "Good\r\n\r\n  Bad  \r\n"
        if key == "scale":
            typed |= {"low": "Bad", "high": "Good", "setting-high": "7"}
        page = client.submit(response.request.path, **typed).page
        assert "How was it?" in page.text
        added = list(draft(survey_id).questions)[-1]
        assert (added.type, added.required) == (key, True)
        assert types.get(key).validate(added) == []
        assert [text(survey_id, added.id, f"option:{o.value}") for o in added.options] in ([], ["Good", "Bad"])
        assert key != "scale" or added.settings == {"low": 1, "high": 7}
        client.submit(
            url(survey_id, f"/questions/{added.id}"), text="Better?", required=None, prefer_not="y", do="save"
        )
        changed = draft(survey_id).find_question(added.id)
        assert changed is not None
        assert (changed.required, changed.prefer_not, len(changed.options)) == (False, True, len(added.options))
        assert text(survey_id, added.id, "text") == "Better?"

    def test_the_buttons_of_an_answer_keep_all_that_was_typed(self, client: PageClient, survey_id: int) -> None:
        path = url(survey_id, "/questions/q-why")
        response = client.submit(path, **{"text": "Why so?", "option-2": "Two", "new_option": "Five", "do": "up:3"})
        assert response.page.h1 == "Change a question"
        question = draft(survey_id).find_question("q-why")
        assert question is not None
        assert [o.value for o in question.options] == ["1", "3", "2", "4", "5"]
        assert question.options[3].exclusive
        assert text(survey_id, "q-why", "text") == "Why so?"
        assert text(survey_id, "q-why", "option:2") == "Two"
        assert text(survey_id, "q-why", "option:5") == "Five"

    def test_an_answer_taken_out_comes_back_with_its_translations(self, client: PageClient, survey_id: int) -> None:
        client.submit(url(survey_id, "/questions/q-why"), do="remove:2")
        # For mypy: None fails the test.
        assert [o.value for o in draft(survey_id).find_question("q-why").options] == ["1", "3", "4"]  # type: ignore[union-attr]
        page = client.get(url(survey_id)).page
        assert "Answer: q-why option:2" in page.text
        forms = [f for f in page.one("main").iter("form") if any(i.get("value") == "restore" for i in f.iter("input"))]
        values = {i.get("name"): i.get("value") for i in forms[0].iter("input")}
        client.post(url(survey_id, "/change"), data=values)
        # For mypy: None fails the test.
        assert [o.value for o in draft(survey_id).find_question("q-why").options] == ["1", "2", "3", "4"]  # type: ignore[union-attr]
        assert text(survey_id, "q-why", "option:2", "ar") == "[ar] q-why option:2"

    def test_a_setting_out_of_range_is_shown_as_to_do_and_a_word_is_refused(
        self, client: PageClient, survey_id: int
    ) -> None:
        response = client.submit(url(survey_id, "/questions/q-times"), **{"setting-max": "many"})
        assert response.page.errors == ["Enter a whole number."]
        assert response.page.form()["setting-max"] == "many"
        client.submit(url(survey_id, "/questions/q-times"), **{"setting-max": "0", "do": "save"})
        assert "The largest number must be more than the smallest." in client.get(url(survey_id)).page.text

    def test_too_long_a_text_is_refused_and_kept(self, client: PageClient, survey_id: int) -> None:
        response = client.submit(url(survey_id, "/questions/q-word"), text="x" * 501)
        assert response.status_code == 422
        assert response.page.errors == ["Write 500 characters or fewer."]
        assert response.page.form()["text"] == "x" * 501

    def test_control_characters_are_dropped_and_line_ends_come_back_as_they_were(
        self, client: PageClient, survey_id: int
    ) -> None:
        path = url(survey_id, "/questions/q-word")
        client.submit(path, text="Two\x00 lines?\r\nYes", hint="", do="save")
        assert text(survey_id, "q-word", "text") == "Two lines?\nYes"

    def test_unknown_questions_and_kinds_are_not_found(self, client: PageClient, survey_id: int) -> None:
        assert client.get(url(survey_id, "/questions/q-none")).status_code == 404
        assert client.get(url(survey_id, "/questions/new/matrix")).status_code == 404

    def test_translators_and_analysts_may_not(self, client: PageClient) -> None:
        survey_id = make_survey().id
        for role in ("analyst", "translator:cy"):
            sign_in(client, role)
            assert client.get(url(survey_id, "/questions/q-word")).status_code == 403


class TestTwoAuthors:
    def test_the_second_is_told_loses_nothing_and_may_decide(self, client: PageClient, survey_id: int) -> None:
        path = url(survey_id, "/questions/q-word")
        mine = client.get(path).page.form() | {"text": "My words", "do": "save"}
        client.submit(path, text="Their words", do="save")
        response = client.post(path, data=mine)
        assert response.status_code == 409
        assert "Somebody else has changed this survey" in response.page.errors[0]
        assert "Their words" in response.page.text
        assert text(survey_id, "q-word", "text") == "Their words"
        again = response.page.form()
        assert again["text"] == "My words"
        assert client.post(path, data=again | {"do": "save"}).status_code == 303
        assert text(survey_id, "q-word", "text") == "My words"

    def test_an_answer_somebody_took_out_meanwhile_is_not_lost(self, client: PageClient, survey_id: int) -> None:
        path = url(survey_id, "/questions/q-why")
        mine = client.get(path).page.form() | {"option-2": "My second answer"}
        client.submit(path, do="remove:2")
        response = client.post(path, data=mine)
        assert response.status_code == 409
        assert response.page.form()["new_option"] == "My second answer"

    def test_a_question_somebody_took_out_meanwhile_can_be_put_back(self, client: PageClient, survey_id: int) -> None:
        path = url(survey_id, "/questions/q-word")
        mine = client.get(path).page.form() | {"text": "My words"}
        self.press(client, survey_id, do="remove", kind="question", item="q-word")
        response = client.post(path, data=mine)
        assert response.status_code == 409
        assert "My words" in response.page.text
        client.post(url(survey_id, "/change"), data=response.page.form())
        assert draft(survey_id).find_question("q-word") is not None

    def test_a_button_of_an_old_page_changes_nothing(self, client: PageClient, survey_id: int) -> None:
        before = draft(survey_id)
        page = client.get(url(survey_id)).page
        form = next(f for f in page.one("main").iter("form") if any(i.get("value") == "down" for i in f.iter("input")))
        values = {i.get("name"): i.get("value") for i in form.iter("input")}
        client.submit(url(survey_id, "/texts"), title="Another title")
        response = client.post(url(survey_id, "/change"), data=values)
        assert (response.status_code, response.page.h1) == (409, "Nothing was changed")
        assert draft(survey_id) == before

    @pytest.mark.parametrize("path", ["/texts", "/settings", "/sections/s-main", "/sections/new"])
    def test_every_form_is_guarded(self, client: PageClient, survey_id: int, path: str) -> None:
        field = "name" if path == "/settings" else "title"
        mine = client.get(url(survey_id, path)).page.form() | {field: "Mine"}
        client.submit(url(survey_id, "/texts"), title="Theirs")
        response = client.post(url(survey_id, path), data=mine)
        assert response.status_code == 409
        assert response.page.form()[field] == "Mine"
        assert client.post(url(survey_id, path), data=response.page.form()).status_code == 303

    @staticmethod
    def press(client: PageClient, survey_id: int, **values: str) -> Any:
        token = client.get(url(survey_id, "/texts")).page.form()["csrf_token"]
        revision = str(reload(survey_id).revision)
        return client.post(url(survey_id, "/change"), data={"csrf_token": token, "revision": revision} | values)


class TestChange:
    press = staticmethod(TestTwoAuthors.press)

    def test_questions_move_over_the_edge_of_a_section(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        one, two = Question("q1", "short_text"), Question("q2", "short_text")
        survey_id = make_survey(sections=[Section("s1", (one,)), Section("s2", (two,))]).id
        assert self.press(client, survey_id, do="down", kind="question", item="q1").status_code == 303
        assert [[q.id for q in s.questions] for s in draft(survey_id).sections] == [[], ["q1", "q2"]]
        self.press(client, survey_id, do="up", kind="section", item="s2")
        assert [s.id for s in draft(survey_id).sections] == ["s2", "s1"]

    def test_the_last_section_stays(self, client: PageClient, survey_id: int) -> None:
        response = self.press(client, survey_id, do="remove", kind="section", item="s-main")
        assert response.status_code == 409
        assert "at least one section" in response.page.text

    @pytest.mark.parametrize(
        "values",
        [
            {"do": "up", "kind": "planet", "item": "x"},
            {"do": "explode", "kind": "question", "item": "q-word"},
            {},
        ],
    )
    def test_nonsense_is_refused(self, client: PageClient, survey_id: int, values: dict[str, str]) -> None:
        assert self.press(client, survey_id, **values).status_code == 400

    def test_what_is_not_there_is_said(self, client: PageClient, survey_id: int) -> None:
        assert self.press(client, survey_id, do="up", kind="question", item="q-none").status_code == 409
        assert self.press(client, survey_id, do="restore", kind="question", item="q-none").status_code == 409
