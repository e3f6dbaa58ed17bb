import datetime as dt
import json

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import contact, involvement, profiles, queries, signals
from panel.models import Consent, Member, MemberLink, MemberSession, MemberState, Milestone, Review
from panel.services import asking as asks
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.panel.support import link_in, messages
from tests.support.queries import at_most, recorded
from tests.support.times import in_days


def sign_in(client, member):
    """Sign in by the link in the mail."""
    client.submit("/sign-in", email=contact.open_contact(member).email)
    return client.submit(link_in(messages("sign_in_link")[-1]))


def fresh(member):
    db.session.rollback()
    db.session.expire_all()
    return queries.get_member(member.id)


class TestSignIn:
    def test_says_the_same_whether_or_not_the_address_is_known(self, client):
        member = make_member(email="known@example.org")
        known = client.submit("/sign-in", email="Known@example.org")
        unknown = client.submit("/sign-in", email="unknown@example.org")
        assert known.page.text == unknown.page.text
        assert [m.recipient for m in messages()] == [f"member_account:{member.id}"]

    def test_takes_the_same_steps_whether_or_not_the_address_is_known(self, client):
        make_member(email="known@example.org")
        with recorded() as known:
            client.submit("/sign-in", email="known@example.org")
        with recorded() as unknown:
            client.submit("/sign-in", email="unknown@example.org")
        assert abs(known.count - unknown.count) <= 2
        assert len(messages()) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 1

    def test_needs_the_button_and_works_once(self, client):
        member = make_member()
        client.submit("/sign-in", email=contact.open_contact(member).email)
        link = link_in(messages()[0])
        assert client.get(link).page.h1 == "Go to your own page"
        assert client.get("/me").status_code == 303
        assert client.submit(link).page.h1 == "Your own page"
        assert client.get(link).status_code == 410

    def test_link_ends_after_a_quarter_of_an_hour(self, client):
        member = make_member()
        client.submit("/sign-in", email=contact.open_contact(member).email)
        with clock.stopped_at(clock.now() + dt.timedelta(minutes=16)):
            assert client.get(link_in(messages()[0])).status_code == 410

    def test_a_newer_link_replaces_the_older(self, client):
        member = make_member()
        for _ in range(2):
            client.submit("/sign-in", email=contact.open_contact(member).email)
        first, second = messages("sign_in_link")
        assert client.get(link_in(first)).status_code == 410
        assert client.get(link_in(second)).status_code == 200

    def test_works_for_people_who_prefer_post(self, client):
        member = make_member(route="post", email="letters@example.org", address="1 High Street\nOakham")
        client.submit("/sign-in", email="letters@example.org")
        assert [m.recipient for m in messages()] == [f"member_account:{member.id}"]

    def test_leads_to_the_page_that_was_asked_for(self, client):
        member = make_member()
        client.get("/me/pause")
        assert sign_in(client, member).page.h1 == "Take a break"

    def test_refuses_somebody_who_tries_an_account_too_often(self, client):
        for _ in range(10):
            client.submit("/sign-in", email="one@example.org")
        csrf = client.get("/sign-in").page.form()["csrf_token"]
        assert client.post("/sign-in", data={"email": "ONE@example.org", "csrf_token": csrf}).status_code == 429
        assert client.post("/sign-in", data={"email": "two@example.org", "csrf_token": csrf}).status_code == 303

    def test_ends_when_nobody_looks_and_when_the_day_is_over(self, client):
        member = make_member()
        sign_in(client, member)
        now = clock.now()
        with clock.stopped_at(now + dt.timedelta(minutes=29)):
            assert client.get("/me").status_code == 200
        with clock.stopped_at(now + dt.timedelta(minutes=62)):
            assert client.get("/me").status_code == 303
        for minutes in range(20, 9 * 60, 20):
            with clock.stopped_at(now + dt.timedelta(minutes=minutes)):
                code = client.get("/me").status_code
        assert code == 303

    def test_is_ended_everywhere(self, client, app):
        member = make_member()
        sign_in(client, member)
        cookie = client.get_cookie("panel").value
        client.submit("/me", "/me/sign-out-everywhere")
        client.set_cookie("panel", cookie)
        assert client.get("/me").status_code == 303
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MemberSession)) == 0

    def test_speaks_the_language_of_the_member(self, client):
        member = make_member(language="ar")
        assert sign_in(client, member).page.root.get("lang") == "ar"


