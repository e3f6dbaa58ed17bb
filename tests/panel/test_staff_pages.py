import datetime as dt

import pytest
import sqlalchemy as sa

import mail.queries
from core import clock
from core.audit import AuditEntry
from core.database import db
from mail import bounces, recipients
from mail.models import OutboxMessage
from panel import contact, details, queries
from panel.models import Consent, ConsentEvidence, Member, MemberState
from panel.services import membership
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.recruiting import make_channel
from tests.factories.staff import sign_in
from tests.panel.support import messages
from tests.support.queries import at_most


@pytest.fixture
def manager(client):
    return sign_in(client, "panel_manager")


def fresh(member):
    db.session.rollback()
    db.session.expire_all()
    return queries.get_member(member.id)


def actions():
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


class TestList:
    def test_shows_no_names_and_asks_few_questions(self, client, manager):
        for number in range(3):
            make_member(name=f"Secret{number}")
        with at_most(10):
            page = client.get("/staff/members").page
        assert "Secret" not in page.html
        assert len(page.one("table").findall(".//tbody/tr")) == 3

    def test_filters_by_state_and_by_area_with_what_lies_inside(self, client, manager):
        areas = make_areas()
        inside = make_member(area=areas["E07000129"], state=MemberState.PAUSED)
        make_member(area=areas["E07000129"])
        make_member(area=areas["E06000016"], state=MemberState.PAUSED)
        page = client.get(f"/staff/members?state=paused&area={areas['E10000018'].id}").page
        assert [row.find("th").find("a").text for row in page.one("table").findall(".//tbody/tr")] == [
            f"Member {inside.id}"
        ]

    def test_goes_on_from_where_it_ended(self, client, manager, monkeypatch):
        monkeypatch.setattr("panel.directory.PAGE_SIZE", 2)
        made = [make_member() for _ in range(3)]
        older = client.get("/staff/members").page.link("Older")
        assert f"Member {made[0].id}" in client.get(older).page.text

    def test_lists_people_whom_messages_do_not_reach(self, client, manager):
        from mail import signals

        make_member()
        lost = make_member()
        signals.address_bounced.send("test", recipient=f"member:{lost.id}", kind="welcome", reason="hard")
        db.session.commit()
        page = client.get("/staff/members?failing=yes").page
        assert len(page.one("table").findall(".//tbody/tr")) == 1

    def test_is_closed_to_who_may_not_read_members(self, client):
        sign_in(client, "translator")
        assert client.get("/staff/members").status_code == 403


class TestFind:
    def test_finds_by_exact_address_without_putting_it_into_the_url(self, client, manager):
        member = make_member(email="zoe@example.org")
        response = client.submit("/staff/members", "/staff/members/find", wanted="Zoe@Example.org")
        assert response.request.path == f"/staff/members/{member.id}"
        assert "zoe" not in response.request.url

    def test_shows_everybody_with_a_shared_phone(self, client, manager):
        for _ in range(2):
            make_member(phone="07700 900123")
        page = client.submit("/staff/members", "/staff/members/find", wanted="+44 7700 900 123").page
        assert len(page.one("table").findall(".//tbody/tr")) == 2

    def test_says_so_when_there_is_nobody(self, client, manager):
        response = client.submit("/staff/members", "/staff/members/find", wanted="nobody@example.org")
        assert "No member has this address or number." in response.page.text


