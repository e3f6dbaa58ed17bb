"""The pages of draws: each step asks for one thing, refuses what cannot be, and tells the public nothing of anybody."""

from __future__ import annotations

import io
import json

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from core import clock
from core.database import db
from panel.draws import people, planning, pools, quotas
from panel.models import Draw, DrawState, Member, Reply, Role
from tests.core.task_work import work_off
from tests.factories import staff
from tests.factories.draws import DAY, again, fixed, held, make_crowd, make_draw, published
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.panel.test_own_page import sign_in as sign_member_in
from tests.support.pages import text_of
from tests.support.queries import at_most


@pytest.fixture
def manager(client):
    make_crowd()
    staff.sign_in(client, "panel_manager")
    return client


class TestPlan:
    def test_from_the_first_page_to_one_that_is_possible(self, manager):
        engagement = make_engagement()
        response = manager.submit("/staff/draws/new", title="People’s jury", engagement_id=str(engagement.id))
        path = response.request.path
        manager.submit(f"{path}/plan/size", size="20", reserves="4")
        manager.submit(f"{path}/plan/features", features=["age_band", "sex"], within="2")
        page = manager.submit(f"{path}/quotas", f"{path}/numbers-of-the-population")
        assert "written from the population" in page.text
        manager.submit(f"{path}/check", f"{path}/check")
        work_off()
        assert "Yes, it is possible." in manager.get(f"{path}/check").text
        draw = db.session.scalars(sa.select(Draw)).one()
        assert (draw.engagement_id, draw.size, draw.reserves) == (engagement.id, 20, 4)

    def test_what_was_typed_stays_when_it_is_refused(self, manager):
        draw = make_draw()
        response = manager.submit(f"/staff/draws/{draw.id}/plan/size", size="many")
        assert response.status_code == 422
        assert 'value="many"' in response.text
        assert "Enter how many people you want." in response.text or "whole number" in response.text

    def test_the_most_may_not_be_less_than_the_least(self, manager):
        draw = make_draw()
        order = quotas.of(draw.id)[0].order
        path, crossed = f"/staff/draws/{draw.id}/quotas", {f"least-{order}": "5", f"most-{order}": "2"}
        response = manager.submit(path, path, **crossed)
        assert response.status_code == 422
        assert "must not be less" in response.text

    def test_an_impossible_one_says_in_words_what_to_change(self, manager):
        draw = make_draw()
        quotas.change(draw, {("age_band", "85+"): (19, 20)})
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        text = manager.get(f"/staff/draws/{draw.id}/check").text
        assert "No group of people meets all the numbers" in text
        assert "85 or over at least 19" in text

    def test_the_pool_is_shown_by_category_with_who_is_left_out(self, manager):
        draw = make_draw()
        with at_most(16):
            text = manager.get(f"/staff/draws/{draw.id}/pool").text
        assert f"{pools.counts(draw)[1]} people could be chosen" in text

    def test_the_pool_says_how_likely_the_numbers_make_each(self, manager):
        draw = make_draw(within=0)
        quotas.change(draw, {("age_band", "85+"): (19, 20)})
        db.session.commit()
        text = manager.get(f"/staff/draws/{draw.id}/pool").text
        assert "At least 19: too few people" in text
        women = pools.counted(draw, ["sex"]).by_feature["sex"]["female"]
        wanted = {q.category: (q.least, q.most) for q in quotas.of(draw.id) if q.feature == "sex"}["female"]
        assert f"{round(100 * wanted[1] / women)}%" in text
        planning.change(draw, algorithm="random")
        db.session.commit()
        assert "Everybody has the same chance" in manager.get(f"/staff/draws/{draw.id}/pool").text

    def test_the_pool_says_how_likely_it_is_where_more_are_drawn_than_wanted(self, manager):
        draw = make_draw(size=20, within=1, responses={"feature": "sex", "rates": {"": 50, "female": 80, "male": 40}})
        path = f"/staff/draws/{draw.id}/pool"
        assert "the check will tell" in manager.get(f"/staff/draws/{draw.id}").text
        before = manager.get(path)
        assert "is shown here after the check" in before.text
        assert [text_of(th) for th in before.page.one("main").iter("th") if th.get("scope") == "col"][:3] == [
            "Who", "People", "Who",
        ]  # fmt: skip
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        draw = again(draw)
        size = draw.findings["draw_size"]
        text = manager.get(path).text
        assert f"so {size} people are drawn" in text
        chances = {}
        for sex in ("female", "male"):
            low, high = next((a, b) for key, c, a, b in draw.findings["drawn"] if (key, c) == ("sex", sex))
            people = pools.counted(draw, ["sex"]).by_feature["sex"][sex]
            chances[sex] = [round(100 * seats / people) for seats in (low, high)]
            assert f"{chances[sex][0]}%" in text or f"{chances[sex][1]}%" in text
        assert chances["male"][0] > chances["female"][1]
        draw = fixed(draw)
        drawn = {(q.feature, q.category): (q.draw_least, q.draw_most) for q in quotas.of(draw.id)}
        assert {(key, c): (a, b) for key, c, a, b in draw.findings["drawn"]} == drawn, "what the page says is drawn"

    def test_who_does_not_plan_sees_no_small_number_and_no_page_they_may_not_open(self, client):
        make_crowd()
        draw = make_draw(within=0)
        quotas.change(draw, {("age_band", "85+"): (19, 20)})
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        staff.sign_in(client, "analyst")
        path = f"/staff/draws/{draw.id}"
        cells = [text_of(td) for td in client.get(f"{path}/pool").page.one("main").iter("td")]
        assert "*" in cells
        assert all(cell == "*" or int(cell) % 5 == 0 for cell in cells)
        check = client.get(f"{path}/check").text
        assert "No group of people meets all the numbers" in check
        assert "at least 19" not in check
        links = [a.get("href") for a in client.get(path).page.one("main").iter("a")]
        assert f"{path}/pool" in links
        assert all(client.get(link).status_code == 200 for link in links)

    def test_pages_of_the_plan_are_gone_once_it_is_fixed(self, manager):
        draw = fixed(make_draw())
        for page in ("plan/size", "quotas", "pool", "check", "fix"):
            assert manager.get(f"/staff/draws/{draw.id}/{page}").status_code == 404

    def test_rates_by_group_are_asked_for_where_they_differ(self, manager):
        draw = make_draw()
        response = manager.submit(f"/staff/draws/{draw.id}/plan/responses", everybody="no", rate="40", feature="sex")
        assert response.request.path.endswith("/plan/rates")
        manager.submit(response.request.path, **{"rate-female": "50", "rate-male": "30"})
        assert again(draw).responses == {"feature": "sex", "rates": {"": 40, "female": 50, "male": 30}}


