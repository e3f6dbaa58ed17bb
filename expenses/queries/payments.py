"""Reads of payments and their runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from core.database import among, db
from core.errors import NotFoundError
from expenses.models import BankDetails, Claim, Payment, PaymentRun, PaymentState


def get_run(run_id: int) -> PaymentRun:
    """Return a run. Raises NotFoundError."""
    run = db.session.get(PaymentRun, run_id)
    if run is None:
        raise NotFoundError
    return run


def list_runs(*, limit: int = 50, offset: int = 0) -> list[PaymentRun]:
    """Return runs, the newest first."""
    return list(db.session.scalars(sa.select(PaymentRun).order_by(PaymentRun.id.desc()).limit(limit).offset(offset)))


def list_payments(run_id: int) -> list[Payment]:
    """Return the payments of a run in the order of its files."""
    return list(db.session.scalars(sa.select(Payment).where(Payment.run_id == run_id).order_by(Payment.id)))


def claim_ids(run_id: int, state: str | None = None) -> list[int]:
    """Return the claims of a run, or those whose payment stands at `state`."""
    query = sa.select(Payment.claim_id).where(Payment.run_id == run_id).order_by(Payment.claim_id)
    return list(db.session.scalars(query.where(Payment.state == state) if state else query))


def remittances(run_id: int) -> Iterator[tuple[int, int, str, int, str, dt.date]]:
    """Yield what the message about each paid payment of a run says: the arguments of expenses.emails.paid."""
    columns = (Payment.id, Claim.payee_id, Claim.reference, Payment.amount_pence, Payment.method, Payment.paid_on)
    query = (
        sa.select(*columns)
        .join(Claim, Claim.id == Payment.claim_id)
        .where(Payment.run_id == run_id, Payment.state == PaymentState.PAID)
    )
    for row in db.session.execute(query.order_by(Payment.id)):
        yield tuple(row)  # type: ignore[misc]  # the columns above


def attempts_of(claim_ids: Sequence[int]) -> dict[int, int]:
    """Return claim -> how many payments it has had, for those that had any."""
    query = sa.select(Payment.claim_id, sa.func.max(Payment.attempt)).where(among(Payment.claim_id, claim_ids))
    return {claim: attempt for claim, attempt in db.session.execute(query.group_by(Payment.claim_id))}  # noqa: C416  rows are no tuples to mypy


def came_back_from(claim_id: int, payee_id: int) -> bool:
    """Return whether a payment of a claim came back from the account into which a payee is paid today."""
    failed = (
        sa.select(Payment.id)
        .join(BankDetails, BankDetails.id == Payment.bank_details_id)
        .where(Payment.claim_id == claim_id, Payment.state == PaymentState.FAILED)
        .where(BankDetails.payee_id == payee_id, BankDetails.ended_at.is_(None))
    )
    return bool(db.session.scalar(sa.select(failed.exists())))


def find_live(claim_id: int) -> Payment | None:
    """Return the payment of a claim that has not failed."""
    return db.session.scalar(
        sa.select(Payment).where(Payment.claim_id == claim_id, Payment.state.in_(["in_run", "paid"]))
    )
