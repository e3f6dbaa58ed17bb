"""Figures the public may see: none under eight, and none from which one under eight can be worked out."""

from __future__ import annotations

import datetime as dt

from core import clock

#: NHS Digital: figures below national level are not shown for 1 to 7 people.
SMALLEST = 8


def public_share(said_by: int | None, out_of: int | None) -> float | None:
    """Return the share from 0 to 1 the public may see, or None when it is unknown or would single people out."""
    if not said_by or not out_of or said_by < SMALLEST or 0 < out_of - said_by < SMALLEST:
        return None
    return said_by / out_of


def share_told(told: int, total: int) -> float | None:
    """Return the share told from 0 to 1 in whole percent, rounded down: one person left out is not “everyone”."""
    return told * 100 // total / 100 if total else None


def public_count(people: int) -> int | None:
    """Return a number of people the public may see, or None when it is too small to show."""
    return people if people >= SMALLEST else None


def days_between(first: dt.date | None, last: dt.datetime | None) -> int | None:
    """Return whole calendar days from the last day of answering to a moment, or None while one is unknown."""
    if first is None or last is None:
        return None
    return (last.astimezone(clock.zone()).date() - first).days
