"""Delete what has been kept long enough, portion by portion, with statements: the ORM refuses to delete history."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import audit, clock, tasks
from core.database import changed_by, db
from expenses.errors import NothingToDeleteError
from expenses.models import BankDetails, Claim, ClaimLine, Payment, PaymentRun, PriorRequest
from expenses.queries import prior
from expenses.queries import retention as queries

#: The kind of the task, and what it is about.
DELETE, SUBJECT = "expenses.delete-old", "expenses"
#: Claims deleted by one transaction.
PORTION = 200


def ask(before: dt.date) -> tasks.Task:
    """Ask the worker to delete what is over. Raises NothingToDeleteError, core.tasks.AlreadyRunningError."""
    if before != queries.cutoff(clock.today()) or not queries.ids_due(before, 1):
        raise NothingToDeleteError
    return tasks.start(DELETE, SUBJECT, {"before": before.isoformat()})


def delete_portion(before: dt.date) -> int:
    """Delete up to PORTION claims that are over, with all that hangs on them; return how many."""
    numbers = queries.ids_due(before, PORTION)
    if not numbers:
        return 0
    payments = changed_by(sa.delete(Payment).where(Payment.claim_id.in_(numbers)))
    priors = list(
        db.session.scalars(
            sa.select(ClaimLine.prior_id).where(ClaimLine.claim_id.in_(numbers), ClaimLine.prior_id.is_not(None))
        )
    )
    # Lines, receipts, questions, decisions, choices and entries go with their claim (ON DELETE CASCADE).
    claims = changed_by(sa.delete(Claim).where(Claim.id.in_(numbers)))
    still_needed = sa.exists().where(ClaimLine.prior_id == PriorRequest.id)
    changed_by(sa.delete(PriorRequest).where(PriorRequest.id.in_(priors), ~still_needed))
    audit.record(
        "claims.deleted", "expenses", after={"before": before.isoformat(), "claims": claims, "payments": payments}
    )
    return claims


def delete_rest(before: dt.date) -> None:
    """Delete what no claim needs any more: empty runs, accounts that ended, questions before the day."""
    moment = clock.start_of_day(before)
    runs = sa.delete(PaymentRun).where(
        PaymentRun.prepared_at < moment, ~sa.exists().where(Payment.run_id == PaymentRun.id)
    )
    accounts = sa.delete(BankDetails).where(
        BankDetails.ended_at < moment, ~sa.exists().where(Payment.bank_details_id == BankDetails.id)
    )
    priors = sa.delete(PriorRequest).where(
        PriorRequest.day < before, ~sa.exists().where(ClaimLine.prior_id == PriorRequest.id)
    )
    gone = {
        "runs": changed_by(runs),
        "accounts": changed_by(accounts),
        "prior_requests": changed_by(priors),
    }
    audit.record("claims.deleted_rest", "expenses", after={"before": before.isoformat(), **gone})


def delete_silent_drafts() -> int:
    """Delete up to PORTION drafts after 90 days of silence; return how many."""
    numbers = queries.silent_drafts(clock.now(), PORTION)
    if not numbers:
        return 0
    count = changed_by(sa.delete(Claim).where(Claim.id.in_(numbers)))
    audit.record("claims.drafts_deleted", "expenses", after={"claims": count})
    return count


def delete_silent_questions() -> int:
    """Delete questions before the day that were begun 90 days ago and never sent; return how many."""
    count = changed_by(sa.delete(PriorRequest).where(prior.silent_drafts(clock.now() - queries.SILENCE)))
    if count:
        audit.record("prior_requests.drafts_deleted", "expenses", after={"prior_requests": count})
    return count
