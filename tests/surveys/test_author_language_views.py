"""The pages around wording: translation, preview in every language, publishing, and mending what is published."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.audit import AuditEntry
from core.database import db
from surveys.models import AnswerSession, Response, ResponseIntake, Survey, SurveyVersion, Wording
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from tests.factories.engagements import make_engagement
from tests.factories.staff import sign_in
from tests.factories.surveys import make_survey, publish
from tests.support.pages import PageClient
from tests.support.queries import recorded


def text(survey_id: int, item: str, part: str, tag: str) -> str:
    db.session.expire_all()
    return wording_queries.get_book(survey_id).text(tag, item, part)


def change_source(survey_id: int, item: str, part: str, words: str) -> None:
    survey = db.session.get(Survey, survey_id)
    assert survey is not None
    authoring.change_texts(survey, {(item, part): words}, "staff:9")
    db.session.commit()


class TestTranslate:
    URL = "/staff/surveys/{}/translate/{}?section={}"

    def test_a_translator_finds_their_work_and_does_it(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        survey = make_survey(languages=["en", "cy", "ar"], translated=False)
        survey_id = survey.id
        page = client.get("/staff/surveys/translations").page
        assert "Arabic" not in page.text
        page = client.get(page.link("Survey: GP appointments")).page
        page = client.submit(
            page.link("s-main title"), **{"q-word.text": "Yn eich geiriau chi", "q-how.option-2": "Dau"}
        ).page
        assert "2 of 24 texts are translated" in page.text
        assert text(survey_id, "q-word", "text", "cy") == "Yn eich geiriau chi"
        assert text(survey_id, "q-how", "option:2", "cy") == "Dau"

    def test_only_in_the_languages_given(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        survey_id = make_survey(languages=["en", "cy", "ar"]).id
        assert client.get(self.URL.format(survey_id, "ar", "survey")).status_code == 403
        assert client.post(self.URL.format(survey_id, "ar", "survey")).status_code in {400, 403}
        assert client.get(self.URL.format(survey_id, "en", "survey")).status_code == 404
        assert client.get(self.URL.format(survey_id, "cy", "nothing")).status_code == 404

    def test_exactly_what_changed_in_the_source_is_out_of_date(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        survey_id = make_survey(languages=["en", "cy"]).id
        change_source(survey_id, "q-word", "text", "Another question?")
        address = self.URL.format(survey_id, "cy", "s-main")
        page = client.get(address).page
        assert page.text.count("Out of date") == 1
        assert page.form()["q-word.text"] == "[cy] q-word text"
        assert "Out of date" in client.submit(address, **{"q-more.text": "Mwy"}).page.text
        assert "Out of date" not in client.submit(address, **{"still.q-word.text": "y"}).page.text
        assert text(survey_id, "q-word", "text", "cy") == "[cy] q-word text"

    def test_a_source_that_changed_while_translating_leaves_the_translation_out_of_date(
        self, client: PageClient
    ) -> None:
        sign_in(client, "translator:cy")
        survey_id = make_survey(languages=["en", "cy"], translated=False).id
        address = self.URL.format(survey_id, "cy", "s-main")
        typed = client.get(address).page.form() | {"q-word.text": "Hen gwestiwn"}
        change_source(survey_id, "q-word", "text", "A new question?")
        client.post(address, data=typed)
        assert text(survey_id, "q-word", "text", "cy") == "Hen gwestiwn"
        assert "Out of date" in client.get(address).page.text

    def test_two_translators_do_not_overwrite_each_other_unseen(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        survey_id = make_survey(languages=["en", "cy"]).id
        address = self.URL.format(survey_id, "cy", "s-main")
        mine = client.get(address).page.form() | {"q-word.text": "Fy ngeiriau"}
        client.submit(address, **{"q-word.text": "Eu geiriau"})
        response = client.post(address, data=mine)
        assert response.status_code == 409
        assert "Eu geiriau" in response.page.text
        assert response.page.form()["q-word.text"] == "Fy ngeiriau"
        client.post(address, data=response.page.form())
        assert text(survey_id, "q-word", "text", "cy") == "Fy ngeiriau"

    def test_an_emptied_box_loses_nothing(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        survey_id = make_survey(languages=["en", "cy"]).id
        client.submit(self.URL.format(survey_id, "cy", "s-main"), **{"q-word.text": " "})
        assert text(survey_id, "q-word", "text", "cy") == "[cy] q-word text"

    def test_the_list_costs_the_same_for_many_surveys(self, client: PageClient) -> None:
        sign_in(client, "translator:cy", "translator:ar")
        counts = []
        for _ in range(2):
            for _ in range(4):
                make_survey(make_engagement(), languages=["en", "cy"])
            with recorded() as queries:
                client.get("/staff/surveys/translations")
            counts.append(queries.count)
        assert counts[0] == counts[1]


class TestPreview:
    @pytest.mark.parametrize(("tag", "direction"), [("en", "ltr"), ("cy", "ltr"), ("ar", "rtl")])
    @pytest.mark.parametrize("paging", ["question", "section"])
    def test_shows_every_page_in_every_language_and_stores_nothing(
        self, client: PageClient, tag: str, direction: str, paging: str
    ) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey(languages=["en", "cy", "ar"], paging=paging).id
        base = f"/staff/surveys/{survey_id}/preview/{tag}"
        page = client.get(base).page
        assert (page.root.get("lang"), page.root.get("dir")) == (tag, direction)
        pages = 6 if paging == "question" else 1
        for number in range(1, pages + 1):
            page = client.get(f"{base}/{number}").page
            assert (page.root.get("lang"), page.root.get("dir")) == (tag, direction)
            assert ("" if tag == "en" else f"[{tag}] ") + "q-" in page.text or paging == "section"
            assert "[cy]" not in page.text or tag == "cy"
        assert client.get(f"{base}/{pages + 1}").status_code == 404
        assert client.get(f"{base}/end").status_code == 200
        for table in (Response, ResponseIntake, AnswerSession):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0

    def test_answers_are_checked_and_forgotten(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey().id
        address = f"/staff/surveys/{survey_id}/preview/en/1"
        response = client.submit(address)
        assert response.status_code == 422
        assert response.page.errors == ["Choose an answer to “q-ease text”."]
        response = client.submit(address, **{"q-ease": "3"})
        assert response.request.path.endswith("/preview/en/2")
        assert "q-ease" not in client.get(address).page.form()

    def test_leaves_the_authors_own_pages_in_their_language(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey(languages=["en", "ar"]).id
        client.get(f"/staff/surveys/{survey_id}/preview/ar/1")
        assert client.get(f"/staff/surveys/{survey_id}").page.root.get("lang") == "en"

    def test_a_text_without_translation_says_which_language_it_is_in(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey(languages=["en", "ar"], translated=False).id
        page = client.get(f"/staff/surveys/{survey_id}/preview/ar/1").page
        assert [s.get("dir") for s in page.one("h1").iter("span") if s.get("lang") == "en"] == ["ltr"]

    def test_the_public_may_not(self, client: PageClient) -> None:
        assert client.get(f"/staff/surveys/{make_survey().id}/preview/en").status_code == 303


class TestPublish:
    def test_a_complete_survey_becomes_a_version(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey = make_survey(languages=["en", "cy"])
        page = client.submit(f"/staff/surveys/{survey.id}/publish").page
        assert page.h1 == "Version 1"
        version = db.session.scalars(sa.select(SurveyVersion)).one()
        assert (version.number, version.languages, version.incomplete) == (1, ["en", "cy"], {})
        assert version.wording["cy"]["q-word"]["text"] == "[cy] q-word text"
        actions = set(db.session.scalars(sa.select(AuditEntry.action)))
        assert "survey.published" in actions

    def test_an_incomplete_language_needs_a_reason_which_is_kept(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey(languages=["en", "cy"]).id
        change_source(survey_id, "q-word", "text", "Changed?")
        address = f"/staff/surveys/{survey_id}/publish"
        response = client.submit(address, languages=["en", "cy"])
        assert response.status_code == 422
        assert response.page.errors[0].startswith("Welsh is not complete.")
        client.submit(address, languages=["en", "cy"], reason_cy="The translator is ill.")
        version = db.session.scalars(sa.select(SurveyVersion)).one()
        assert version.incomplete == {"cy": "The translator is ill."}
        # What is out of date would ask something else: it is not published.
        assert "text" not in version.wording["cy"]["q-word"]

    def test_leaving_the_incomplete_language_out_needs_no_reason(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey(languages=["en", "cy"], translated=False).id
        client.submit(f"/staff/surveys/{survey_id}/publish", languages=["en"])
        assert db.session.scalars(sa.select(SurveyVersion)).one().languages == ["en"]

    def test_an_unfinished_question_is_named_and_stops_it(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey().id
        change_source(survey_id, "q-how", "option:2", "")
        address = f"/staff/surveys/{survey_id}/publish"
        assert "q-how text: Not written yet: Answer" in client.get(address).page.text
        assert client.submit(address).status_code == 422
        assert db.session.scalar(sa.select(sa.func.count(SurveyVersion.id))) == 0

    def test_what_changed_after_the_page_was_opened_is_not_published_unseen(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey().id
        seen = client.get(f"/staff/surveys/{survey_id}/publish").page.form()
        client.submit(f"/staff/surveys/{survey_id}/texts", title="Another title")
        response = client.post(f"/staff/surveys/{survey_id}/publish", data=seen)
        assert response.status_code == 409
        assert db.session.scalar(sa.select(sa.func.count(SurveyVersion.id))) == 0

    def test_no_language_is_refused(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        response = client.submit(f"/staff/surveys/{make_survey().id}/publish", languages=None)
        assert response.page.errors == ["Choose at least one language."]

    def test_editing_afterwards_leaves_the_version_as_it_is(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey = make_survey()
        version = publish(survey)
        before = (version.document, version.wording)
        client.submit(f"/staff/surveys/{survey.id}/questions/q-word", text="Something else", do="save")
        db.session.expire_all()
        assert (version.document, version.wording) == before


class TestMend:
    def test_mends_the_version_and_the_draft_and_keeps_translations_current(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey = make_survey(languages=["en", "cy"])
        survey_id, version_id = survey.id, publish(survey).id
        page = client.get(f"/staff/surveys/versions/{version_id}").page
        page = client.submit(
            page.link("q-word text"), text="Mended text", reason="A letter was missing", same_meaning="y"
        ).page
        assert "A letter was missing" in page.text
        assert text(survey_id, "q-word", "text", "en") == "Mended text"
        survey = db.session.get(Survey, survey_id)
        assert survey is not None
        assert wording_queries.get_book(survey_id).progress(authoring.draft(survey), "cy").complete

    def test_says_what_is_missing_and_keeps_what_was_typed(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        version_id = publish(make_survey()).id
        address = f"/staff/surveys/versions/{version_id}/mend/en/q-how/option:1"
        response = client.submit(address, text="Mended")
        assert response.status_code == 422
        assert len(response.page.errors) == 1
        assert response.page.form()["text"] == "Mended"
        assert client.submit(address, text="Mended", same_meaning="y").page.errors == ["Write why you change this."]

    def test_is_for_those_who_may_publish(self, client: PageClient) -> None:
        version_id = publish(make_survey()).id
        sign_in(client, "analyst")
        assert "Mend" not in client.get(f"/staff/surveys/versions/{version_id}").page.text.split("What was")[0]
        assert client.get(f"/staff/surveys/versions/{version_id}/mend/en/q-word/text").status_code == 403

    def test_what_is_not_there_is_not_found(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        version_id = publish(make_survey()).id
        assert client.get(f"/staff/surveys/versions/{version_id}/mend/cy/q-word/text").status_code == 404
        assert client.get(f"/staff/surveys/versions/{version_id}/mend/en/q-none/text").status_code == 404
        assert client.get("/staff/surveys/versions/999").status_code == 404


class TestRows:
    def test_no_row_of_wording_is_made_for_a_text_that_stays_empty(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        survey_id = make_survey(texts={("q-word", "hint"): ""}).id
        client.submit(f"/staff/surveys/{survey_id}/questions/q-word", do="save")
        rows = db.session.scalars(sa.select(Wording).where(Wording.item == "q-word", Wording.part == "hint")).all()
        assert rows == []
