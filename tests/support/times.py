"""Moments for tests of rules that count calendar days."""

from __future__ import annotations

import datetime as dt

from core import clock


def in_days(days: int) -> dt.datetime:
    """Return the moment, so many days on, at which clocks here show what they show now.

    So many times 24 hours would be another day where the clocks are changed in between and it is near midnight.
    """
    here = clock.now().astimezone(clock.zone()).replace(tzinfo=None)
    return (here + dt.timedelta(days=days)).replace(tzinfo=clock.zone())