class TestFix:
    def test_is_refused_for_today(self, manager):
        draw, today = make_draw(), clock.today()
        day = {"source_on-day": str(today.day), "source_on-month": str(today.month), "source_on-year": str(today.year)}
        response = manager.submit(f"/staff/draws/{draw.id}/fix", source="Lottery numbers", **day)
        assert response.status_code == 422
        assert "Choose a day to come" in response.text

    def test_is_done_by_the_worker_and_public_at_once(self, manager):
        draw, day = make_draw(), clock.today() + DAY
        given = {"source_on-day": str(day.day), "source_on-month": str(day.month), "source_on-year": str(day.year)}
        response = manager.submit(f"/staff/draws/{draw.id}/fix", source="Lottery numbers", **given)
        assert "It waits for its turn" in response.text
        work_off()
        text = manager.application.test_client().get(f"/lottery/{draw.id}").text
        assert again(draw).pool_sha256 in text


class TestHold:
    def test_the_value_is_taken_once(self, manager):
        draw = fixed(make_draw())
        page = manager.submit(f"/staff/draws/{draw.id}/hold", public_value="4 8 15 16 23 42")
        assert page.request.path == f"/staff/draws/{draw.id}"
        again_ = manager.submit(f"/staff/draws/{draw.id}/hold", public_value="luckier")
        assert again_.status_code == 422
        work_off()
        assert again(draw).public_value == "4 8 15 16 23 42"
        assert "The draw is made" in manager.get(f"/staff/draws/{draw.id}").text

    def test_can_be_stopped_and_made_after_all(self, manager):
        draw = fixed(make_draw())
        path = f"/staff/draws/{draw.id}"
        manager.submit(f"{path}/hold", public_value="4 8 15")
        assert "It was stopped. Nothing was kept." in manager.submit(path, f"{path}/stop").text
        manager.submit(path, f"{path}/hold-again")
        work_off()
        assert again(draw).state == DrawState.DRAWN


