"""Kept pages: nobody sees what is another's, and what a page depends on makes it anew."""

from __future__ import annotations

import pytest

from core.database import db
from engagements.models import Engagement
from surveys.views import shells
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.support.queries import at_most
from tests.surveys import respondents
from tests.surveys.respondents import ANSWERS


@pytest.fixture
def fieldwork(app):
    return make_open_fieldwork()


@pytest.fixture
def two(fieldwork):
    """The ways in of two people."""
    return invite(fieldwork, [make_member(), make_member()])


def kept() -> str:
    return "".join(part for parts in shells._kept.values() for part in parts)


class TestFirstPage:
    def test_is_rendered_once_and_leads_each_person_to_their_own_survey(self, client, two, monkeypatch):
        rendered = []
        from surveys.views.answering import entrance

        original = entrance.render_template
        monkeypatch.setattr(
            entrance, "render_template", lambda name, **values: rendered.append(name) or original(name, **values)
        )
        for way in two:
            page = client.get(f"/s/{way.token}").page
            assert page.form(f"/s/{way.token}")["csrf_token"]
        assert rendered == ["surveys/answer/first.html"]

    def test_keeps_no_link_and_no_token_against_forgery(self, client, two):
        page = client.get(f"/s/{two[0].token}").page
        assert "nhsuk-heading-l" in kept()
        assert two[0].token not in kept()
        assert page.form(f"/s/{two[0].token}")["csrf_token"] not in kept()

    def test_shows_at_once_what_the_plan_says_now(self, client, two):
        assert "Asha Patel" in client.get(f"/s/{two[0].token}").page.text
        db.session.query(Engagement).one().contact_name = "Ben Okafor"
        db.session.commit()
        assert "Ben Okafor" in client.get(f"/s/{two[0].token}").page.text

    def test_is_in_the_language_of_each_reader(self, client, two):
        assert client.get(f"/s/{two[0].token}").page.root.get("lang") == "en"
        page = client.get(f"/s/{two[0].token}", headers={"Accept-Language": "ar"}).page
        assert page.root.get("dir") == "rtl"

    def test_offers_to_go_on_to_somebody_who_has_begun(self, client, two, fieldwork):
        client.get(f"/s/{two[0].token}")
        respondents.begin(client, two[0].token)
        page = client.get(f"/answer/{fieldwork.slug}").page
        assert page.link("Go on") == f"/answer/{fieldwork.slug}/1"


class TestCheck:
    def test_shows_each_person_their_own_answers(self, client, app, two, fieldwork):
        other = app.test_client()
        for browser, way, word in ((client, two[0], "Slow & <b>"), (other, two[1], "Quick")):
            respondents.begin(browser, way.token)
            page = respondents.answer_pages(browser, fieldwork.slug, (*ANSWERS[:4], {"q-word": word})).page
            page = browser.get(f"/answer/{fieldwork.slug}/check").page
            assert word in page.text
        assert "Slow" not in page.text
        assert "Not provided" in page.text  # the last question was left out
        assert "Slow" not in kept()
        assert "Quick" not in kept()

    def test_says_what_is_missing_on_a_page_of_ones_own(self, client, two, fieldwork):
        respondents.begin(client, two[0].token)
        client.get(f"/answer/{fieldwork.slug}/check")
        assert respondents.send(client, fieldwork.slug).page.errors
        assert not client.get(f"/answer/{fieldwork.slug}/check").page.errors


class TestTheDatabase:
    """What each step asks it: on PostgreSQL, round trips cost more than queries."""

    def test_is_asked_little_from_the_link_to_thanks(self, client, two, fieldwork):
        client.get(f"/s/{two[1].token}")  # the questionnaire is read once in a process
        way, slug = two[0], fieldwork.slug
        with at_most(2):  # the way in, and what the engagement is about
            page = client.get(f"/s/{way.token}").page
        with at_most(2):  # the way in again, and the new visit
            client.post(f"/s/{way.token}", data=page.form(f"/s/{way.token}"))
        respondents.answer_pages(client, slug)
        with at_most(1):  # the visit
            page = client.get(f"/answer/{slug}/check").page
        form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value")}
        # The visit, its end, the mark, the bands, the response, and on PostgreSQL those it is mixed with.
        with at_most(6):
            client.post(f"/answer/{slug}/check", data=form)
        with at_most(2):
            client.get(f"/answer/{slug}/thanks")
