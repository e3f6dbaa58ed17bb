"""Answering, from the link to “Thank you”."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from panel.services import membership
from surveys import compiled, sealing
from surveys.models import AnswerSession, Kind, Participation, Response, ResponseIntake
from surveys.queries import answering as queries
from surveys.queries.answering import GRACE
from surveys.services import answering, intake
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.factories.surveys import make_survey, publish
from tests.support.queries import at_most
from tests.surveys import respondents


@pytest.fixture
def fieldwork(app):
    return make_open_fieldwork()


@pytest.fixture
def way(fieldwork):
    return invite(fieldwork, [make_member()])[0]


def stored(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


class TestTheWayIn:
    def test_says_what_staff_can_see_and_what_it_is_about(self, client, way):
        page = client.get(f"/s/{way.token}").page
        assert "This survey is anonymous." in page.text
        for words in (
            "We want to know how easy",
            "hard to get through",
            "The board decides",
            "Asha Patel",
            "call-back",
        ):
            assert words in page.text

    def test_opening_the_link_changes_nothing(self, client, way):
        client.get(f"/s/{way.token}")
        assert stored(AnswerSession) == 0

    def test_starting_leads_to_the_first_question(self, client, way):
        response = respondents.begin(client, way.token)
        assert response.page.h1 == "q-ease text"
        assert stored(AnswerSession) == 1

    def test_an_unknown_link_is_not_found(self, client):
        assert client.get("/s/nothing").status_code == 404

    def test_a_used_link_shows_the_words_of_thanks_of_the_author(self, client, app):
        texts = {("survey", "thanks"): "Your words go to the board.\nThank you & come again."}
        fieldwork = make_open_fieldwork(publish(make_survey(texts=texts)))
        way = invite(fieldwork, [make_member()])[0]
        respondents.answer(client, way.token, fieldwork.slug)
        page = client.get(f"/s/{way.token}").page
        assert "Your words go to the board." in page.text
        assert "Thank you & come again." in page.text

    def test_a_used_link_says_thank_you_and_where_the_outcome_will_be(self, client, way, fieldwork):
        respondents.answer(client, way.token, fieldwork.slug)
        page = client.get(f"/s/{way.token}").page
        assert page.h1 == "Thank you"
        assert "You said, we did" in page.text


class TestAnswering:
    def test_a_whole_respondent_is_done_and_their_answers_wait_sealed(self, client, way, fieldwork):
        last = respondents.answer(client, way.token, fieldwork.slug)
        assert last.page.h1 == "Thank you"
        assert db.session.scalar(sa.select(Participation.state)) == "done"
        assert (stored(AnswerSession), stored(ResponseIntake), stored(Response)) == (0, 1, 0)
        assert b"week" not in db.session.scalar(sa.select(ResponseIntake.payload))

    def test_each_page_asks_the_database_little(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        address = f"/answer/{fieldwork.slug}/1"
        with at_most(1):
            page = client.get(address).page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value"), "q-ease": "4"}
        with at_most(2):
            response = client.post(address, data=form)
        assert response.location.endswith(f"/answer/{fieldwork.slug}/2")

    def test_a_server_that_has_just_started_keeps_what_is_sent(self, client, way, fieldwork):
        page = respondents.begin(client, way.token).page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value"), "q-ease": "4"}
        compiled.forget()
        client.post(f"/answer/{fieldwork.slug}/1", data=form)
        assert answering.open_draft(queries.find_visit(way.token_hash)).answers["q-ease"] == 4
        form = {"csrf_token": respondents.answer_pages(client, fieldwork.slug).page.all("input")[0].get("value")}
        compiled.forget()
        response = client.post(f"/answer/{fieldwork.slug}/check", data=form, follow_redirects=True)
        assert response.page.h1 == "Thank you"
        assert (stored(AnswerSession), stored(ResponseIntake)) == (0, 1)

    def test_a_wrong_answer_is_refused_and_kept(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        page = client.get(f"/answer/{fieldwork.slug}/4").page
        token = page.all("input", name="csrf_token")[0].get("value")
        response = client.post(f"/answer/{fieldwork.slug}/4", data={"csrf_token": token, "q-times": "ninety"})
        assert response.status_code == 422
        assert response.page.errors
        assert response.page.one("input", id="q-times").get("value") == "ninety"

    def test_back_shows_what_was_answered(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        respondents.answer_pages(client, fieldwork.slug, respondents.ANSWERS[:2])
        page = client.get(f"/answer/{fieldwork.slug}/1").page
        assert page.one("input", value="4", name="q-ease").get("checked") is not None

    def test_the_check_leads_back_to_each_question(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        page = respondents.answer_pages(client, fieldwork.slug).page
        assert page.h1 == "Check your answers"
        assert page.link("q-times text") == f"/answer/{fieldwork.slug}/4?change=1#q-times"

    def test_sending_without_a_needed_answer_says_which(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        response = respondents.send(client, fieldwork.slug)
        assert response.status_code == 422
        assert len(response.page.errors) == 2
        assert stored(ResponseIntake) == 0

    def test_sending_twice_stores_once(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        page = respondents.answer_pages(client, fieldwork.slug).page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value")}
        for _ in range(2):
            response = client.post(f"/answer/{fieldwork.slug}/check", data=form, follow_redirects=True)
            assert response.page.h1 == "Thank you"
        assert stored(ResponseIntake) == 1

    def test_changing_the_language_keeps_the_place_and_what_was_entered(self, client, app):
        version = publish(make_survey(languages=("en", "ar")))
        fieldwork = make_open_fieldwork(version)
        way = invite(fieldwork, [make_member()])[0]
        page = respondents.begin(client, way.token).page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value"), "q-ease": "4", "switch": "ar"}
        page = client.post(f"/answer/{fieldwork.slug}/1", data=form, follow_redirects=True).page
        assert page.root.get("dir") == "rtl"
        assert page.h1 == "[ar] q-ease text"
        assert page.one("input", value="4", name="q-ease").get("checked") is not None


class TestSomebodyLeaves:
    def test_what_they_had_begun_goes_and_that_they_were_asked_stays(self, client, fieldwork):
        leaver, stayer = make_member(), make_member()
        ways = invite(fieldwork, [leaver, stayer])
        for way in ways:
            respondents.begin(client, way.token)
        membership.leave(leaver, "en")
        db.session.commit()
        assert list(db.session.scalars(sa.select(AnswerSession.token_hash))) == [ways[1].token_hash]
        assert stored(Participation) == 2


class TestAnotherDevice:
    def test_the_code_goes_on_where_the_first_device_stopped(self, client, way, fieldwork, app):
        page = respondents.begin(client, way.token).page
        assert way.code in page.text
        respondents.answer_pages(client, fieldwork.slug, respondents.ANSWERS[:2])
        other = app.test_client()
        if True:
            typed = way.code.replace("-", " ").lower()
            page = other.submit("/resume", code=typed).page
            response = other.post(f"/s/{way.token}", data=page.form(f"/s/{way.token}"), follow_redirects=True)
            assert response.page.h1 == "q-why text (optional)"

    def test_what_two_devices_keep_at_one_moment_is_all_kept(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        visit = queries.find_visit(way.token_hash)
        answering.keep(visit, lambda draft: draft.answers.update({"q-ease": 4}))
        answering.keep(visit, lambda draft: draft.answers.update({"q-how": "2"}))  # as it was read before the other's
        draft = answering.open_draft(queries.find_visit(way.token_hash))
        assert draft.answers == {"q-ease": 4, "q-how": "2"}

    def test_a_page_of_what_another_device_has_sent_meanwhile_changes_nothing(self, client, way, fieldwork, app):
        page = respondents.begin(client, way.token).page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value"), "q-ease": "1"}
        other = app.test_client()
        respondents.begin(other, way.token)
        respondents.answer_pages(other, fieldwork.slug)
        respondents.send(other, fieldwork.slug)
        response = client.post(f"/answer/{fieldwork.slug}/1", data=form, follow_redirects=True)
        assert response.page.h1 == "Thank you"
        assert (stored(AnswerSession), stored(ResponseIntake)) == (0, 1)

    def test_what_was_sent_between_reading_and_keeping_is_not_begun_again(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        visit = queries.find_visit(way.token_hash)
        db.session.execute(sa.delete(AnswerSession))
        db.session.commit()
        with pytest.raises(answering.VisitOverError):
            answering.keep(visit, lambda draft: draft.answers.update({"q-ease": 4}))
        assert stored(AnswerSession) == 0

    def test_sending_takes_along_what_another_device_has_kept_since(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        said = {"q-ease": 4, "q-how": "2", "q-word": "x"}
        answering.keep(queries.find_visit(way.token_hash), lambda draft: draft.answers.update(said))
        visit = queries.find_visit(way.token_hash)
        answering.keep(visit, lambda draft: draft.answers.update({"q-ease": 1}))
        assert answering.submit(visit, "en")
        assert stored(AnswerSession) == 0
        row = db.session.scalars(sa.select(ResponseIntake)).one()
        assert sealing.unseal(row.payload, f"response_intake.payload:{row.id}")["answers"]["q-ease"] == 1

    def test_a_code_nobody_has_is_refused_in_words(self, client, app):
        response = client.submit("/resume", code="0000-0000-0000")
        assert response.status_code == 422
        assert response.page.errors == ["We do not know this code. Check it, or ask us for help."]

    def test_the_code_of_an_open_survey_takes_the_draft_along(self, client, app):
        fieldwork = make_open_fieldwork(kind=Kind.OPEN)
        page = client.get(f"/o/{fieldwork.slug}").page
        page = client.post(f"/o/{fieldwork.slug}", data=page.form(), follow_redirects=True).page
        code = page.all("p", class_="app-code")[0].find(".//bdi").text
        respondents.answer_pages(client, fieldwork.slug, respondents.ANSWERS[:1])
        other = app.test_client()
        if True:
            assert other.submit("/resume", code=code).status_code == 200
            page = other.get(f"/answer/{fieldwork.slug}/1").page
            assert page.one("input", value="4", name="q-ease").get("checked") is not None
        # The first device has handed over.
        assert stored(AnswerSession) == 1


class TestClosing:
    def test_who_had_begun_has_half_an_hour_and_is_told_so(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        with clock.stopped_at(fieldwork.closes_at + dt.timedelta(minutes=10)):
            page = client.get(f"/answer/{fieldwork.slug}/1").page
            assert "Because you had begun, you can still finish." in page.text
            respondents.answer_pages(client, fieldwork.slug)
            assert respondents.send(client, fieldwork.slug).page.h1 == "Thank you"
        assert stored(ResponseIntake) == 1

    def test_who_had_begun_may_finish_by_the_link_or_the_code_on_another_device(self, client, way, fieldwork, app):
        respondents.begin(client, way.token)
        respondents.answer_pages(client, fieldwork.slug, respondents.ANSWERS[:1])
        with clock.stopped_at(fieldwork.closes_at + dt.timedelta(minutes=10)):
            by_link, by_code = app.test_client(), app.test_client()
            page = by_link.get(f"/s/{way.token}").page
            assert "Because you had begun, you can still finish." in page.text
            page = by_link.post(f"/s/{way.token}", data=page.form(f"/s/{way.token}"), follow_redirects=True).page
            assert "Page 2 of" in page.text
            page = by_code.submit("/resume", code=way.code).page
            assert "Go on" in page.text
            by_code.post(f"/s/{way.token}", data=page.form(f"/s/{way.token}"))
            respondents.answer_pages(by_code, fieldwork.slug)
            assert respondents.send(by_code, fieldwork.slug).page.h1 == "Thank you"

    def test_who_had_begun_an_open_survey_may_finish_from_its_first_page(self, client, app):
        fieldwork = make_open_fieldwork(kind=Kind.OPEN)
        address = f"/o/{fieldwork.slug}"
        client.post(address, data=client.get(address).page.form())
        with clock.stopped_at(fieldwork.closes_at + dt.timedelta(minutes=10)):
            assert app.test_client().get(address).status_code == 410
            page = client.get(address).page
            assert "Because you had begun, you can still finish." in page.text
            assert client.post(address, data=page.form(address), follow_redirects=True).page.h1 == "q-ease text"

    def test_nobody_begins_after_the_closing_time(self, client, way, fieldwork):
        with clock.stopped_at(fieldwork.closes_at + dt.timedelta(minutes=1)):
            response = client.get(f"/s/{way.token}")
        assert response.status_code == 410
        assert response.page.h1 == "This survey has closed"

    def test_nothing_is_taken_after_the_half_hour(self, client, way, fieldwork):
        respondents.begin(client, way.token)
        page = respondents.answer_pages(client, fieldwork.slug).page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value")}
        with clock.stopped_at(fieldwork.closes_at + GRACE):
            response = client.post(f"/answer/{fieldwork.slug}/check", data=form)
        assert response.status_code == 410
        assert stored(ResponseIntake) == 0


class TestConfidential:
    def test_answers_lie_under_a_pseudonym_and_can_be_taken_back(self, client, app):
        fieldwork = make_open_fieldwork(kind=Kind.CONFIDENTIAL)
        member = make_member()
        way = invite(fieldwork, [member])[0]
        respondents.answer(client, way.token, fieldwork.slug)
        response = db.session.scalars(sa.select(Response)).one()
        assert response.pseudonym
        assert response.answers["q-more"] == "It took a week."
        page = client.get(f"/s/{way.token}").page
        client.post(f"/s/{way.token}/take-back", data=page.form("take-back"))
        assert stored(Response) == 0
        assert "deleted" in client.get(f"/s/{way.token}").page.text


class TestOpen:
    def test_equality_questions_come_last_and_can_be_skipped(self, client, app):
        fieldwork = make_open_fieldwork(kind=Kind.OPEN)
        page = client.get(f"/o/{fieldwork.slug}").page
        client.post(f"/o/{fieldwork.slug}", data=page.form(), follow_redirects=True)
        page = respondents.answer_pages(client, fieldwork.slug).page
        assert page.h1 == "About you"
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value")}
        page = client.post(f"/answer/{fieldwork.slug}/about-you", data=form | {"skip": "1"}, follow_redirects=True).page
        assert page.h1 == "Check your answers"
        assert respondents.send(client, fieldwork.slug).page.h1 == "Thank you"
        assert db.session.scalars(sa.select(Response)).one().bands == {}

    def test_what_is_said_of_oneself_is_kept_in_coarse_bands(self, client, app):
        fieldwork = make_open_fieldwork(kind=Kind.OPEN)
        page = client.get(f"/o/{fieldwork.slug}").page
        client.post(f"/o/{fieldwork.slug}", data=page.form(), follow_redirects=True)
        page = respondents.answer_pages(client, fieldwork.slug).page
        form = {
            "csrf_token": page.all("input", name="csrf_token")[0].get("value"),
            "age_band": "25-34",
            "condition": "yes",
            "condition_effect": "a_little",
            "sex": "prefer_not_to_say",
        }
        client.post(f"/answer/{fieldwork.slug}/about-you", data=form)
        respondents.send(client, fieldwork.slug)
        assert db.session.scalars(sa.select(Response)).one().bands == {"age_band": "25-34", "disability": "yes"}


class TestMovingToTheStore:
    def test_fewer_than_eight_wait(self, client, app, fieldwork):
        self._answer(app, fieldwork, 7)
        assert intake.waiting() == []
        assert intake.move(fieldwork.id) == 0

    def test_eight_are_moved_together_without_profile_or_language(self, client, app, fieldwork):
        self._answer(app, fieldwork, 8)
        assert intake.waiting() == [fieldwork.id]
        assert intake.move(fieldwork.id) == 8
        rows = db.session.scalars(sa.select(Response)).all()
        assert {(r.language, len(r.bands), r.pseudonym) for r in rows} == {("und", 0, None)}
        assert stored(ResponseIntake) == 0

    @staticmethod
    def _answer(app, fieldwork, number: int) -> None:
        for way in invite(fieldwork, [make_member() for _ in range(number)]):
            assert respondents.answer(app.test_client(), way.token, fieldwork.slug).page.h1 == "Thank you"