class TestOwnPage:
    def test_shows_everything_with_few_queries(self, client):
        areas = make_areas()
        answers = {"sex": {"value": "female"}, "ethnic_group": {"value": "asian"}, "ethnic_asian": {"value": "indian"}}
        member = make_member(name="Asha Patel", area=areas["E07000129"], answers=answers)
        sign_in(client, member)
        with at_most(10):
            page = client.get("/me").page
        assert all(word in page.text for word in ("Asha Patel", "Blaby", "Female", "Indian"))

    def test_changes_what_is_held(self, client):
        areas = make_areas()
        member = make_member(area=areas["E07000129"])
        sign_in(client, member)
        changes = {
            "name": {"name": "Asha Kaur", "pronouns": "she"},
            "phone": {"phone": "07700 900123"},
            "address": {"address": "1 High Street\nOakham"},
            "contact": {"route": "phone"},
            "area": {"area": str(areas["LLR-RUT-OAKHAM"].id)},
            "language": {"language": "cy"},
            "support": {"support": "hearing_loop", "support_text": "a chair"},
            "sex": {"answer": "female"},
            "date-of-birth": {"answer-year": "1950"},
        }
        for slug, answer in changes.items():
            response = client.submit(f"/me/change/{slug}", **answer)
            assert response.request.path == "/me", (slug, response.page.errors)
        member = fresh(member)
        opened = contact.open_contact(member)
        assert (opened.name, opened.phone, member.route) == ("Asha Kaur", "07700 900123", "phone")
        assert (member.language, member.area.name) == ("cy", "Oakham and north Rutland")
        assert profiles.open_answers(member, queries.find_profile(member.id))["sex"] == {"value": "female"}
        assert queries.find_profile(member.id).age_band == "75-84"
        assert opened.email, "a change of something else leaves the address"

    def test_asks_for_the_size_of_large_print(self, client):
        member = make_member()
        sign_in(client, member)
        assert client.submit("/me/change/formats", formats="large_print").request.path == "/me/change/large-print"
        client.submit("/me/change/large-print", large_print_points="20")
        assert json.loads(contact.unseal(fresh(member), "access_needs"))["large_print_points"] == 20

    def test_asks_for_the_background_when_the_ethnic_group_changes(self, client):
        member = make_member(answers={"ethnic_group": {"value": "asian"}, "ethnic_asian": {"value": "indian"}})
        sign_in(client, member)
        response = client.submit("/me/change/ethnic-group", answer="black")
        assert response.request.path == "/me/change/black-background"
        profile = queries.find_profile(fresh(member).id)
        assert (profile.ethnic_group_5, profile.ethnic_group_19) == ("black", None)

    def test_refuses_a_way_to_keep_in_touch_that_is_not_known(self, client):
        member = make_member()
        sign_in(client, member)
        response = client.submit("/me/change/contact", route="post")
        assert response.status_code == 422
        assert response.page.errors == ["Tell us your address first. Then choose this."]

    def test_shows_what_other_rooms_know(self, client, monkeypatch):
        monkeypatch.setattr(involvement, "_sources", [])
        entry = involvement.Entry("Seeing a GP", dt.date(2026, 3, 1), "You took part.", "/", "What came of it")
        involvement.register(lambda member_id: [entry])
        member = make_member()
        sign_in(client, member)
        assert "Seeing a GP" in client.get("/me").page.text

    def test_is_for_members_only(self, client):
        for path in ("/me", "/me/copy", "/me/copy.json", "/me/consents", "/me/leave", "/me/change/name"):
            assert client.get(path).location == "/sign-in"


class TestChangeOfEmail:
    def test_is_confirmed_by_the_new_address_and_told_to_the_old(self, client):
        member = make_member(email="old@example.org")
        sign_in(client, member)
        client.submit("/me/change/email", email="new@example.org")
        assert contact.open_contact(fresh(member)).email == "old@example.org"
        [message] = messages("confirm_new_address")
        client.submit(link_in(message))
        assert contact.open_contact(fresh(member)).email == "new@example.org"
        assert queries.find_member_by_email("new@example.org").id == member.id
        assert queries.find_member_by_email("old@example.org") is None
        link = db.session.scalars(sa.select(MemberLink).where(MemberLink.purpose == "change_email")).one()
        assert [m.recipient for m in messages("address_changed")] == [f"member_old:{link.id}"]

    def test_goes_to_the_right_addresses(self, client):
        from mail import recipients

        member = make_member(email="old@example.org")
        sign_in(client, member)
        client.submit("/me/change/email", email="new@example.org")
        link = db.session.scalars(sa.select(MemberLink).where(MemberLink.purpose == "change_email")).one()
        asked = [f"member_new:{link.id}", f"member_old:{link.id}", f"member:{member.id}"]
        found = recipients.addresses_of(asked)
        assert found == dict(zip(asked, ("new@example.org", "old@example.org", "old@example.org"), strict=True))

    def test_to_the_address_of_somebody_else_says_the_same_and_sends_nothing(self, client):
        make_member(email="other@example.org")
        member = make_member()
        sign_in(client, member)
        response = client.submit("/me/change/email", email="other@example.org")
        assert "We have sent a link to the new address" in response.page.text
        assert messages("confirm_new_address") == []


