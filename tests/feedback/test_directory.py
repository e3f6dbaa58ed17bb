from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from feedback.models import Telling
from feedback.services import outcomes, telling
from panel.involvement import of as involvement_of
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, make_outcome, make_published
from tests.support.pages import text_of
from tests.support.queries import at_most, recorded

HEARD = "You cannot get through on the phone at 8 in the morning."
ATOM = "{http://www.w3.org/2005/Atom}"


def publish_one(**changes):
    engagement = make_answered([], **{k: changes.pop(k) for k in ("title", "languages") if k in changes})
    make_published(engagement, **changes)
    slug = engagement.slug
    db.session.rollback()
    return slug


class TestDirectory:
    def test_shows_what_is_published_and_nothing_else(self, client):
        publish_one()
        make_outcome(make_answered([]), ready=True, heard="Not public yet.")
        db.session.rollback()
        page = client.get("/you-said-we-did").page
        assert HEARD in page.text
        assert "Not public yet." not in page.html

    def test_finds_by_subject(self, client):
        publish_one(title="About surgeries", subjects=["gp"])
        publish_one(title="About hospitals", subjects=["hospitals"])
        page = client.get("/you-said-we-did?subject=hospitals").page
        assert "About hospitals" in page.text
        assert "About surgeries" not in page.text

    def test_finds_what_is_about_places_inside_an_area(self, client):
        areas = make_areas()
        system = next(area for area in areas.values() if area.level == 1)
        inside, other = [area for area in areas.values() if area.level == 2][:2]
        publish_one(title="Inside", area_ids=[inside.id])
        publish_one(title="Elsewhere", area_ids=[other.id])
        addresses = [f"/you-said-we-did?area={area}" for area in (system.id, inside.id)]
        db.session.rollback()
        assert "Elsewhere" in client.get(addresses[0]).page.text
        page = client.get(addresses[1]).page
        assert "Inside" in page.text
        assert "Elsewhere" not in [text_of(h) for h in page.all("h2")]

    @pytest.mark.parametrize("query", ["subject=nonsense", "area=999999", "page=0", "page=-1", "page=99999"])
    def test_says_not_found_to_what_does_not_exist(self, client, query):
        assert client.get(f"/you-said-we-did?{query}").status_code == 404

    def test_turns_pages(self, client):
        for number in range(11):
            with clock.stopped_at(clock.now().replace(year=2025, month=number + 1)):
                publish_one(title=f"Number {number}")
        page = client.get("/you-said-we-did").page
        assert "Number 10" in page.text
        older = page.link("Older")
        assert "Number 0" in client.get(older).page.text

    def test_asks_the_database_no_more_for_a_full_page_than_for_one_entry(self, client):
        counts = []
        for _ in range(2):
            with recorded() as queries:
                publish_one()
            with recorded() as queries:
                client.get("/you-said-we-did")
            counts.append(queries.count)
        assert counts[0] == counts[1]
        assert counts[0] <= 12

    def test_may_be_kept_by_caches_and_answers_304(self, client):
        publish_one()
        first = client.get("/you-said-we-did")
        assert "public" in first.headers["Cache-Control"]
        assert "Accept-Language" in first.headers["Vary"]
        again = client.get("/you-said-we-did", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304

    def test_is_kept_by_nobody_for_somebody_with_a_session(self, client):
        publish_one()
        with client.session_transaction() as cookie:
            cookie["something"] = "personal"
        assert client.get("/you-said-we-did").headers["Cache-Control"] == "no-store"

    def test_weighs_little(self, client):
        for _ in range(10):
            publish_one()
        assert len(client.get("/you-said-we-did").data) < 20_000


class TestEngagementPage:
    def test_says_what_was_heard_done_and_why_not(self, client):
        slug = publish_one(answer="will_not_do", why="There is no money for it.", said_by=62, out_of=100)
        text = client.get(f"/you-said-we-did/{slug}").page.text
        assert "We will not do this" in text
        assert "There is no money for it." in text
        assert "62%" in text

    @pytest.mark.parametrize(("said_by", "out_of"), [(7, 100), (95, 100)])
    def test_shows_no_figure_that_singles_people_out(self, client, said_by, out_of):
        slug = publish_one(said_by=said_by, out_of=out_of)
        assert "%" not in client.get(f"/you-said-we-did/{slug}").page.text

    @pytest.mark.parametrize(("people", "shown"), [(7, False), (8, True)])
    def test_shows_how_many_took_part_only_from_eight_on(self, client, people, shown):
        engagement = make_answered([make_member() for _ in range(people)])
        make_published(engagement)
        slug = engagement.slug
        db.session.rollback()
        assert ("took part" in client.get(f"/you-said-we-did/{slug}").page.text) is shown

    def test_says_when_a_text_is_not_yet_in_the_readers_language(self, client):
        slug = publish_one(languages=("en", "ar"), words={"cy": {"heard": "Clywsom.", "response": "Gwnaethom."}})
        page = client.get(f"/you-said-we-did/{slug}?lang=ar").page
        assert page.root.get("dir") == "rtl"
        assert "The translation follows in June." in page.text
        (heard,) = [p for p in page.all("p") if text_of(p) == HEARD]
        assert (heard.get("lang"), heard.get("dir")) == ("en", "ltr")
        assert "Clywsom." in client.get(f"/you-said-we-did/{slug}?lang=cy").page.text

    def test_is_not_there_before_anything_is_published(self, client):
        engagement = make_answered([])
        make_outcome(engagement, ready=True)
        slug = engagement.slug
        db.session.rollback()
        assert client.get(f"/you-said-we-did/{slug}").status_code == 404
        assert client.get("/you-said-we-did/no-such-thing").status_code == 404

    def test_shows_a_kept_promise_in_place_of_the_promise(self, client):
        engagement = make_answered([])
        promise, _telling = make_published(engagement, answer="will_do", do_by=clock.today(), response="We shall.")
        following = outcomes.follow_up(promise)
        following.words = {"en": {"heard": HEARD, "response": "It is done."}}
        outcomes.mark_ready(following, ["en"], {})
        telling.publish_outcomes(engagement.id, "staff:1")
        db.session.commit()
        slug = engagement.slug
        db.session.rollback()
        text = client.get(f"/you-said-we-did/{slug}").page.text
        assert "It is done." in text
        assert "We shall." not in text

    def test_costs_few_queries(self, client):
        slug = publish_one()
        with at_most(12):
            client.get(f"/you-said-we-did/{slug}")


class TestFeed:
    def test_is_atom_in_its_language(self, client):
        publish_one(words={"cy": {"heard": "Clywsom.", "response": "Gwnaethom."}})
        response = client.get("/you-said-we-did/feed/cy.atom")
        assert response.mimetype == "application/atom+xml"
        feed = ElementTree.fromstring(response.data)  # noqa: S314  our own words
        assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "cy"
        entries = feed.findall(f"{ATOM}entry")
        assert len(entries) == 1
        assert "Clywsom." in "".join(entries[0].itertext())
        for required in ("id", "title", "updated"):
            assert feed.find(f"{ATOM}{required}").text
            assert entries[0].find(f"{ATOM}{required}").text

    def test_escapes_what_people_wrote(self, client):
        publish_one(title="Beds & <chairs>")
        ElementTree.fromstring(client.get("/you-said-we-did/feed/en.atom").data)  # noqa: S314

    def test_is_found_from_the_directory(self, client):
        page = client.get("/you-said-we-did?lang=ar").page
        (link,) = page.all("link", type="application/atom+xml")
        assert client.get(link.get("href")).status_code == 200

    def test_knows_no_other_languages(self, client):
        assert client.get("/you-said-we-did/feed/xx.atom").status_code == 404


class TestInvolvement:
    def test_leads_a_member_to_what_came_of_it(self, app):
        member, other = make_member(), make_member()
        make_published(make_answered([member]))
        with app.test_request_context("/"):
            (entry,) = [e for e in involvement_of(member.id) if "you-said-we-did" in e.href]
            assert "took part" in entry.status
            assert not [e for e in involvement_of(other.id) if "you-said-we-did" in e.href]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Telling)) == 1
