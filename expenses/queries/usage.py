"""What was used before: miles of a tax year, and what was agreed before the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa

from core.database import db
from expenses.models import Claim, ClaimLine, PriorRequest, PriorState
from expenses.pricing import tax_year
from expenses.transitions import COUNTING_STATES


def quantities(
    payee_id: int, categories: Collection[str], *, except_claim: int | None = None
) -> dict[tuple[str, dt.date], int]:
    """Return what a payee's other sent claims used, in hundredths, by category and 6 April of the tax year."""
    query = (
        sa.select(ClaimLine.category, ClaimLine.spent_on, sa.func.sum(ClaimLine.quantity_hundredths))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.payee_id == payee_id,
            Claim.state.in_(COUNTING_STATES),
            ClaimLine.category.in_(categories),
            ClaimLine.quantity_hundredths.is_not(None),
            ClaimLine.spent_on.is_not(None),
        )
        .group_by(ClaimLine.category, ClaimLine.spent_on)
    )
    if except_claim is not None:
        query = query.where(Claim.id != except_claim)
    used: dict[tuple[str, dt.date], int] = {}
    for category, day, quantity in db.session.execute(query):
        if category and day and quantity:
            key = (category, tax_year(day))
            used[key] = used.get(key, 0) + int(quantity)
    return used


def agreed(prior_ids: Collection[int], payee_id: int) -> dict[int, int]:
    """Return what was agreed before the day, in pence, by request; none of somebody else."""
    if not prior_ids:
        return {}
    query = sa.select(PriorRequest.id, PriorRequest.agreed_pence).where(
        PriorRequest.id.in_(prior_ids),
        PriorRequest.payee_id == payee_id,
        PriorRequest.state.in_([PriorState.AGREED, PriorState.USED]),
    )
    return {prior_id: pence or 0 for prior_id, pence in db.session.execute(query)}
