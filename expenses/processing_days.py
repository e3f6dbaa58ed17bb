"""Days on which Bacs pays: working days of England's banks."""

from __future__ import annotations

import datetime as dt

from core import clock
from expenses.errors import NotAProcessingDayError

#: A submission can be made up to thirty days ahead.
_FURTHEST = 30


def is_processing_day(day: dt.date) -> bool:
    """Return whether banks pay on `day`: Monday to Friday, but for bank holidays."""
    from holidays import country_holidays  # slow to load, and few processes ever need it

    return day.weekday() < 5 and day not in country_holidays("GB", subdiv="ENG", years=day.year)


def check(day: dt.date) -> None:
    """Refuse a day on which nothing can be paid any more, or not yet. Raises NotAProcessingDayError.

    Bacs takes three days: sent on the first, processed on the second, in the account on the third. `day` is the second.
    """
    today = clock.today()
    if not today < day <= today + dt.timedelta(days=_FURTHEST) or not is_processing_day(day):
        raise NotAProcessingDayError


def next_day(after: dt.date) -> dt.date:
    """Return the first processing day after `after`."""
    day = after + dt.timedelta(days=1)
    while not is_processing_day(day):
        day += dt.timedelta(days=1)
    return day
