"""Reads of budgets: which holds, and how much of it is signed for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa

from core import clock
from core.database import db
from expenses.models import Budget, Claim, ClaimState

#: Signed for by whom the budget concerns, or paid already.
_SIGNED = (ClaimState.AUTHORISED, ClaimState.IN_RUN, ClaimState.PAID, ClaimState.FAILED, ClaimState.CORRECTED)


def find_budget(engagement_id: int, day: dt.date) -> Budget | None:
    """Return the budget of an engagement that holds on `day`."""
    return db.session.scalar(
        sa.select(Budget)
        .where(Budget.engagement_id == engagement_id, Budget.starts_on <= day, Budget.ends_on >= day)
        .order_by(Budget.starts_on.desc())
        .limit(1)
    )


def authorised_pence(budget: Budget) -> int:
    """Return what of a budget is authorised or paid, by the day it was authorised.

    What an advance paid before stands in the advance's own claim, and is taken off here.
    """
    first = clock.start_of_day(budget.starts_on)
    after = clock.start_of_day(budget.ends_on + dt.timedelta(days=1))
    total = sa.select(sa.func.coalesce(sa.func.sum(Claim.approved_pence - Claim.advance_pence), 0)).where(
        Claim.engagement_id == budget.engagement_id,
        Claim.state.in_(_SIGNED),
        Claim.authorised_at >= first,
        Claim.authorised_at < after,
    )
    return int(db.session.scalar(total) or 0)


def codings(engagement_ids: Collection[int], day: dt.date) -> dict[int, str]:
    """Return engagement -> the cost centre of its budget on `day`, for those that have one."""
    rows = db.session.execute(
        sa.select(Budget.engagement_id, Budget.coding)
        .where(Budget.engagement_id.in_(engagement_ids), Budget.starts_on <= day, Budget.ends_on >= day)
        .order_by(Budget.engagement_id, Budget.starts_on)
    )
    return {engagement_id: coding for engagement_id, coding in rows}  # noqa: C416  rows are no tuples to mypy
