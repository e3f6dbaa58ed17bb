"""Asking: caps over all teams, quiet periods, and two teams at one moment."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from core import clock
from core.database import db
from panel import asking
from panel.models import Ask, AskingCap, AskingRule, Group, GroupMembership, Member, QuietPeriod
from panel.services import asking as asks
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.support.queries import at_most

TODAY = dt.date(2026, 6, 15)


def rule(*caps: tuple[int, int], starts_on: dt.date = dt.date(2020, 1, 1)) -> AskingRule:
    made = AskingRule(starts_on=starts_on, reason="Tried out", made_at=clock.now(), made_by="staff:1")
    made.caps = [AskingCap(most=most, days=days) for most, days in caps]
    db.session.add(made)
    db.session.commit()
    return made


def quiet_period(**where: int) -> None:
    made = {"reason": "Holidays", "made_at": clock.now(), "made_by": "staff:1"}
    days = {"starts_on": TODAY, "ends_on": TODAY + dt.timedelta(days=3)}
    db.session.add(QuietPeriod(**(days | made | where)))
    db.session.commit()


def ask(members: list[Member], source: str, day: dt.date = TODAY) -> list[int]:
    asked = asks.ask([m.id for m in members], day, kind="survey", source=source, engagement_id=1)
    db.session.commit()
    return asked


def askable(day: dt.date = TODAY) -> list[int]:
    return list(db.session.scalars(asking.askable(sa.select(Member.id), day).order_by(Member.id)))


class TestAskable:
    def test_two_in_thirty_days_holds_before_anybody_has_set_a_rule(self, app):
        member, other = make_member(), make_member()
        assert ask([member], "fieldwork:1") == ask([member], "fieldwork:2") == [member.id]
        assert askable() == [other.id]
        assert askable(TODAY + dt.timedelta(days=29)) == [other.id]
        assert askable(TODAY + dt.timedelta(days=30)) == [member.id, other.id]

    def test_twelve_in_a_year_holds_as_well(self, app):
        member = make_member()
        for month in range(12):
            assert ask([member], f"fieldwork:{month}", TODAY + dt.timedelta(days=30 * month))
        assert askable(TODAY + dt.timedelta(days=364)) == []
        assert askable(TODAY + dt.timedelta(days=365)) == [member.id]

    def test_the_latest_rule_that_has_begun_is_in_force(self, app):
        member = make_member()
        rule((1, 10))
        rule((5, 10), starts_on=TODAY + dt.timedelta(days=5))
        ask([member], "event:1")
        assert askable(TODAY + dt.timedelta(days=4)) == []
        assert askable(TODAY + dt.timedelta(days=5)) == [member.id]

    def test_a_rule_without_caps_lets_everybody_be_asked(self, app):
        member = make_member()
        rule()
        for number in range(20):
            assert ask([member], f"event:{number}") == [member.id]

    def test_an_ask_for_a_later_day_counts_now(self, app):
        member = make_member()
        rule((1, 30))
        ask([member], "event:1", TODAY + dt.timedelta(days=29))
        assert askable() == []
        assert askable(TODAY - dt.timedelta(days=1)) == [member.id]

    def test_quiet_periods_cover_everybody_an_area_with_all_inside_or_a_group(self, app):
        areas = make_areas()
        leicester = next(a for a in areas.values() if a.name == "Leicester")
        inside = next((a for a in areas.values() if a.parent_id == leicester.id), leicester)
        group = Group(key="youth", name="Youth board")
        db.session.add(group)
        db.session.commit()
        _there, young, former, elsewhere = make_member(area=inside), make_member(), make_member(), make_member()
        now = clock.now()
        db.session.add(GroupMembership(group_id=group.id, member_id=young.id, joined_at=now))
        db.session.add(GroupMembership(group_id=group.id, member_id=former.id, joined_at=now, left_at=now))
        quiet_period(area_id=leicester.id)
        assert askable() == [young.id, former.id, elsewhere.id]
        quiet_period(group_id=group.id)
        assert askable() == [former.id, elsewhere.id]
        quiet_period()
        assert askable(TODAY + dt.timedelta(days=3)) == []
        assert len(askable(TODAY + dt.timedelta(days=4))) == 4

    def test_takes_few_queries_however_many_members(self, app):
        for _ in range(12):
            make_member()
        with at_most(3):
            assert len(askable()) == 12

    def test_keeps_to_the_members_it_is_given(self, app):
        make_member()
        wanted = make_member()
        given_ids = sa.select(Member.id).where(Member.id == wanted.id).order_by(Member.id.desc())
        assert db.session.scalars(asking.askable(given_ids, TODAY)).all() == [wanted.id]


class TestAsk:
    def test_asking_again_for_the_same_thing_counts_once(self, app):
        member = make_member()
        assert ask([member], "fieldwork:1") == ask([member], "fieldwork:1") == [member.id]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Ask)) == 1

    def test_writes_many_with_few_queries(self, app):
        ids = [make_member().id for _ in range(30)]
        with at_most(6):
            assert len(asks.ask(ids, TODAY, kind="survey", source="fieldwork:1")) == 30

    def test_unknown_kinds_are_refused_by_the_database(self, app):
        member = make_member()
        with pytest.raises(IntegrityError):
            # For mypy: the wrong kind is the test.
            asks.ask([member.id], TODAY, kind="nagging", source="fieldwork:1")  # type: ignore[arg-type]
        db.session.rollback()

    def test_old_asks_are_forgotten_once_no_cap_can_see_them(self, app):
        member = make_member()
        ask([member], "event:1", TODAY - dt.timedelta(days=1097))
        ask([member], "event:2", TODAY - dt.timedelta(days=1096))
        assert asks.forget_old(TODAY) == 1
        assert db.session.scalars(sa.select(Ask.source)).all() == ["event:2"]

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(days=st.lists(st.integers(0, 40), max_size=25), most=st.integers(1, 3), span=st.integers(1, 15))
    def test_no_span_of_days_ever_holds_more_than_the_cap(self, app, days, most, span):
        db.session.execute(sa.delete(Ask))
        db.session.execute(sa.delete(AskingRule))
        rule((most, span))
        member = make_member()
        for number, day in enumerate(days):
            asks.ask([member.id], TODAY + dt.timedelta(days=day), kind="survey", source=f"event:{number}")
        written = sorted((d - TODAY).days for d in db.session.scalars(sa.select(Ask.day)))
        for start in range(41):
            assert sum(start <= day < start + span for day in written) <= most
        assert bool(days) == bool(written)


class TestTwoTeamsAtOnce:
    def test_cannot_go_over_the_cap_together(self, app):
        rule((2, 30))
        ids = [make_member().id for _ in range(40)]
        db.session.rollback()
        together = threading.Barrier(6)

        def team(number: int) -> int:
            with app.app_context():
                together.wait(30)
                asked = asks.ask(ids, TODAY, kind="survey", source=f"fieldwork:{number}", engagement_id=number)
                db.session.commit()
                return len(asked)

        with ThreadPoolExecutor(6) as threads:
            numbers = sorted(threads.map(team, range(6)))
        assert numbers == [0, 0, 0, 0, 40, 40]
        db.session.rollback()
        most = sa.select(sa.func.count()).select_from(Ask).group_by(Ask.member_id)
        assert set(db.session.scalars(most)) == {2}


class TestOutlook:
    def test_tells_who_cannot_be_asked_and_why_in_few_queries(self, app):
        areas = make_areas()
        leicester = next(a for a in areas.values() if a.name == "Leicester")
        there, enough, both = make_member(area=leicester), make_member(), make_member(area=leicester)
        make_member()
        for number in range(2):
            ask([enough, both], f"event:{number}")
        quiet_period(area_id=leicester.id)
        assert there.id
        everybody = sa.select(Member.id).order_by(Member.id)
        with at_most(8):
            found = asking.outlook([(everybody, TODAY), (everybody, TODAY + dt.timedelta(days=10))])
        assert [(o.meant, o.free, o.asked_enough, o.quiet) for o in found] == [(4, 1, 1, 2), (4, 2, 2, 0)]

    def test_burden_counts_those_never_asked_too(self, app):
        members = [make_member() for _ in range(3)]
        ask(members[:1], "event:1")
        ask(members[:2], "event:2")
        assert asking.burden(TODAY) == {0: 1, 1: 1, 2: 1}
        assert [(a.source, a.members) for a in asking.asked_since(TODAY)] == [("event:1", 1), ("event:2", 2)]
