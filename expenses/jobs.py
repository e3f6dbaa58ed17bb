"""Periodic work of expenses."""

from __future__ import annotations

import datetime as dt

from core.database import commit
from core.jobs import scheduled
from expenses.services import payees


@scheduled("expenses.forget-settled", every=dt.timedelta(hours=6))
def forget_settled() -> None:
    """Forget how to reach people who left, once nothing is owed to them."""
    while payees.forget_settled():
        commit()
    commit()
