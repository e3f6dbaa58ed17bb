"""Lists of members for staff: a page at a time, found by state and area, never loaded whole."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.database import db
from panel.audience import subtree
from panel.models import Member, MemberState

PAGE_SIZE = 50


@dataclass(frozen=True)
class MemberPage:
    """Some members, newest first; `before` is where the next older page begins, None on the last."""

    members: list[Member]
    before: int | None


def page(
    *, state: str | None = None, area_id: int | None = None, failing: bool = False, before: int | None = None
) -> MemberPage:
    """Return members of one state, of an area and all inside it, or those whom messages do not reach."""
    query = sa.select(Member).options(sa.orm.joinedload(Member.area)).order_by(Member.id.desc())
    if state:
        query = query.where(Member.state == state)
    if area_id:
        query = query.where(Member.area_id.in_(subtree([area_id])))
    if failing:
        query = query.where(*_unreached())
    if before:
        query = query.where(Member.id < before)
    rows = list(db.session.scalars(query.limit(PAGE_SIZE + 1)))
    return MemberPage(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None)


def counts() -> dict[str, int]:
    """Return state -> how many members; `failing` -> how many messages do not reach."""
    rows = db.session.execute(sa.select(Member.state, sa.func.count()).group_by(Member.state))
    found = {state: count for state, count in rows}  # noqa: C416  rows are no tuples to mypy
    return found | {"failing": count_unreached()}


def count_unreached() -> int:
    """Return how many members messages do not reach."""
    return db.session.scalar(sa.select(sa.func.count(Member.id)).where(*_unreached())) or 0


def _unreached() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that messages do not reach a member; nobody looks for those who have left."""
    return Member.route_works.is_(False), Member.state.not_in([MemberState.LEFT, MemberState.REMOVED])


def others_with_phone(member: Member) -> list[int]:
    """Return the ids of other members with the same phone number: perhaps the same person twice."""
    if not member.phone_index:
        return []
    same = sa.select(Member.id).where(Member.phone_index == member.phone_index, Member.id != member.id)
    return list(db.session.scalars(same.order_by(Member.id).limit(20)))
