"""Reads of budgets: which holds, how much of it is signed for, and what is spent, committed and asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from expenses.models import Budget, Claim, ClaimState, PolicyRate, PriorKind, PriorRequest, PriorState
from expenses.transitions import COMMITTED_STATES

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

    What an advance paid before stands in the advance's own claim, and is taken off here. What we agreed to book and pay
    ourselves counts by its day: no claim follows.
    """
    first = clock.start_of_day(budget.starts_on)
    after = clock.start_of_day(budget.ends_on + dt.timedelta(days=1))
    total = sa.select(sa.func.coalesce(sa.func.sum(Claim.approved_pence - Claim.advance_pence), 0)).where(
        Claim.engagement_id == budget.engagement_id,
        Claim.state.in_(_SIGNED),
        Claim.authorised_at >= first,
        Claim.authorised_at < after,
    )
    booked = sa.select(sa.func.coalesce(sa.func.sum(PriorRequest.agreed_pence), 0)).where(
        PriorRequest.engagement_id == budget.engagement_id,
        PriorRequest.kind == PriorKind.PREPAID,
        PriorRequest.state == PriorState.AGREED,
        PriorRequest.day.between(budget.starts_on, budget.ends_on),
    )
    both = db.session.execute(sa.select(total.scalar_subquery(), booked.scalar_subquery())).one()
    return sum(int(pence) for pence in both)


def codings(engagement_ids: Collection[int], day: dt.date) -> dict[int, str]:
    """Return engagement -> the cost centre of its budget on `day`, for those that have one."""
    rows = db.session.execute(
        sa.select(Budget.engagement_id, Budget.coding)
        .where(Budget.engagement_id.in_(engagement_ids), Budget.starts_on <= day, Budget.ends_on >= day)
        .order_by(Budget.engagement_id, Budget.starts_on)
    )
    return {engagement_id: coding for engagement_id, coding in rows}  # noqa: C416  rows are no tuples to mypy


@dataclass(frozen=True)
class Use:
    """What of a budget is spent, committed (decided and not yet paid) and asked for (sent and not yet decided).

    What was agreed before the day is committed until it is claimed; what was asked before the day is asked for.
    """

    spent: int = 0
    committed: int = 0
    asked: int = 0


def find_budgets(engagement_ids: Collection[int], day: dt.date) -> dict[int, Budget]:
    """Return engagement -> the budget that holds on `day`."""
    rows = db.session.scalars(
        sa.select(Budget)
        .where(Budget.engagement_id.in_(engagement_ids), Budget.starts_on <= day, Budget.ends_on >= day)
        .order_by(Budget.starts_on, Budget.id)
    )
    return {row.engagement_id: row for row in rows}


def list_budgets(*, limit: int = 50, after: int = 0) -> list[Budget]:
    """Return budgets, the newest first, behind the one with the number `after`."""
    query = sa.select(Budget).order_by(Budget.id.desc()).limit(limit)
    return list(db.session.scalars(query.where(Budget.id < after) if after else query))


def get_budget(budget_id: int) -> Budget:
    """Return a budget. Raises NotFoundError."""
    budget = db.session.get(Budget, budget_id)
    if budget is None:
        raise NotFoundError
    return budget


def overlaps(engagement_id: int, starts_on: dt.date, ends_on: dt.date, *, except_id: int = 0) -> bool:
    """Return whether another budget of the engagement holds on a day from `starts_on` to `ends_on`."""
    query = sa.select(Budget.id).where(
        Budget.engagement_id == engagement_id,
        Budget.starts_on <= ends_on,
        Budget.ends_on >= starts_on,
        Budget.id != except_id,
    )
    return db.session.scalar(query.limit(1)) is not None


def use_of(budgets: Sequence[Budget]) -> dict[int, Use]:
    """Return budget -> its use, in three queries, whatever their number.

    A claim falls into the period in which it was authorised; one that is not authorised yet, in which it was sent;
    what was asked before the day, into that of its day.
    """
    if not budgets:
        return {}
    when = sa.func.coalesce(Claim.authorised_at, Claim.submitted_at)
    worth = Claim.approved_pence - Claim.advance_pence

    def total(states: Collection[str], pence: sa.SQLColumnExpression[int]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((Claim.state.in_(states), pence), else_=0)), 0)

    periods = [
        sa.select(
            sa.literal(budget.id).label("budget_id"),
            total([ClaimState.PAID], worth),
            total(COMMITTED_STATES, worth),
            total([ClaimState.SUBMITTED, ClaimState.QUESTION], Claim.claimed_pence),
        ).where(
            Claim.engagement_id == budget.engagement_id,
            when >= clock.start_of_day(budget.starts_on),
            when < clock.start_of_day(budget.ends_on + dt.timedelta(days=1)),
        )
        for budget in budgets
    ]
    before = _before_the_day(budgets)
    return {
        budget_id: Use(int(spent), int(committed) + before[budget_id][0], int(asked) + before[budget_id][1])
        for budget_id, spent, committed, asked in db.session.execute(sa.union_all(*periods))
    }


def _before_the_day(budgets: Sequence[Budget]) -> dict[int, tuple[int, int]]:
    """Return budget -> pence agreed before the day and not claimed yet, and pence asked and not answered.

    What the person was to pay first counts as long as it can still be claimed; what we book ourselves always does.
    """
    longest = db.session.scalar(sa.select(sa.func.max(PolicyRate.window_days))) or 0
    still = sa.or_(
        PriorRequest.kind == PriorKind.PREPAID, PriorRequest.day >= clock.today() - dt.timedelta(days=longest)
    )
    agreed = sa.case((PriorRequest.state == PriorState.AGREED, PriorRequest.agreed_pence), else_=0)
    asked = sa.case((PriorRequest.state == PriorState.ASKED, PriorRequest.asked_pence), else_=0)
    periods = [
        sa.select(
            sa.literal(budget.id).label("budget_id"),
            sa.func.coalesce(sa.func.sum(agreed), 0),
            sa.func.coalesce(sa.func.sum(asked), 0),
        ).where(
            PriorRequest.engagement_id == budget.engagement_id,
            PriorRequest.state.in_([PriorState.AGREED, PriorState.ASKED]),
            PriorRequest.day.between(budget.starts_on, budget.ends_on),
            still,
        )
        for budget in budgets
    ]
    rows = db.session.execute(sa.union_all(*periods))
    return {budget_id: (int(committed), int(wanted)) for budget_id, committed, wanted in rows}
