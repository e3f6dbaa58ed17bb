"""Thanks for what members have done: each milestone once, and at most one message in a month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db, insert_or_ignore
from panel import emails, tenure
from panel.models import Member, MemberState, Milestone

#: No second message of thanks within so many days, whatever is reached.
APART = dt.timedelta(days=30)
#: Thanks that come later than this would only be odd.
_STALE = dt.timedelta(days=92)


def reach(members: sa.Select[Any], key: str, day: dt.date) -> None:
    """Note that `members` (a SELECT of ids) reached `key` on `day`, in one statement; who had it before keeps it so."""
    chosen = members.order_by(None).subquery()
    member_id = next(iter(chosen.c))
    values = sa.select(member_id, sa.literal(key), sa.literal(day, sa.Date)).where(
        ~sa.exists().where(Milestone.member_id == member_id, Milestone.key == key)
    )
    db.session.execute(insert_or_ignore(Milestone.__table__).from_select(["member_id", "key", "reached_on"], values))


def reach_years() -> None:
    """Note who has been on the panel for a year, within the last month."""
    today = clock.today()
    year_ago = tenure.months_from(today, -12)
    due = sa.select(Member.id).where(
        Member.state == MemberState.ACTIVE,
        Member.confirmed_at < tenure.start_of(year_ago + dt.timedelta(days=1)),
        Member.confirmed_at >= tenure.start_of(year_ago - dt.timedelta(days=31)),
    )
    reach(due, "one_year", today)


def thank_some(limit: int = 500) -> int:
    """Write to the next members about the first milestone they have not heard of; return how many were looked at.

    Who is taking a break or agreed to nothing gets no message; it stands on their own page all the same.
    """
    now, today = clock.now(), clock.today()
    recent = sa.orm.aliased(Milestone)
    heard = sa.exists().where(recent.member_id == Milestone.member_id, recent.told_at > now - APART)
    due = (
        sa.select(Milestone.member_id, sa.func.min(Milestone.key))
        .where(Milestone.told_at.is_(None), Milestone.reached_on > today - _STALE, ~heard)
        .group_by(Milestone.member_id)
        .order_by(Milestone.member_id)
        .limit(limit)
    )
    rows = [(member_id, key) for member_id, key in db.session.execute(due)]
    if not rows:
        return 0
    for key in sorted({key for _, key in rows}):
        members = [member_id for member_id, own in rows if own == key]
        db.session.execute(
            sa.update(Milestone)
            .where(Milestone.key == key, Milestone.member_id.in_(members))
            .values(told_at=now)
            .execution_options(synchronize_session=False)
        )
    emails.milestone.queue_many(rows)
    return len(rows)


def of_member(member_id: int) -> list[Milestone]:
    """Return what a member has reached, newest first."""
    query = sa.select(Milestone).where(Milestone.member_id == member_id)
    return list(db.session.scalars(query.order_by(Milestone.reached_on.desc(), Milestone.key)))
