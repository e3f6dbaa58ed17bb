"""What time it is: one place, so that a test can stop the clock and every rule agrees on the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.config import ConfigError

#: The zone in which opening times and calendar days are meant; set from TIME_ZONE by `core.init_app`.
_zone = ZoneInfo("Europe/London")
_stopped: dt.datetime | None = None
#: Clocks are never changed and changed back within a week.
_WEEK = dt.timedelta(days=7)


def set_zone(name: str) -> None:
    """Use the IANA zone `name` for calendar days."""
    global _zone
    try:
        _zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"TIME_ZONE must be a zone such as Europe/London, not “{name}”.") from None


def zone() -> ZoneInfo:
    """Return the zone in which people of this installation read times."""
    return _zone


def now() -> dt.datetime:
    """Return the present moment in UTC, with its zone."""
    return _stopped or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return the calendar day people here are living in."""
    return now().astimezone(_zone).date()


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the moment, in UTC, at which `day` begins for people here."""
    return dt.datetime.combine(day, dt.time(), tzinfo=_zone).astimezone(dt.UTC)


def offsets(since: dt.datetime, until: dt.datetime) -> list[tuple[dt.datetime, dt.timedelta]]:
    """Return from which moment on, between `since` and `until`, clocks here were how far ahead of UTC.

    The first begins at `since`, each other with a change of the clocks. For databases that know no zones.
    """
    found = [(since, _offset(since))]
    day = since
    while day < until:
        after = min(day + _WEEK, until)
        if _offset(after) != found[-1][1]:
            found.append((_change(day, after), _offset(after)))
        day = after
    return found


def _offset(moment: dt.datetime) -> dt.timedelta:
    return moment.astimezone(_zone).utcoffset() or dt.timedelta()


def _change(before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """Return the moment, to the second, from which the offset is that of `after`."""
    old = _offset(before)
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(middle) == old else (before, middle)
    return after.replace(microsecond=0)


@contextmanager
def stopped_at(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at `moment` (with a zone); for tests and for simulating history in the demo."""
    global _stopped
    before, _stopped = _stopped, moment.astimezone(dt.UTC)
    try:
        yield
    finally:
        _stopped = before
