"""What waits for an approver and for whoever authorises: the queues, page by page, and what is beside a claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from accounts.models import Staff
from core.database import db
from expenses.models import Claim, ClaimState

#: What an approver's queue can be filtered by; without a filter, what waits for a decision.
QUEUES = (
    ClaimState.SUBMITTED,
    ClaimState.QUESTION,
    ClaimState.APPROVED,
    ClaimState.PARTLY_APPROVED,
    ClaimState.REFUSED,
)
APPROVED = (ClaimState.APPROVED, ClaimState.PARTLY_APPROVED)


@dataclass(frozen=True)
class Place:
    """Where a page of a queue begins: behind the claim sent at `at` with the number `claim_id`."""

    at: dt.datetime
    claim_id: int

    @classmethod
    def of(cls, claim: Claim) -> Place:
        """Return the place right behind `claim`."""
        assert claim.submitted_at is not None  # noqa: S101  a draft is in no queue
        return cls(claim.submitted_at, claim.id)

    @classmethod
    def find(cls, claim_id: int | None) -> Place | None:
        """Return the place behind the claim with this number, or None where there is no such claim."""
        found = db.session.execute(sa.select(Claim.submitted_at, Claim.id).where(Claim.id == claim_id)).first()
        return cls(found[0], found[1]) if claim_id and found and found[0] else None


def list_waiting(
    states: Collection[str],
    *,
    engagement_id: int | None = None,
    after: Place | None = None,
    limit: int = 25,
) -> list[Claim]:
    """Return claims in `states` with their lines, the longest waiting first, behind `after`."""
    query = sa.select(Claim).where(Claim.state.in_(states)).options(selectinload(Claim.lines))
    if engagement_id is not None:
        query = query.where(Claim.engagement_id == engagement_id)
    if after is not None:
        later = sa.and_(Claim.submitted_at == after.at, Claim.id > after.claim_id)
        query = query.where(Claim.submitted_at >= after.at, sa.or_(Claim.submitted_at > after.at, later))
    return list(db.session.scalars(query.order_by(Claim.submitted_at, Claim.id).limit(limit)))


def list_ids_waiting(*, engagement_id: int | None, after: Place | None, limit: int) -> list[tuple[int, str]]:
    """Return number and reference of claims that wait for a decision, the longest waiting first, behind `after`."""
    query = sa.select(Claim.id, Claim.reference).where(Claim.state == ClaimState.SUBMITTED)
    if engagement_id is not None:
        query = query.where(Claim.engagement_id == engagement_id)
    if after is not None:
        later = sa.and_(Claim.submitted_at == after.at, Claim.id > after.claim_id)
        query = query.where(Claim.submitted_at >= after.at, sa.or_(Claim.submitted_at > after.at, later))
    rows = db.session.execute(query.order_by(Claim.submitted_at, Claim.id).limit(limit))
    return [(claim_id, reference) for claim_id, reference in rows]


def count_by_state(states: Collection[str]) -> dict[str, int]:
    """Return state -> how many claims stand there."""
    query = sa.select(Claim.state, sa.func.count()).where(Claim.state.in_(states)).group_by(Claim.state)
    counts = {state: count for state, count in db.session.execute(query)}  # noqa: C416  rows are no tuples to mypy
    return {state: counts.get(state, 0) for state in states}


def engagements_in(states: Collection[str]) -> list[int]:
    """Return the engagements that claims in `states` are about."""
    query = sa.select(Claim.engagement_id).where(Claim.state.in_(states), Claim.engagement_id.is_not(None))
    return [number for number in db.session.scalars(query.distinct()) if number is not None]


def references(claim_ids: Collection[int]) -> dict[int, str]:
    """Return number -> reference of claims."""
    rows = db.session.execute(sa.select(Claim.id, Claim.reference).where(Claim.id.in_(claim_ids)))
    return {claim_id: reference for claim_id, reference in rows}  # noqa: C416  rows are no tuples to mypy


def staff_names(staff_ids: Collection[int]) -> dict[int, str]:
    """Return number -> name of members of staff."""
    if not staff_ids:
        return {}
    rows = db.session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return {staff_id: name for staff_id, name in rows}  # noqa: C416  rows are no tuples to mypy
