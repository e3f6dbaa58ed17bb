"""How long people have belonged: bands of months, as data of each group, and the same for the whole panel."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core import clock

#: Where one band ends and the next begins, in months, for the panel as a whole.
MONTHS = (6, 12, 24, 36)


def months_from(day: dt.date, months: int) -> dt.date:
    """Return the day so many months after `day` (before it where negative), the last of the month where it has none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def start_of(day: dt.date) -> dt.datetime:
    """Return the moment `day` begins here."""
    return dt.datetime.combine(day, dt.time(), clock.zone())


def band(since: Any, months: Sequence[int], today: dt.date) -> sa.Case[int]:
    """Return the SQL of the number of the band that `since` falls into: 0 for less than `months[0]`, and so on."""
    bounds = sorted(months)
    cases = [(since > start_of(months_from(today, -bound)), number) for number, bound in enumerate(bounds)]
    return sa.case(*cases, else_=len(bounds))


def band_at(since: Any, moment: Any, months: Sequence[int]) -> sa.Case[int]:
    """Return the SQL of the number of the band that somebody who belongs since `since` was in at `moment`, a column.

    Whole months of the calendar count, as in `months_from`.
    """
    bounds = sorted(months)
    had = (
        12 * (sa.extract("year", moment) - sa.extract("year", since))
        + (sa.extract("month", moment) - sa.extract("month", since))
        - sa.case((sa.extract("day", moment) < sa.extract("day", since), 1), else_=0)
    )
    return sa.case(*[(had < bound, number) for number, bound in enumerate(bounds)], else_=len(bounds))
