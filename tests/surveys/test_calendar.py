"""The calendar of asking: kept numbers where they are true, counted ones where something has been decided since."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from core.database import db
from panel.models import QuietPeriod
from panel.services import asking as asks
from surveys import jobs
from surveys.queries import calendar
from tests.factories.fieldwork import make_open_fieldwork
from tests.factories.members import make_member
from tests.factories.staff import sign_in
from tests.support.queries import at_most, recorded


@pytest.fixture
def members(app):
    found = [make_member() for _ in range(3)]
    for number in range(2):
        asks.ask([found[0].id], clock.today(), kind="event", source=f"event:{number}")
    db.session.commit()
    return found


def outlooks():
    return [
        (p.outlook.meant, p.outlook.free, p.outlook.asked_enough, p.outlook.quiet) for p in calendar.calendar().planned
    ]


class TestCalendar:
    def test_says_the_same_from_kept_numbers_as_from_counting(self, members):
        make_open_fieldwork(inviting=True)
        counted = calendar.calendar()
        jobs.count_calendar()
        assert calendar.calendar() == counted
        assert outlooks() == [(3, 2, 1, 0)]
        assert counted.burden == {0: 2, 2: 1}

    def test_does_not_look_at_members_or_asks_where_numbers_are_kept(self, members):
        make_open_fieldwork(inviting=True)
        jobs.count_calendar()
        with recorded() as recorder:
            calendar.calendar()
        assert not [s for s in recorder.statements if "FROM member" in s or "FROM ask " in s]

    def test_new_plans_and_new_rules_are_counted_at_once(self, members):
        make_open_fieldwork(inviting=True)
        jobs.count_calendar()
        make_open_fieldwork(inviting=True, audience={"languages": ["pl"]})
        assert outlooks() == [(3, 2, 1, 0), (0, 0, 0, 0)]
        today = clock.today()
        made = {"reason": "Holidays", "made_at": clock.now(), "made_by": "staff:1"}
        db.session.add(QuietPeriod(starts_on=today, ends_on=today, **made))
        db.session.commit()
        assert outlooks() == [(3, 0, 0, 3), (0, 0, 0, 0)]

    def test_what_members_did_shows_after_some_minutes_even_without_the_worker(self, members):
        make_open_fieldwork(inviting=True)
        jobs.count_calendar()
        make_member()
        asks.ask([members[1].id], clock.today(), kind="event", source="event:0")
        asks.ask([members[1].id], clock.today(), kind="event", source="event:1")
        db.session.commit()
        with clock.stopped_at(clock.now() + calendar.PATIENCE + dt.timedelta(seconds=1)):
            assert outlooks() == [(4, 2, 2, 0)]

    def test_is_counted_again_only_where_something_has_changed(self, members):
        make_open_fieldwork(inviting=True)
        assert calendar.keep()
        assert not calendar.keep()
        asks.ask([members[1].id], clock.today(), kind="event", source="event:9")
        assert calendar.keep()

    def test_takes_few_queries_for_many_plans(self, client, members):
        for number in range(6):
            make_open_fieldwork(inviting=True, opens_at=clock.now() - dt.timedelta(days=number + 1))
        sign_in(client, "analyst")
        with at_most(45):
            assert client.get("/staff/asking").status_code == 200
