"""Signs of life: the month a member was last heard from, and the end of asking whether they want to stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import changed_by, db
from panel.models import Member, Review


def note_seen(member: Member) -> None:
    """Keep the month in which a member gave a sign of life themselves; if they were asked whether to stay, they do."""
    member.seen_in = clock.today().replace(day=1)
    settle(member, "stay")


def note_seen_all(members: sa.Select[Any], day: dt.date) -> None:
    """Keep the month of `day` for all `members` (a SELECT of ids) not seen later, in two statements."""
    month = day.replace(day=1)
    changed_by(
        sa.update(Member)
        .where(Member.id.in_(members), sa.or_(Member.seen_in.is_(None), Member.seen_in < month))
        .values(seen_in=month)
    )
    changed_by(
        sa.update(Review)
        .where(Review.member_id.in_(members), Review.settled_on.is_(None))
        .values(settled_on=clock.today(), outcome="stay")
    )


def settle(member: Member, outcome: str) -> None:
    """Note that a member has said what they want, or that there is nothing to say any more."""
    db.session.flush()
    changed_by(
        sa.update(Review)
        .where(Review.member_id == member.id, Review.settled_on.is_(None))
        .values(settled_on=clock.today(), outcome=outcome)
    )
