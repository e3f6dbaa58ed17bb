"""Money given before the day for which nobody has said yet what it was spent on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.database import db
from expenses.models import Claim, ClaimKind, ClaimLine, ClaimState


@dataclass(frozen=True)
class Advance:
    """Money that was paid before `day`, and what it was for."""

    id: int
    reference: str
    payee_id: int
    pence: int
    category: str
    day: dt.date


def find_account(advance_id: int) -> Claim | None:
    """Return the claim that says what an advance was spent on, sent or not."""
    return db.session.scalar(sa.select(Claim).where(Claim.settles_id == advance_id))


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