class TestConsent:
    def test_adds_a_row_and_keeps_the_history(self, client):
        member = make_member()
        sign_in(client, member)
        client.submit("/me/consent/newsletter", agree="no")
        rows = db.session.scalars(sa.select(Consent).where(Consent.purpose == "newsletter").order_by(Consent.id)).all()
        assert [row.given for row in rows] == [True, False]
        assert "Newsletter: you said no" in client.get("/me/consents").page.text

    def test_of_the_panel_is_taken_back_by_leaving(self, client):
        sign_in(client, make_member())
        assert client.get("/me/consent/panel").status_code == 404


class TestPause:
    def test_and_coming_back(self, client):
        member = make_member()
        sign_in(client, member)
        client.submit("/me/pause", days="30")
        assert fresh(member).state == MemberState.PAUSED
        assert fresh(member).paused_until == clock.today() + dt.timedelta(days=30)
        client.submit("/me", "/me/resume")
        assert fresh(member).state == MemberState.ACTIVE

    def test_ends_by_itself(self, client, app):
        from panel import jobs

        member = make_member()
        sign_in(client, member)
        client.submit("/me/pause", days="30")
        jobs.end_breaks()
        assert fresh(member).state == MemberState.PAUSED
        with clock.stopped_at(in_days(31)):
            jobs.end_breaks()
        assert fresh(member).state == MemberState.ACTIVE


class TestLeave:
    def test_needs_a_second_thought(self, client):
        member = make_member()
        sign_in(client, member)
        assert client.submit("/me/leave").status_code == 422
        assert fresh(member).state == MemberState.ACTIVE

    def test_erases_the_person_and_keeps_the_bare_facts(self, client):
        heard = []

        def hear(sender, member_id):
            heard.append(member_id)

        member = make_member(email="gone@example.org", phone="07700 900123", answers={"sex": {"value": "female"}})
        sign_in(client, member)
        with signals.member_erased.connected_to(hear):
            response = client.submit("/me/leave", sure="y")
        assert response.page.h1 == "You have left the panel"
        left = fresh(member)
        assert left.state == MemberState.LEFT
        assert [getattr(left, column) for column in contact.SEALED] == [None] * len(contact.SEALED)
        assert (left.email_index, left.phone_index) == (None, None)
        assert queries.find_profile(left.id) is None
        assert queries.consents(left.id) == {"panel": False, "newsletter": False}
        assert [e.kind for e in queries.list_events(left.id)] == ["left"]
        assert heard == [left.id]
        assert client.get("/me").status_code == 303
        assert make_member(email="gone@example.org").id != left.id


class TestCopy:
    def test_holds_everything_as_json(self, client):
        answers = {"ethnic_group": {"value": "white"}, "ethnic_white": {"value": "other_white", "text": "Polish"}}
        member = make_member(name="Ewa Nowak", email="ewa@example.org", area=make_areas()["E07000129"], answers=answers)
        sign_in(client, member)
        response = client.get("/me/copy.json")
        copy = json.loads(response.data)
        assert (copy["name"], copy["email"], copy["area"]["name"]) == ("Ewa Nowak", "ewa@example.org", "Blaby")
        assert copy["about"]["ethnic_white"]["text"] == "Polish"
        assert len(copy["consent_history"]) == 2
        assert "attachment" in response.headers["Content-Disposition"]

    def test_the_file_holds_when_somebody_was_asked_and_thanked(self, client):
        member = make_member()
        asks.ask([member.id], dt.date(2026, 3, 2), kind="survey", source="fieldwork:12")
        db.session.add(Milestone(member_id=member.id, key="one_year", reached_on=dt.date(2026, 2, 1)))
        db.session.add(Review(member_id=member.id, asked_on=dt.date(2026, 1, 5)))
        db.session.commit()
        sign_in(client, member)
        copy = json.loads(client.get("/me/copy.json").data)
        assert copy["asked_on"] == [{"day": "2026-03-02", "what": "survey"}]
        assert copy["thanked_for"] == [{"day": "2026-02-01", "what": "one_year"}]
        assert copy["asked_whether_you_stay"][0]["day"] == "2026-01-05"

    def test_can_be_read(self, client):
        member = make_member(name="Ewa Nowak", answers={"religion": {"value": "prefer_not_to_say"}})
        sign_in(client, member)
        page = client.get("/me/copy").page
        assert "Ewa Nowak" in page.text
        assert "Prefer not to say" in page.text
