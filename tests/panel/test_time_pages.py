"""Pages of groups, limits of asking, benefits and silent members, for staff and members."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from panel import asking
from panel.models import Benefit, Group, GroupMembership, Joining, Member, QuietPeriod, Review
from panel.services import groups as services
from tests.factories.groups import belong, make_group
from tests.factories.members import make_member
from tests.factories.staff import sign_in
from tests.support.queries import at_most


def date(name: str, day: dt.date) -> dict[str, int]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def audited() -> set[str]:
    return set(db.session.scalars(sa.select(AuditEntry.action)))


class TestGroupPages:
    def test_a_group_is_made_changed_and_on_record(self, client):
        sign_in(client, "panel_manager")
        told = {"key": "carers", "name_en": "Carers’ group", "consent_en": "I agree.", "joining": "open"}
        page = client.submit(
            "/staff/groups/new", **told, minimum_age="18", mirrors="own", quotas="sex, female, 60"
        ).page
        assert page.h1 == "Carers’ group"
        group = db.session.scalars(sa.select(Group)).one()
        assert (group.minimum_age, group.quotas, group.tenure_months) == (18, {"sex": {"female": 60}}, [6, 12, 24, 36])
        client.submit(f"/staff/groups/{group.id}/change", name_cy="Grŵp gofalwyr", minimum_age="")
        db.session.refresh(group)
        assert (group.minimum_age, group.words["cy"], group.key) == (None, {"name": "Grŵp gofalwyr"}, "carers")
        assert {"group.made", "group.changed"} <= audited()

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"minimum_age": "30", "maximum_age": "20"}, "The oldest age must not be below the youngest."),
            ({"rotation_after": "24"}, "Fill in all three numbers of the rotation, or none."),
            ({"quotas": "sex, dragon, 10"}, "This line cannot be read: sex, dragon, 10"),
            ({"tenure": "12, 6"}, "Enter months with commas between, such as 6, 12, 24, 36."),
            ({"key": "Two words"}, "Use small letters, numbers and _, such as youth_board."),
        ],
    )
    def test_wrong_rules_are_refused_and_kept(self, client, wrong, words):
        sign_in(client, "panel_manager")
        response = client.submit("/staff/groups/new", **({"key": "a", "name_en": "A"} | wrong))
        assert response.status_code == 422
        assert words in response.page.errors
        assert db.session.scalars(sa.select(Group)).all() == []

    def test_a_group_s_page_says_how_it_rotates(self, client):
        sign_in(client, "panel_manager")
        group = make_group(rotation_share=33, rotation_after=12, rotation_return=6)
        text = client.get(f"/staff/groups/{group.id}").page.text
        assert "Each year 33% make room" in text
        assert "belonged for 12 months or more. They can come back after 6 months." in text

    def test_people_are_added_invited_refused_and_removed_with_a_reason(self, client):
        sign_in(client, "panel_manager")
        group, member, other = make_group(), make_member(), make_member()
        page = f"/staff/groups/{group.id}"
        client.submit(page, "/members", member=str(member.id), agreed="y")
        client.submit(page, "/members", member=str(other.id))
        assert "There is no member with this number." in client.submit(page, "/members", member="999").page.errors
        twice = client.submit(page, "/members", member=str(member.id), agreed="y")
        assert "This person belongs to the group already." in twice.page.errors
        client.submit(f"{page}/members/{member.id}/remove", reason="conduct")
        row = db.session.scalars(sa.select(GroupMembership)).one()
        assert (row.left_because, row.reason) == ("removed", "conduct")
        assert {"group.joined", "group.invitation", "group.removed"} <= audited()

    def test_an_application_is_decided(self, client):
        sign_in(client, "panel_manager")
        group, member = make_group(joining=Joining.APPLICATION), make_member()
        services.join(member, group, language="en")
        db.session.commit()
        assert "The person is told your answer." in client.submit(f"/staff/groups/{group.id}", "/accept").page.text

    def test_a_large_group_takes_few_queries(self, client):
        sign_in(client, "panel_manager")
        group = make_group()
        belong(group, [make_member() for _ in range(60)])
        with at_most(16):
            page = client.get(f"/staff/groups/{group.id}").page
        assert page.link("Older")

    def test_only_those_who_manage_members_change_groups(self, client):
        sign_in(client, "analyst")
        assert client.get("/staff/groups").status_code == 403
        assert client.get("/staff/groups/new").status_code == 403


class TestLimits:
    def test_an_administrator_sets_limits_from_a_day_on(self, client):
        sign_in(client, "administrator")
        today = clock.today()
        client.submit("/staff/asking/rules/new", most_1="1", days_1="60", most_2="", days_2="", reason="Enough")
        assert asking.caps_on(today) == (asking.Cap(1, 60),)
        assert asking.caps_on(today - dt.timedelta(days=1)) == asking.DEFAULT_CAPS
        taken = client.submit("/staff/asking/rules/new", reason="Again")
        assert taken.status_code == 422
        assert "asking_rule.set" in audited()

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"most_1": ""}, "Fill in both numbers of a limit, or none."),
            ({"most_1": "", "days_1": "", "most_2": "", "days_2": ""}, "Enter at least one limit."),
            ({"days_2": "30"}, "Two limits have the same number of days."),
            ({"starts_on-year": "2020"}, "Enter today or a later day."),
        ],
    )
    def test_half_a_limit_is_refused(self, client, wrong, words):
        sign_in(client, "administrator")
        response = client.submit("/staff/asking/rules/new", reason="Enough", **wrong)
        assert (response.status_code, words in response.page.errors) == (422, True)

    def test_quiet_periods_come_and_go(self, client):
        sign_in(client, "administrator")
        days = date("starts_on", clock.today()) | date("ends_on", clock.today())
        page = client.submit("/staff/asking/quiet/new", **days, reason="Elections").page
        assert "Elections" in page.text
        client.submit("/staff/asking/rules", "/quiet/")
        assert db.session.scalars(sa.select(QuietPeriod)).all() == []

    def test_others_see_the_limits_and_cannot_set_them(self, client):
        sign_in(client, "survey_author")
        assert "At most 2 requests in any 30 days" in client.get("/staff/asking/rules").page.text
        assert client.get("/staff/asking").status_code == 200
        assert client.get("/staff/asking/rules/new").status_code == 403


class TestBenefits:
    def test_are_shown_to_whoever_wants_to_join_while_they_last(self, client):
        sign_in(client, "panel_manager")
        client.submit("/staff/benefits/new", title_en="Free training", text_en="Short courses", title_cy="Hyfforddiant")
        assert "Free training: Short courses" in client.get("/join").page.text
        assert "Hyfforddiant" in client.get("/join?lang=cy").page.text
        benefit = db.session.scalars(sa.select(Benefit)).one()
        tomorrow = clock.today() + dt.timedelta(days=1)
        client.submit(f"/staff/benefits/{benefit.id}", **date("shown_from", tomorrow))
        assert "Free training" not in client.get("/join").page.text
        client.submit(f"/staff/benefits/{benefit.id}/delete")
        assert db.session.scalars(sa.select(Benefit)).all() == []


class TestReviewsPage:
    def test_lists_those_to_be_rung_until_they_have_said(self, client):
        sign_in(client, "panel_manager")
        member = make_member(route="phone", phone="0116 000 0009")
        db.session.add(Review(member_id=member.id, asked_on=clock.today()))
        db.session.commit()
        assert f"Member {member.id}" in client.get("/staff/members/reviews").page.text
        client.submit("/staff/members/reviews", "/stays")
        assert db.session.scalars(sa.select(Review.outcome)).all() == ["stay"]
        assert "Nobody." in client.get("/staff/members/reviews").page.text
        assert db.session.get_one(Member, member.id).state == "active"
