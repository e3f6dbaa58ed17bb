"""Membership over time: allowed moves, silence and coming back, thanks, removal, rotation."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from core import clock
from core.database import db
from mail.models import OutboxMessage
from panel import jobs, moves, rotation, tenure
from panel.errors import WrongStateError
from panel.models import (
    GroupMembership,
    Member,
    MemberEvent,
    MemberLink,
    MemberState,
    Milestone,
    Review,
    Rotation,
)
from panel.services import membership, milestones, reviews, rotations, sessions
from tests.factories.groups import belong, make_group
from tests.factories.members import make_member
from tests.support.queries import at_most
from tests.support.times import in_days

LONG_AGO = dt.timedelta(days=365 * 3)


def silent(**changes):
    member = make_member(**changes)
    member.confirmed_at = clock.now() - LONG_AGO
    db.session.commit()
    return member


def messages(kind: str) -> list[str]:
    query = sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return list(db.session.scalars(query))


def later(days: int):
    return clock.stopped_at(in_days(days))


class TestMoves:
    def test_the_database_allows_exactly_the_moves_of_the_table(self, app):
        for before in MemberState:
            for after in MemberState:
                member = make_member(state=before)
                change = sa.update(Member).where(Member.id == member.id).values(state=after)
                if after == before or after in moves.ALLOWED[before]:
                    db.session.execute(change)
                    db.session.commit()
                else:
                    with pytest.raises(DBAPIError):
                        db.session.execute(change)
                    db.session.rollback()

    def test_services_refuse_what_the_table_does_not_allow(self, app):
        member = make_member(state="applied")
        with pytest.raises(WrongStateError):
            membership.lapse(member)

    def test_unknown_steps_are_refused_by_the_database(self, app):
        member = make_member()
        db.session.add(MemberEvent(member_id=member.id, kind="invented", at=clock.now()))
        with pytest.raises(DBAPIError):
            db.session.flush()
        db.session.rollback()


class TestRemoving:
    def test_the_person_is_told_why_and_the_address_goes_with_the_link(self, app):
        member = make_member(email="asha@example.org")
        membership.remove(member, "conduct", 1)
        db.session.commit()
        link = db.session.scalars(sa.select(MemberLink)).one()
        assert messages("removed") == [f"member_old:{link.id}"]
        assert member.email is None
        with later(days=11):
            jobs.clear_out()
        assert db.session.scalars(sa.select(MemberLink)).all() == []

    @pytest.mark.parametrize("reason", ["died", "duplicate", "not_real"])
    def test_nobody_is_told_where_there_is_nobody_to_tell(self, app, reason):
        membership.remove(make_member(), reason, 1)
        assert messages("removed") == []


class TestReviews:
    def test_who_is_silent_for_the_time_set_is_asked_reminded_and_lapses(self, app):
        quiet, recent = silent(), make_member()
        signed_in = silent(seen_in=clock.today().replace(day=1))
        jobs.review_silent_members()
        jobs.review_silent_members()
        assert messages("still_here") == [f"member:{quiet.id}"]
        with later(days=reviews.REMIND_AFTER):
            jobs.review_silent_members()
        assert len(messages("still_here")) == 2
        with later(days=reviews.LAPSE_AFTER - 1):
            jobs.review_silent_members()
        assert db.session.get_one(Member, quiet.id).state == "active"
        with later(days=reviews.LAPSE_AFTER):
            jobs.review_silent_members()
        assert [db.session.get_one(Member, m.id).state for m in (quiet, recent, signed_in)] == [
            "lapsed", "active", "active",
        ]  # fmt: skip
        assert db.session.scalars(sa.select(Review.outcome)).all() == ["lapsed"]

    def test_who_is_reached_by_phone_is_never_let_go_without_a_word(self, app):
        by_phone = silent(route="phone", phone="0116 000 0009")
        for day in (0, reviews.REMIND_AFTER, reviews.LAPSE_AFTER, 300):
            with later(days=day):
                jobs.review_silent_members()
        assert db.session.get_one(Member, by_phone.id).state == "active"
        assert db.session.scalars(sa.select(Review.outcome)).all() == [None]

    def test_signing_in_is_an_answer(self, app):
        quiet = silent()
        jobs.review_silent_members()
        sessions.ask_to_sign_in(membership.contact.unseal(quiet, "email"))
        from panel.services import signs

        signs.note_seen(quiet)
        db.session.commit()
        assert db.session.scalars(sa.select(Review.outcome)).all() == ["stay"]

    def test_many_are_asked_with_few_queries(self, app):
        for _ in range(30):
            silent()
        db.session.rollback()
        with at_most(18):
            assert reviews.ask_some() == 30

    def test_details_of_the_lapsed_are_erased_after_a_year(self, app):
        member = silent()
        membership.lapse(member)
        db.session.commit()
        with later(days=360):
            jobs.clear_out()
            assert db.session.get_one(Member, member.id).email is not None
        with later(days=367):
            jobs.clear_out()
        kept = db.session.get_one(Member, member.id)
        assert (kept.state, kept.email, kept.name) == ("left", None, None)


class TestStayPage:
    def link(self, member) -> str:
        """Return a link that works, as the message carries it."""
        from panel.services import links

        made = links.make(member.id, "stay", dt.timedelta(days=30))
        db.session.add(Review(member_id=member.id, asked_on=clock.today()))
        db.session.commit()
        return f"/stay/{made[1]}"

    def test_looking_changes_nothing_and_staying_is_one_press(self, client):
        member = silent()
        link = self.link(member)
        assert "Do you still want to be on the panel?" in client.get(link).page.h1
        assert client.get(link).status_code == 200
        done = client.post(link, data={"answer": "stay", "csrf_token": csrf(client, link)}, follow_redirects=True)
        assert done.page.h1 == "Thank you for staying"
        again = db.session.get_one(Member, member.id)
        assert again.seen_in == clock.today().replace(day=1)
        assert db.session.scalars(sa.select(Review.outcome)).all() == ["stay"]
        assert client.get(link).status_code == 410

    def test_somebody_lapsed_comes_back_by_the_link(self, client):
        member = silent()
        link = self.link(member)
        membership.lapse(member)
        db.session.commit()
        client.post(link, data={"answer": "stay", "csrf_token": csrf(client, link)})
        assert db.session.get_one(Member, member.id).state == "active"
        kinds = db.session.scalars(sa.select(MemberEvent.kind).order_by(MemberEvent.id)).all()
        assert kinds == ["lapsed", "returned"]

    def test_a_break_is_one_press(self, client):
        member = silent()
        link = self.link(member)
        client.post(link, data={"answer": "pause", "csrf_token": csrf(client, link)})
        assert db.session.get_one(Member, member.id).state == "paused"

    def test_leaving_is_asked_about_once_more_and_erases(self, client):
        member = silent()
        link = self.link(member)
        token = csrf(client, link)
        page = client.post(link, data={"answer": "leave", "csrf_token": token}).page
        assert page.h1 == "Do you want to leave the panel?"
        assert db.session.get_one(Member, member.id).state == "active"
        client.post(link, data={"answer": "leave", "sure": "yes", "csrf_token": token})
        gone = db.session.get_one(Member, member.id)
        assert (gone.state, gone.email) == ("left", None)


def csrf(client, path: str) -> str:
    return client.get(path).page.all("input", name="csrf_token")[0].get("value")


class TestMilestones:
    def test_thanks_come_once_and_at_most_once_a_month(self, app):
        member = make_member()
        member.confirmed_at = clock.now() - dt.timedelta(days=370)
        db.session.commit()
        milestones.reach(sa.select(Member.id), "first_answer", clock.today())
        db.session.commit()
        jobs.thank_at_milestones()
        jobs.thank_at_milestones()
        assert messages("milestone") == [f"member:{member.id}"]
        with later(days=31):
            jobs.thank_at_milestones()
            jobs.thank_at_milestones()
        assert len(messages("milestone")) == 2
        assert {m.key for m in milestones.of_member(member.id)} == {"first_answer", "one_year"}

    def test_who_is_on_a_break_is_not_written_to(self, app):
        make_member(state="paused")
        milestones.reach(sa.select(Member.id), "tenth_answer", clock.today())
        db.session.commit()
        jobs.thank_at_milestones()
        assert messages("milestone") == []
        assert db.session.scalars(sa.select(Milestone.told_at)).one() is not None


class TestTenure:
    def test_months_end_where_the_month_does(self):
        assert tenure.months_from(dt.date(2026, 3, 31), -1) == dt.date(2026, 2, 28)
        assert tenure.months_from(dt.date(2024, 1, 31), 1) == dt.date(2024, 2, 29)
        assert tenure.months_from(dt.date(2026, 1, 15), -24) == dt.date(2024, 1, 15)


class TestRotation:
    @pytest.fixture
    def group(self, app):
        group = make_group(rotation_share=33, rotation_after=24, rotation_return=12)
        long_here = [make_member() for _ in range(8)]
        belong(group, long_here, clock.now() - LONG_AGO)
        belong(group, [make_member() for _ in range(4)])
        return group

    def test_a_third_of_all_is_drawn_of_those_long_enough_and_can_be_drawn_again(self, group):
        made = rotations.draw(group, "staff:1")
        db.session.commit()
        assert (made.pool, made.chosen) == (8, 3)
        pool = db.session.scalars(rotations.pool_of(group.id, made.joined_before)).all()
        assert rotation.draw(pool, made.chosen, made.seed)[0] == rotations.chosen_of(made)
        with pytest.raises(rotations.UnderWayError):
            rotations.draw(group, "staff:1")

    def test_nobody_leaves_before_it_is_confirmed_and_those_who_do_are_thanked(self, group):
        made = rotations.draw(group, "staff:1")
        db.session.commit()
        jobs.carry_out_rotations()
        here = sa.select(sa.func.count()).select_from(GroupMembership).where(GroupMembership.left_at.is_(None))
        assert db.session.scalar(here) == 12
        rotations.confirm(made, "staff:1")
        db.session.commit()
        jobs.carry_out_rotations()
        assert db.session.scalar(here) == 9
        assert sorted(messages("group_ended")) == sorted(f"member:{n}" for n in rotations.chosen_of(made))
        assert db.session.get_one(Rotation, made.id).state == "done"
        with pytest.raises(rotations.NobodyDueError):  # a third of this year's twelve have made room
            rotations.draw(group, "staff:1")
        with pytest.raises(rotations.SettledError):
            rotations.cancel(made, "staff:1")

    def test_everybody_has_the_same_chance(self):
        drawn = dict.fromkeys(range(10), 0)
        for number in range(2000):
            for each in rotation.draw(range(10), 3, f"seed-{number}")[0]:
                drawn[each] += 1
        # 600 expected with a standard deviation of 20.5: five of them.
        assert all(abs(count - 600) < 103 for count in drawn.values())

    def test_carrying_out_takes_few_queries(self, group):
        made = rotations.draw(group, "staff:1")
        rotations.confirm(made, "staff:1")
        db.session.commit()
        with at_most(18):
            assert rotations.carry_out_some(made.id) == 3
