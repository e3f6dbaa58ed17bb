"""Compiled versions: pages, words with their fallback, and the store that notices a mended wording."""

from __future__ import annotations

import pytest
from flask import Flask

from core.database import db
from core.errors import NotFoundError
from surveys import compiled, document
from surveys.document import Option, Question, Section
from surveys.services import publishing
from tests.factories.surveys import make_fieldwork, make_survey, publish
from tests.support.queries import at_most, recorded

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    compiled.forget()


class TestPages:
    def test_one_question_a_page(self) -> None:
        made = compiled.of_version(publish(make_survey(paging="question")))
        assert [len(p.questions) for p in made.pages] == [1] * 6

    def test_a_section_a_page_leaves_out_empty_sections(self) -> None:
        two = (Question("q-a", "short_text"), Question("q-b", "short_text"))
        sections = [Section("s1", two), Section("s2"), Section("s3", (Question("q-c", "long_text"),))]
        made = compiled.of_version(publish(make_survey(sections=sections, paging="section")))
        assert [[q.id for q in p.questions] for p in made.pages] == [["q-a", "q-b"], ["q-c"]]


class TestWords:
    def test_what_is_not_translated_comes_in_the_source_language_and_says_so(self) -> None:
        survey = make_survey(languages=["en", "cy"], translated=False)
        made = compiled.of_version(publish(survey, reasons={"cy": "The translator is ill."}))
        words = made.words_in("cy")
        assert words.text("q-ease", "text") == "q-ease text"
        assert 'lang="en"' in words.html("q-ease", "text")
        assert made.incomplete == {"cy": "The translator is ill."}

    def test_a_language_that_is_not_offered_falls_back(self) -> None:
        made = compiled.of_version(publish(make_survey()))
        assert made.words_in("ar").language.tag == "en"

    def test_text_is_escaped(self) -> None:
        made = compiled.of_version(publish(make_survey(texts={("q-word", "text"): "Fish & <b>chips</b>?"})))
        assert made.words_in("en").html("q-word", "text") == "Fish &amp; &lt;b&gt;chips&lt;/b&gt;?"


class TestGet:
    def test_costs_no_query_once_kept_when_the_revision_is_known(self, app: Flask) -> None:
        version = publish(make_survey())
        version_id, revision = version.id, version.wording_revision
        first = compiled.get(version_id, revision)
        with at_most(0):
            assert compiled.get(version_id, revision) is first
        with at_most(1):
            assert compiled.get(version_id) is first

    def test_notices_a_mended_wording(self) -> None:
        version = publish(make_survey())
        assert compiled.get(version.id, 1).words_in("en").text("q-word", "text") == "q-word text"
        publishing.fix_wording(version, tag="en", item="q-word", part="text", text="New", reason="Typo", by="staff:1")
        db.session.commit()
        assert compiled.get(version.id, 2).words_in("en").text("q-word", "text") == "New"
        assert compiled.get(version.id).words_in("en").text("q-word", "text") == "New"

    def test_costs_two_queries_for_a_hundred_questions(self) -> None:
        many = [Question(f"q{i}", "single", options=(Option("1"), Option("2"))) for i in range(100)]
        version_id = publish(make_survey(questions=many)).id
        db.session.expunge_all()
        with recorded() as queries:
            compiled.get(version_id)
        assert queries.count <= 2

    def test_refuses_what_does_not_exist(self) -> None:
        with pytest.raises(NotFoundError):
            compiled.get(404)

    def test_keeps_a_bounded_number(self) -> None:
        version = publish(make_survey())
        first = compiled.get(version.id, 1)
        for other in range(1, compiled.KEPT + 1):
            compiled._kept[-other] = first
        another = publish(make_survey())
        compiled.get(another.id, 1)
        assert len(compiled._kept) <= compiled.KEPT


class TestFactories:
    def test_fieldwork_of_every_kind(self) -> None:
        for kind in ("anonymous", "confidential", "open"):
            assert make_fieldwork(kind=kind).version_id


class TestJson:
    def test_a_document_survives_the_round_trip(self) -> None:
        survey = make_survey()
        assert document.to_json(document.from_json(survey.draft)) == survey.draft