class TestPublic:
    def test_says_nothing_of_a_plan(self, client):
        make_crowd(60)
        draw = make_draw(size=5, within=5)
        assert client.get(f"/lottery/{draw.id}").status_code == 404
        assert draw.title not in client.get("/lottery").text

    def test_keeps_the_result_back_until_it_is_published(self, client):
        make_crowd()
        draw = held(make_draw())
        assert draw.public_value not in client.get(f"/lottery/{draw.id}").text
        for name in ("audit-0.json", "audit.pdf"):
            assert client.get(f"/lottery/{draw.id}/{name}").status_code == 404

    def test_shows_the_audit_sheet_and_nobody(self, client):
        make_crowd()
        draw = published(make_draw())
        with at_most(8):
            text = client.get(f"/lottery/{draw.id}").text
        assert pools.opened(draw.id, "secret") in text
        numbers = pools.opened(draw.id, "pool")
        first = numbers.splitlines()[1].split(",")[0]
        file = client.get(f"/lottery/{draw.id}/audit-0.json")
        assert first not in text + file.text
        assert json.loads(file.text)["sealed"]

    def test_can_be_printed_as_a_tagged_document(self, client):
        make_crowd()
        draw = published(make_draw())
        for tag in ("en", "ar"):
            document = PdfReader(io.BytesIO(client.get(f"/lottery/{draw.id}/audit.pdf?lang={tag}").data))
            root = document.trailer["/Root"]
            assert root["/MarkInfo"]["/Marked"]
            assert "/StructTreeRoot" in root
            assert root["/Lang"] == tag
            assert draw.title in document.metadata.title

    def test_of_a_cancelled_one_says_why(self, client):
        make_crowd()
        draw = fixed(make_draw())
        planning.cancel(draw, "The event was called off.")
        db.session.commit()
        assert "The event was called off." in client.get(f"/lottery/{draw.id}").text


class TestWhyMe:
    def drawn_member(self, client, draw, language="en"):
        chosen = [p for p in people.list_people(draw.id) if p.role == Role.CHOSEN]
        found = ((p, db.session.get_one(Member, p.member_id)) for p in chosen)
        person, member = next((p, m) for p, m in found if m.email_index)  # links to sign in are sent by e-mail
        member.language = language
        db.session.commit()
        sign_member_in(client, member)
        return person

    def test_tells_how_likely_it_was_in_plain_words(self, client):
        make_crowd()
        draw = published(make_draw())
        person = self.drawn_member(client, draw)
        text = client.get(f"/me/lottery/{draw.id}").text
        assert f"about {round(100 * person.probability)} were chosen" in text
        assert "Why me?" in client.get("/me").text

    def test_is_for_nobody_else(self, client):
        make_crowd()
        draw = published(make_draw())
        sign_member_in(client, make_member())
        assert client.get(f"/me/lottery/{draw.id}").status_code == 404

    def test_is_silent_before_publishing(self, client):
        make_crowd()
        draw = held(make_draw())
        self.drawn_member(client, draw)
        assert client.get(f"/me/lottery/{draw.id}").status_code == 404
        assert "by lottery" not in client.get("/me").text

    def test_somebody_can_say_no(self, client):
        make_crowd()
        draw = published(make_draw())
        person = self.drawn_member(client, draw)
        path = f"/me/lottery/{draw.id}"
        response = client.submit(path, f"{path}/declined")
        assert "You said no. That is fine." in response.text
        db.session.expire_all()
        assert people.find(draw.id, person.member_id).reply == Reply.DECLINED


class TestPeople:
    def test_staff_note_a_no_and_call_a_reserve(self, manager):
        draw = published(make_draw(reserves=10, within=4))
        path = f"/staff/draws/{draw.id}/people"
        first = people.list_people(draw.id)[0].member_id
        page = manager.submit(path, f"{path}/{first}/declined")
        assert "1 place is free" in page.text
        manager.submit(path, f"/staff/draws/{draw.id}/replace/reserve")
        work_off()
        text = manager.get(path).text
        assert "In place of somebody" in text
        assert "place is free" not in text

    def test_lists_them_with_a_bounded_number_of_queries(self, manager):
        draw = published(make_draw(size=40, within=4))
        with at_most(10):
            response = manager.get(f"/staff/draws/{draw.id}/people")
        assert response.status_code == 200

    def test_are_not_for_those_who_only_read(self, client):
        make_crowd()
        draw = published(make_draw())
        staff.sign_in(client, "assurance")
        assert client.get(f"/staff/draws/{draw.id}").status_code == 200
        assert client.get(f"/staff/draws/{draw.id}/people").status_code == 403

    def test_the_pool_is_handed_out_with_a_record(self, manager):
        from core.audit import has_happened

        draw = fixed(make_draw())
        response = manager.submit(f"/staff/draws/{draw.id}", f"/staff/draws/{draw.id}/pool-file")
        assert response.text.startswith("id,age_band,household,sex")
        assert has_happened("draw.pool_taken")
