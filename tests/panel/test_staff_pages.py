import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from panel import contact, queries
from panel.models import Member, MemberState
from tests.factories.areas import make_areas
from tests.factories.members import make_member
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


class TestAdd:
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
