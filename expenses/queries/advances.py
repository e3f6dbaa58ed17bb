"""Money given before the day: what nobody has accounted for yet, and what is left of it and to be given back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.database import db
from expenses.models import AdvanceReturn, Claim, ClaimKind, ClaimLine, ClaimState

#: A claim that accounts for an advance says in these states what the advance was good for.
_DECIDED = (
    ClaimState.APPROVED,
    ClaimState.PARTLY_APPROVED,
    ClaimState.REFUSED,
    ClaimState.AUTHORISED,
    ClaimState.PAID,
)


@dataclass(frozen=True)
class Advance:
    """Money that was paid before `day`, and what it was for."""

    id: int
    reference: str
    payee_id: int
    pence: int
    category: str
    day: dt.date


@dataclass(frozen=True)
class Rest:
    """What was given before the day and not spent, and what became of it."""

    advance_id: int
    reference: str
    pence: int
    decided_at: dt.datetime
    settled: AdvanceReturn | None


def find_rest(claim: Claim) -> Rest | None:
    """Return what is left of an advance, given the advance or the claim that accounts for it; None if nothing is."""
    advance_id = claim.id if claim.kind == ClaimKind.ADVANCE else claim.settles_id
    if advance_id is None:
        return None
    row = db.session.execute(_left().where(Claim.id == advance_id)).one_or_none()
    return Rest(*row) if row else None


def list_owed(*, limit: int) -> list[Rest]:
    """Return what is still to be given back, that decided longest ago first."""
    account_at = _ACCOUNT.approved_at
    query = _left().where(AdvanceReturn.id.is_(None)).order_by(account_at, Claim.id).limit(limit)
    return [Rest(*row) for row in db.session.execute(query)]


_ACCOUNT = aliased(Claim)


def _left() -> Any:
    return (
        sa.select(
            Claim.id,
            Claim.reference,
            Claim.approved_pence - _ACCOUNT.approved_pence,
            _ACCOUNT.approved_at,
            AdvanceReturn,
        )
        .join(_ACCOUNT, _ACCOUNT.settles_id == Claim.id)
        .outerjoin(AdvanceReturn, AdvanceReturn.advance_id == Claim.id)
        .where(
            Claim.kind == ClaimKind.ADVANCE,
            Claim.state == ClaimState.PAID,
            _ACCOUNT.state.in_(_DECIDED),
            _ACCOUNT.approved_pence < Claim.approved_pence,
        )
    )


def find_account(advance_id: int) -> Claim | None:
    """Return the claim that says what an advance was spent on, sent or not; not one that was taken back."""
    return db.session.scalar(
        sa.select(Claim).where(Claim.settles_id == advance_id, Claim.state != ClaimState.WITHDRAWN)
    )


def accounted(claim_ids: Collection[int]) -> set[int]:
    """Return which of the advances somebody said the use of, in a claim that was sent; no query where there is none."""
    if not claim_ids:
        return set()
    sent = Claim.state.not_in([ClaimState.DRAFT, ClaimState.WITHDRAWN])
    found = db.session.scalars(sa.select(Claim.settles_id).where(Claim.settles_id.in_(claim_ids), sent))
    return {number for number in found if number is not None}


def list_open(before: dt.date, *, limit: int, after: tuple[dt.date, int] | None = None) -> Sequence[Advance]:
    """Return advances for days before `before` that nobody has accounted for, the oldest day first."""
    query = _open(before)
    if after is not None:
        day, number = after
        later = sa.or_(ClaimLine.spent_on > day, sa.and_(ClaimLine.spent_on == day, Claim.id > number))
        query = query.where(later)
    rows = db.session.execute(query.order_by(ClaimLine.spent_on, Claim.id).limit(limit))
    return [Advance(*row) for row in rows]


def each_open(before: dt.date, size: int = 500) -> Iterator[Advance]:
    """Yield all of them, some hundred at a time."""
    after: tuple[dt.date, int] | None = None
    while found := list_open(before, limit=size, after=after):
        yield from found
        after = (found[-1].day, found[-1].id)


def _open(before: dt.date) -> Any:
    account = aliased(Claim)
    said = sa.exists().where(
        account.settles_id == Claim.id, account.state.not_in([ClaimState.DRAFT, ClaimState.WITHDRAWN])
    )
    columns = (Claim.id, Claim.reference, Claim.payee_id, Claim.approved_pence, ClaimLine.category, ClaimLine.spent_on)
    return (
        sa.select(*columns)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.kind == ClaimKind.ADVANCE, Claim.state == ClaimState.PAID, ClaimLine.spent_on < before, ~said)
    )
