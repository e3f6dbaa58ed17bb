"""Who may be asked on a day: nobody more often than the caps of all teams together allow, nobody in a quiet period.

As SQL that the rooms above put into their own queries. Written asks are the one record of it (`panel.models.Ask`):
an invitation counts on the day it is written; a reminder of it does not count again, and messages that tell or thank,
or that ask whether somebody wants to stay, are no asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.database import db
from panel.audience import subtree
from panel.models import Ask, AskingCap, AskingRule, GroupMembership, Member, QuietPeriod


@dataclass(frozen=True)
class Cap:
    """At most `most` asks within any `days` days that follow each other."""

    most: int
    days: int


#: What holds until an administrator has set something else: asking too often is impossible from the first day.
DEFAULT_CAPS = (Cap(2, 30), Cap(12, 365))


def caps_on(day: dt.date) -> tuple[Cap, ...]:
    """Return the caps in force on `day`, shorter spans first."""
    latest = sa.select(sa.func.max(AskingRule.starts_on)).where(AskingRule.starts_on <= day).scalar_subquery()
    rows = db.session.execute(
        sa.select(AskingRule.id, AskingCap.most, AskingCap.days)
        .outerjoin(AskingCap, AskingCap.rule_id == AskingRule.id)
        .where(AskingRule.starts_on == latest)
        .order_by(AskingCap.days)
    ).all()
    if not rows:
        return DEFAULT_CAPS
    return tuple(Cap(most, days) for _rule, most, days in rows if most is not None)


def askable(members: sa.Select[int], on_day: dt.date) -> sa.Select[int]:
    """Return a SELECT of the ids out of `members` (a SELECT of member ids) who may be asked for something on `on_day`.

    Left out is who has had as many asks as a cap allows in its span of days, and whom a quiet period covers. Asks
    already written for days to come count as well, in both directions: so no span of days can ever hold too many.
    Runs one or two small queries for the rules; the people are looked at only by whoever runs the result. This reads.
    To ask, call `panel.services.asking.ask`, which looks again while nobody else can ask.
    """
    meant = members.order_by(None).subquery()
    chosen = sa.select(Member.id).where(Member.id.in_(sa.select(next(iter(meant.c)))))
    return chosen.where(*free(on_day))


def free(on_day: dt.date) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `Member` that somebody may be asked on `on_day`."""
    return [sa.not_(over_cap(cap, on_day)) for cap in caps_on(on_day)] + [sa.not_(quiet(p)) for p in quiet_on(on_day)]


def over_cap(cap: Cap, on_day: dt.date) -> sa.ColumnElement[bool]:
    """Return the condition on `Member` that one more ask on `on_day` would be one too many for `cap`."""
    span = dt.timedelta(days=cap.days)
    asked = (
        sa.select(sa.func.count())
        .where(Ask.member_id == Member.id, Ask.day > on_day - span, Ask.day < on_day + span)
        .correlate(Member)
        .scalar_subquery()
    )
    return asked >= cap.most


def quiet(period: QuietPeriod) -> sa.ColumnElement[bool]:
    """Return the condition on `Member` that `period` covers them."""
    covers: list[Any] = [sa.true()]
    if period.area_id is not None:
        covers.append(sa.and_(Member.area_id.is_not(None), Member.area_id.in_(subtree([period.area_id]))))
    if period.group_id is not None:
        belongs = sa.select(GroupMembership.member_id).where(
            GroupMembership.group_id == period.group_id, GroupMembership.left_at.is_(None)
        )
        covers.append(Member.id.in_(belongs))
    return sa.and_(*covers)


def quiet_on(day: dt.date) -> Sequence[QuietPeriod]:
    """Return the quiet periods that `day` lies in."""
    return db.session.scalars(
        sa.select(QuietPeriod)
        .where(QuietPeriod.starts_on <= day, QuietPeriod.ends_on >= day)
        .order_by(QuietPeriod.starts_on, QuietPeriod.id)
    ).all()


def quiet_until(members: sa.Select[int], day: dt.date) -> dt.date | None:
    """Return the day after the first quiet period of `day` to end that covers any of `members`, or None."""
    ends = []
    for period in quiet_on(day):
        covered = sa.select(Member.id).where(Member.id.in_(members.order_by(None)), quiet(period)).limit(1)
        if db.session.scalar(covered) is not None:
            ends.append(period.ends_on + dt.timedelta(days=1))
    return min(ends, default=None)
