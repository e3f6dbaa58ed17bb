"""Set and change what an engagement may spend on taking part."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import audit, clock
from core.database import db, lock_name
from expenses.errors import BudgetMovedError, BudgetPeriodError
from expenses.models import Budget
from expenses.queries import budgets as queries

#: What the record of changes keeps of a budget.
_RECORDED = ("starts_on", "ends_on", "set_pence", "holder_id", "expected_people", "expected_each_pence", "coding")


def add(engagement_id: int, starts_on: dt.date, ends_on: dt.date, **values: Any) -> Budget:
    """Set a budget for a period in which the engagement has none. Raises BudgetPeriodError."""
    _check_period(engagement_id, starts_on, ends_on)
    budget = Budget(engagement_id=engagement_id, starts_on=starts_on, ends_on=ends_on, created_at=clock.now(), **values)
    db.session.add(budget)
    db.session.flush()
    audit.record("budget.set", f"budget:{budget.id}", after=_recorded(budget))
    return budget


def change(budget: Budget, revision: int, **values: Any) -> None:
    """Change a budget as somebody saw it at `revision`. Raises BudgetMovedError, BudgetPeriodError."""
    lock_name(f"expenses.budget:{budget.engagement_id}")
    db.session.refresh(budget)
    if budget.revision != revision:
        raise BudgetMovedError
    starts, ends = values.get("starts_on", budget.starts_on), values.get("ends_on", budget.ends_on)
    _check_period(budget.engagement_id, starts, ends, except_id=budget.id)
    before = _recorded(budget)
    for name, value in values.items():
        setattr(budget, name, value)
    budget.revision += 1
    db.session.flush()
    audit.record("budget.changed", f"budget:{budget.id}", before, _recorded(budget))


def _check_period(engagement_id: int, starts_on: dt.date, ends_on: dt.date, except_id: int = 0) -> None:
    lock_name(f"expenses.budget:{engagement_id}")  # two budgets at one moment must not share a day
    if queries.overlaps(engagement_id, starts_on, ends_on, except_id=except_id):
        raise BudgetPeriodError


def _recorded(budget: Budget) -> dict[str, Any]:
    values = {name: getattr(budget, name) for name in _RECORDED}
    return {name: str(value) if isinstance(value, dt.date) else value for name, value in values.items()}
