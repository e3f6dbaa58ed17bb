"""Payments that came back: found by the bank's list, or entered by hand, all of a list or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import Staff
from core import audit
from expenses.models import Payment, PaymentState
from expenses.queries import runs as queries
from expenses.returns import Return
from expenses.services import runs


@dataclass
class Report:
    """What became of the rows of a list: row numbers of each kind."""

    failed: list[int] = field(default_factory=list)
    #: Known as failed from an earlier list.
    known: list[int] = field(default_factory=list)
    #: No payment bears this reference.
    unknown: list[int] = field(default_factory=list)
    #: The reference is ours, the amount is not.
    other_amount: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether every row could be used."""
        return not self.unknown and not self.other_amount


def reconcile(returns: Sequence[Return], by: Staff | None) -> Report:
    """Mark the payments of a list as failed and tell the people; a list read twice changes nothing the second time.

    Where a row cannot be used, nothing is changed at all: the caller rolls back unless the report `is_clean`.
    """
    report = Report()
    payments = queries.payments_by_reference(sorted({item.reference for item in returns}))
    for item in returns:
        _take(item, payments.get((item.reference, item.attempt)), report, by)
    if report.is_clean and report.failed:
        audit.record("payments.reconciled", "payments", after={"failed": len(report.failed)})
    return report


def _take(item: Return, payment: Payment | None, report: Report, by: Staff | None) -> None:
    if payment is None:
        report.unknown.append(item.row)
    elif item.pence is not None and item.pence != payment.amount_pence:
        report.other_amount.append(item.row)
    elif payment.state == PaymentState.FAILED:
        report.known.append(item.row)
    else:
        runs.fail(payment, item.code or "returned", by=by)
        report.failed.append(item.row)