class TestDetails:
    def test_are_shown_on_demand_and_recorded(self, client, manager):
        member = make_member(name="Zoë Brown", email="zoe@example.org")
        page = client.get(f"/staff/members/{member.id}").page
        assert "Zoë" not in page.html
        assert client.get(f"/staff/members/{member.id}/details").status_code == 303
        page = client.submit(f"/staff/members/{member.id}", "/details").page
        assert "Zoë Brown" in page.text
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "member.details_opened")).one()
        assert (entry.actor, entry.subject) == (f"staff:{manager.id}", f"member:{member.id}")

    def test_close_again_and_are_open_for_one_person_only(self, client, manager):
        member, other = make_member(), make_member()
        client.submit(f"/staff/members/{member.id}", "/details")
        for path in ("details", "change/name", "copy", "consent/newsletter"):
            assert client.get(f"/staff/members/{other.id}/{path}").status_code == 303
            assert client.get(f"/staff/members/{member.id}/{path}").status_code == 200
        with clock.stopped_at(clock.now() + dt.timedelta(minutes=16)):
            assert client.get(f"/staff/members/{member.id}/details").status_code == 303

    def test_are_changed_for_people_without_email(self, client, manager):
        member = make_member(route="post", address="1 High Street\nOakham")
        client.submit(f"/staff/members/{member.id}", "/details")
        client.submit(f"/staff/members/{member.id}/change/address", address="2 Mill Lane\nOakham")
        client.submit(f"/staff/members/{member.id}/change/sex", answer="female")
        client.submit(f"/staff/members/{member.id}/consent/newsletter", agree="no")
        member = fresh(member)
        assert contact.open_contact(member).address.startswith("2 Mill Lane")
        assert queries.find_profile(member.id).sex == "female"
        assert queries.consents(member.id)["newsletter"] is False
        assert {"member.changed", "member.consent"} <= set(actions())

    def test_are_printed_for_people_who_ask(self, client, manager):
        member = make_member(name="Zoë Brown")
        client.submit(f"/staff/members/{member.id}", "/details")
        assert "Zoë Brown" in client.get(f"/staff/members/{member.id}/copy").page.text


AGREED = {"agreed_on-day": "1", "agreed_on-month": "10", "agreed_on-year": "2025"}


class TestAdd:
    def test_keys_in_the_whole_form_with_channel_and_evidence(self, client, manager):
        areas, manager_id = make_areas(), manager.id
        channel = make_channel(key="bus")
        client.submit(
            "/staff/members/add",
            source="phone",
            channel=str(channel.id),
            route="phone",
            phone="0116 496 0000",
            pronouns="she",
            area=str(areas["LLR-RUT-OAKHAM"].id),
            formats=["large_print"],
            large_print_points="20",
            support=["step_free"],
            about_sex="female",
            about_ethnic_group="asian",
            about_ethnic_asian="other_asian",
            words_ethnic_asian="Tamil",
            **{"about_date_of_birth-year": "1980"},
            old_enough="y",
            panel="y",
            **AGREED,
            kept_at="Call log",
        )
        member = db.session.scalars(sa.select(Member)).one()
        assert member.source == "channel:bus"
        told = details.of_member(member)
        assert told["about"]["ethnic_asian"] == {"value": "other_asian", "text": "Tamil"}
        assert (told["support"], told["large_print_points"], told["pronouns"]) == (["step_free"], 20, "she")
        profile = queries.find_profile(member.id)
        assert (profile.sex, profile.religion) == ("female", None)
        consent = db.session.scalars(sa.select(Consent).where(Consent.purpose == "panel")).one()
        evidence = db.session.get(ConsentEvidence, consent.evidence_id)
        assert (evidence.how, evidence.given_on, evidence.staff_id) == ("phone", dt.date(2025, 10, 1), manager_id)

    def test_needs_the_day_of_consent_and_somebody_old_enough(self, client, manager):
        areas = make_areas()
        known = {"source": "paper", "route": "phone", "phone": "0116 496 0000", "old_enough": "y", "panel": "y"}
        known["area"] = str(areas["LLR-RUT-OAKHAM"].id)
        response = client.submit("/staff/members/add", **known)
        assert response.page.errors == ["Enter the date on the paper, or of the call."]
        born = {"about_date_of_birth-year": str(clock.today().year - 10)}
        response = client.submit("/staff/members/add", **known, **AGREED, **born)
        assert response.page.errors == ["You must be 16 or over to join."]

    def test_adds_somebody_from_paper_who_is_then_confirmed(self, client, manager):
        areas = make_areas()
        response = client.submit(
            "/staff/members/add",
            source="paper",
            route="post",
            name="Doris Webb",
            address="1 High Street\nOakham",
            area=str(areas["LLR-RUT-OAKHAM"].id),
            formats=["large_print"],
            old_enough="y",
            panel="y",
            **AGREED,
        )
        member = db.session.scalars(sa.select(Member)).one()
        assert response.request.path == f"/staff/members/{member.id}"
        assert (member.state, member.source, member.formats) == (MemberState.APPLIED, "paper", ["large_print"])
        client.submit(f"/staff/members/{member.id}", "/confirm")
        member = fresh(member)
        assert (member.state, member.confirmed_by) == (MemberState.ACTIVE, f"staff:{manager.id}")
        assert messages() == []
        assert {"member.added", "member.confirmed"} <= set(actions())

    def test_says_what_is_missing_and_keeps_what_was_typed(self, client, manager):
        make_areas()
        response = client.submit("/staff/members/add", source="phone", route="phone", name="Doris", phone="12")
        assert response.status_code == 422
        assert "Enter the person's phone number." in response.page.errors
        assert "A person can only join if they agree." in response.page.errors
        assert response.page.form()["name"] == "Doris"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0

    def test_refuses_an_address_that_a_member_has(self, client, manager):
        areas = make_areas()
        make_member(email="doris@example.org")
        response = client.submit(
            "/staff/members/add",
            source="phone",
            route="email",
            email="Doris@example.org",
            area=str(areas["LLR-RUT-OAKHAM"].id),
            old_enough="y",
            panel="y",
            **AGREED,
        )
        assert response.page.errors == ["Another member already has this e-mail address."]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 1

    def test_points_to_somebody_with_the_same_phone(self, client, manager):
        first = make_member(phone="07700 900123")
        second = make_member(phone="07700 900 123", state=MemberState.APPLIED, route="phone")
        assert f"Member {first.id}" in client.get(f"/staff/members/{second.id}").page.text


