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
from panel.models import Ask, AskingCap, AskingRule, GroupMembership, Member, MemberState, QuietPeriod


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
    return sa.select(Member.id).where(Member.id.in_(sa.select(next(iter(meant.c)))), *all_free(on_day))


def all_free(on_day: dt.date) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `Member` that somebody may be asked on `on_day`: found for all at once, so for many."""
    full = [Member.id.not_in(at_cap(cap, on_day)) for cap in caps_on(on_day)]
    return [*full, *[sa.not_(quiet(period)) for period in quiet_on(on_day)]]


def free(on_day: dt.date) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `Member` that somebody may be asked on `on_day`: looked up for each, so for some."""
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


def at_cap(cap: Cap, on_day: dt.date, among: sa.Select[int] | None = None) -> sa.Select[int]:
    """Return a SELECT of the members for whom one more ask on `on_day` would be one too many: found in one pass.

    `among` are ids of members that hold all of them, where some are known.
    """
    span = dt.timedelta(days=cap.days)
    query = _asked_often(cap.most, on_day - span, on_day + span)
    return query if among is None else query.where(Ask.member_id.in_(among))


def _asked_often(most: int, after: dt.date, before: dt.date) -> sa.Select[int]:
    within = sa.select(Ask.member_id).where(Ask.day > after, Ask.day < before)
    return within.group_by(Ask.member_id).having(sa.func.count() >= most)


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


@dataclass(frozen=True)
class Outlook:
    """How many are meant on a day, and how many of them cannot be asked: for being asked enough, or a quiet period."""

    meant: int
    asked_enough: int
    quiet: int

    @property
    def free(self) -> int:
        """Return how many can be asked."""
        return self.meant - self.asked_enough - self.quiet


def outlook(wanted: Sequence[tuple[sa.Select[int], dt.date]]) -> list[Outlook]:
    """Return for each (SELECT of Member.id, day) how many can be asked: one query for the people, few for the rules.

    Each is looked at by itself: what has not been written yet, such as the others in the list, does not count.
    """
    if not wanted:
        return []
    rules = {day: (caps_on(day), quiet_on(day)) for day in {day for _, day in wanted}}
    at_caps = _at_caps([(cap, day) for day, (caps, _) in rules.items() for cap in caps])
    counts = []
    for number, (members, day) in enumerate(wanted):
        caps, periods = rules[day]
        is_quiet = sa.or_(sa.false(), *[quiet(period) for period in periods])
        is_full = sa.or_(sa.false(), *[Member.id.in_(at_caps[cap, day]) for cap in caps])
        state = sa.case((is_quiet, "quiet"), (is_full, "full"), else_="free")
        chosen = members.order_by(None).add_columns(state.label("state")).subquery()
        counts.append(
            sa.select(sa.literal(number), chosen.c.state, sa.func.count()).select_from(chosen).group_by(chosen.c.state)
        )
    found: dict[tuple[int, str], int] = {}
    for number, state_key, count in db.session.execute(sa.union_all(*counts)):
        found[number, state_key] = count
    return [_outlook({s: found.get((n, s), 0) for s in ("quiet", "full", "free")}) for n in range(len(wanted))]


def _at_caps(wanted: Sequence[tuple[Cap, dt.date]]) -> dict[tuple[Cap, dt.date], sa.Select[int]]:
    """Return a SELECT of those at a cap for each (cap, day), with one pass over the asks for a cap, not for a day."""
    found = {}
    for cap in {cap for cap, _ in wanted}:
        days, span = [day for each, day in wanted if each == cap], dt.timedelta(days=cap.days)
        # Who has too many on one of the days has them in all of these days: few, once everybody is counted.
        often = _asked_often(cap.most, min(days) - span, max(days) + span).cte(f"often_{cap.most}_{cap.days}")
        for day in days:
            found[cap, day] = at_cap(cap, day, sa.select(often.c.member_id))
    return found


def _outlook(counts: dict[str, int]) -> Outlook:
    return Outlook(sum(counts.values()), counts["full"], counts["quiet"])


@dataclass(frozen=True)
class Asked:
    """What was asked for, of how many, and from which day to which."""

    source: str
    kind: str
    engagement_id: int | None
    first: dt.date
    last: dt.date
    members: int


def asked_since(day: dt.date, limit: int = 50) -> list[Asked]:
    """Return what members were asked for since `day`, the latest first."""
    rows = db.session.execute(
        sa.select(
            Ask.source,
            sa.func.min(Ask.kind),
            sa.func.min(Ask.engagement_id),
            sa.func.min(Ask.day).label("first"),
            sa.func.max(Ask.day),
            sa.func.count(),
        )
        .where(Ask.day >= day)
        .group_by(Ask.source)
        .order_by(sa.desc("first"), Ask.source)
        .limit(limit)
    )
    return [Asked(*row) for row in rows]


def burden(since: dt.date) -> dict[int, int]:
    """Return how many members on the panel were asked how often since a day; 0 stands for not at all."""
    times = (
        sa.select(Ask.member_id, sa.func.count().label("times"))
        .where(Ask.day >= since)
        .group_by(Ask.member_id)
        .subquery()
    )
    often = sa.func.coalesce(times.c.times, 0)
    rows = db.session.execute(
        sa.select(often, sa.func.count())
        .select_from(Member)
        .outerjoin(times, times.c.member_id == Member.id)
        .where(Member.state == MemberState.ACTIVE)
        .group_by(often)
        .order_by(often)
    )
    return {times_asked: members for times_asked, members in rows}  # noqa: C416  rows are no tuples to mypy
