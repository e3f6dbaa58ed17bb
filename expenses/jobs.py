"""Periodic work of expenses."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import tasks
from core.database import commit
from core.errors import N_
from core.jobs import scheduled
from core.task_runner import Running
from expenses.services import advances, payees, retention


@scheduled("expenses.forget-settled", every=dt.timedelta(hours=6))
def forget_settled() -> None:
    """Forget how to reach people who left, once nothing is owed to them."""
    while payees.forget_settled():
        commit()
    commit()


@scheduled("expenses.silent-drafts", every=dt.timedelta(days=1))
def delete_silent_drafts() -> None:
    """Throw away what somebody began and let lie for 90 days."""
    while retention.delete_silent_drafts():
        commit()
    retention.delete_silent_questions()
    commit()


@scheduled("expenses.remind-of-advances", every=dt.timedelta(days=1))
def remind_of_advances() -> None:
    """Ask people who got money before the day what they spent, when they have not said so."""
    advances.remind()
    commit()


@tasks.kind(retention.DELETE)
def delete_old(task: Running) -> dict[str, Any]:
    """Delete claims whose time is over, in portions that each count as soon as they are done."""
    before = dt.date.fromisoformat(task.parameters["before"])
    total = 0
    while True:
        task.step(N_("Deleting old claims"), 0.5)
        with task.writing():
            count = retention.delete_portion(before)
        if not count:
            break
        total += count
        task.save()
    with task.writing():
        retention.delete_rest(before)
    return {"claims": total}