class TestRemove:
    def test_needs_a_reason_and_erases(self, client, manager):
        member = make_member()
        assert client.submit(f"/staff/members/{member.id}/remove").status_code == 422
        client.submit(f"/staff/members/{member.id}/remove", reason="duplicate")
        member = fresh(member)
        assert (member.state, member.email, member.name) == (MemberState.REMOVED, None, None)
        assert queries.list_events(member.id)[-1].reason == "duplicate"

    def test_twice_is_refused(self, client, manager):
        member = make_member()
        client.submit(f"/staff/members/{member.id}/remove", reason="moved")
        response = client.submit(f"/staff/members/{member.id}/remove", reason="moved")
        assert "This cannot be done" in response.page.text


class TestPause:
    def test_and_resume(self, client, manager):
        member = make_member()
        client.submit(f"/staff/members/{member.id}/pause", days="0")
        assert fresh(member).state == MemberState.PAUSED
        client.submit(f"/staff/members/{member.id}", "/resume")
        assert fresh(member).state == MemberState.ACTIVE
        assert contact.open_contact(fresh(member)).email


class TestWriteAgain:
    def test_a_member_whose_mail_came_back_can_be_written_to_again(self, client, manager):
        member = make_member()
        bounced = OutboxMessage(recipient=f"member:{member.id}", kind="invitation")
        address = contact.unseal(member, "email")
        bounced.address_index = recipients.address_index(address)
        bounces._suppress(bounced, "hard")
        db.session.commit()
        assert "Messages to 1 member come back." in client.get("/staff/").page.text
        assert f"Member {member.id}" in client.get("/staff/members?failing=yes").page.text
        page = client.submit(f"/staff/members/{member.id}", "write-again").page
        assert "Messages go to this person again." in page.html
        assert "come back" not in page.text
        assert fresh(member).route_works
        assert not mail.queries.is_suppressed(address)
        assert actions()[-1] == "member.reachable"
        assert "come back" not in client.get("/staff/").page.text

    def test_who_has_left_is_looked_for_no_more(self, client, manager):
        member = make_member()
        member.route_works = False
        membership.leave(member, "en")
        db.session.commit()
        assert "come back" not in client.get("/staff/").page.text
        assert f"Member {member.id}" not in client.get("/staff/members?failing=yes").page.text

    def test_is_not_offered_to_those_who_only_read(self, client):
        member = make_member()
        member.route_works = False
        db.session.commit()
        sign_in(client, "claims_approver")
        form = client.get("/staff/account").page.all("input", name="csrf_token")[0].get("value")
        response = client.post(f"/staff/members/{member.id}/write-again", data={"csrf_token": form})
        assert response.status_code == 403
        assert not fresh(member).route_works
