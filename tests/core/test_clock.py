"""Days and changes of the clock where people here are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from core import clock

SINCE, UNTIL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, 31, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def zone_again() -> Iterator[None]:
    before = clock.zone().key
    yield
    clock.set_zone(before)


class TestOffsets:
    def test_of_a_year_here_change_twice_at_one_in_the_morning_of_utc(self) -> None:
        clock.set_zone("Europe/London")
        assert clock.offsets(SINCE, UNTIL) == [
            (SINCE, dt.timedelta()),
            (dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), dt.timedelta(hours=1)),
            (dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC), dt.timedelta()),
        ]

    @pytest.mark.parametrize(
        ("zone", "offset"), [("Asia/Kolkata", dt.timedelta(hours=5, minutes=30)), ("UTC", dt.timedelta())]
    )
    def test_without_summer_time_there_is_one(self, zone: str, offset: dt.timedelta) -> None:
        clock.set_zone(zone)
        assert clock.offsets(SINCE, UNTIL) == [(SINCE, offset)]

    @pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
    def test_say_the_same_as_the_zone_at_every_hour(self, zone: str) -> None:
        clock.set_zone(zone)
        found = clock.offsets(SINCE, UNTIL)
        for hour in range(24 * 364):
            moment = SINCE + dt.timedelta(hours=hour, minutes=30)
            offset = [offset for begins, offset in found if begins <= moment][-1]
            assert offset == moment.astimezone(clock.zone()).utcoffset()
