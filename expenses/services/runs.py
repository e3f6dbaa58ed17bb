"""Payment runs: one payer chooses, another confirms, then claims are paid, or fail and come again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from accounts.models import Staff
from core import audit, clock, ids
from core.database import among, changed_by, db
from expenses import emails, processing_days, sealed, transitions
from expenses.errors import (
    ClaimMovedError,
    HeldError,
    NoAccountError,
    NoPayerAccountError,
    NothingToPayError,
    OwnClaimError,
    RunMovedError,
)
from expenses.models import (
    Claim,
    Payment,
    PaymentChoice,
    PaymentMethod,
    PaymentRun,
    PaymentState,
    RunState,
    Voucher,
)
from expenses.queries import budgets, choices, payments
from expenses.queries import runs as settings
from expenses.services import duties, payees, steps
from expenses.transitions import Duty


def prepare(claim_ids: Sequence[int], *, by: Staff, pay_on: dt.date) -> PaymentRun:
    """Make a run of the claims, all or none.

    Raises NothingToPayError, NotAProcessingDayError, ClaimMovedError, OwnClaimError, HeldError, NoAccountError,
    NoPayerAccountError.
    """
    wanted = sorted(set(claim_ids))
    if not wanted:
        raise NothingToPayError
    processing_days.check(pay_on)
    payer, layout = settings.payer_account(), settings.ledger_layout()
    run = PaymentRun(
        pay_on=pay_on,
        prepared_by=by.id,
        prepared_at=clock.now(),
        payer_account_id=payer.id if payer else None,
        layout_id=layout.id if layout else None,
        cost_centres={},
        checksums={},
    )
    db.session.add(run)
    db.session.flush()
    for start in range(0, len(wanted), steps.CHUNK):
        _add_chunk(run, wanted[start : start + steps.CHUNK], by)
    _add_vouchers(run)
    audit.record(
        "payment_run.prepared", f"payment_run:{run.id}", after={"payments": run.payments, "pence": run.total_pence}
    )
    return run


def _add_chunk(run: PaymentRun, claim_ids: list[int], by: Staff) -> None:
    steps.take_many(claim_ids, transitions.PUT_IN_RUN, by=by, detail=f"run:{run.id}")
    columns = (Claim.id, Claim.reference, Claim.payee_id, Claim.to_pay_pence, Claim.engagement_id)
    claims = list(db.session.execute(sa.select(*columns).where(among(Claim.id, claim_ids)).order_by(Claim.id)))
    chosen = choices.choices_of(claim_ids)
    receivers = {claim.id: _receiver(claim.payee_id, chosen.get(claim.id)) for claim in claims}
    accounts = choices.accounts_of(sorted(set(receivers.values())), run.prepared_at)
    attempts = payments.attempts_of(claim_ids)
    rows = [
        _payment(run, claim, chosen.get(claim.id), receivers[claim.id], accounts, attempts.get(claim.id, 0) + 1)
        for claim in claims
    ]
    try:
        db.session.execute(sa.insert(Payment.__table__), rows)  # type: ignore[arg-type]  # every table here is a Table
    except IntegrityError:  # the database knows of a payment that this run did not see
        raise ClaimMovedError from None
    run.payments += len(rows)
    run.total_pence += sum(claim.to_pay_pence for claim in claims)
    engagements = {claim.engagement_id for claim in claims if claim.engagement_id}
    centres = budgets.codings(engagements, run.pay_on)
    run.cost_centres = {**run.cost_centres, **{str(number): centre for number, centre in centres.items()}}


def _add_vouchers(run: PaymentRun) -> None:
    """Note the vouchers to order; refuse a run that pays into accounts from an account nobody has entered."""
    db.session.flush()
    query = sa.select(Payment.id, Payment.payee_id).where(
        Payment.run_id == run.id, Payment.method == PaymentMethod.VOUCHER
    )
    wanted = [(payment_id, payee_id) for payment_id, payee_id in db.session.execute(query.order_by(Payment.id))]
    if len(wanted) < run.payments and run.payer_account_id is None:
        raise NoPayerAccountError
    for start in range(0, len(wanted), steps.CHUNK):
        _add_orders(wanted[start : start + steps.CHUNK])


def _add_orders(wanted: Sequence[tuple[int, int]]) -> None:
    """Keep, sealed, where each voucher is to go: the list stays the same when somebody moves house or leaves."""
    numbers = [payee_id for _, payee_id in wanted]
    reached, languages = payees.contacts(numbers), payees.languages(numbers)
    orders = []
    for payment_id, payee_id in wanted:
        order, to = Voucher(seal_id=ids.random_id()), reached[payee_id]
        words = {"name": to.name, "email": to.email, "address": to.address, "language": languages[payee_id]}
        sealed.put(order, "receiver", json.dumps(words))
        orders.append({"seal_id": order.seal_id, "payment_id": payment_id, "receiver": order.receiver})
    db.session.execute(sa.insert(Voucher.__table__), orders)  # type: ignore[arg-type]  # every table here is a Table


def reference_of(claim_reference: str, attempt: int) -> str:
    """Return what the payee's statement shows, at most 18 characters; a second try can be told from the first."""
    return f"CLAIM {claim_reference}" + (f"/{attempt}" if attempt > 1 else "")


def _receiver(payee_id: int, choice: PaymentChoice | None) -> int:
    return choice.charity_id if choice and choice.charity_id else payee_id


def _payment(
    run: PaymentRun,
    claim: Any,
    choice: PaymentChoice | None,
    receiver: int,
    accounts: dict[int, tuple[int, bool]],
    attempt: int,
) -> dict[str, object]:
    """Return the row of one payment: where costs are repaid without a choice, the bank is meant."""
    method = choice.method if choice else PaymentMethod.BANK
    details_id, usable = (None, True) if method == PaymentMethod.VOUCHER else accounts.get(receiver, (None, True))
    if details_id is None and method != PaymentMethod.VOUCHER:
        raise NoAccountError(reference=claim.reference)
    if not usable:
        raise HeldError(reference=claim.reference)
    return {
        "run_id": run.id,
        "claim_id": claim.id,
        "attempt": attempt,
        "state": PaymentState.IN_RUN,
        "method": method,
        "payee_id": receiver,
        "bank_details_id": details_id,
        "amount_pence": claim.to_pay_pence,
        "reference": reference_of(claim.reference, attempt),
        "failure": "",
    }


def confirm(run: PaymentRun, *, by: Staff) -> None:
    """Confirm a run that somebody else prepared. Raises OwnClaimError, RunMovedError."""
    if run.prepared_by == by.id:
        raise OwnClaimError
    claim_ids = payments.claim_ids(run.id)
    for start in range(0, len(claim_ids), steps.CHUNK):
        duties.check(by, Duty.PAYER, claim_ids[start : start + steps.CHUNK])
    _move(run, RunState.PREPARED, RunState.CONFIRMED, confirmed_by=by.id, confirmed_at=clock.now())


def cancel(run: PaymentRun, *, by: Staff) -> None:
    """Call a run off of which nothing was sent to the bank: its claims wait for another. Raises RunMovedError."""
    claim_ids = payments.claim_ids(run.id)
    _move(run, RunState.CONFIRMED if run.state == RunState.CONFIRMED else RunState.PREPARED, RunState.CANCELLED)
    _set_payments(run.id, PaymentState.CANCELLED)
    steps.take_many(claim_ids, transitions.TAKEN_OUT, detail=f"run:{run.id}")


def mark_exported(run: PaymentRun, checksums: dict[str, str]) -> None:
    """Note that the files of a confirmed run were made, with their SHA-256; again only if they are the same."""
    if run.state == RunState.EXPORTED and all(run.checksums.get(key) == value for key, value in checksums.items()):
        return
    _move(run, RunState.CONFIRMED, RunState.EXPORTED, exported_at=clock.now(), checksums=checksums)


def mark_paid(run: PaymentRun, *, paid_on: dt.date, by: Staff | None = None) -> int:
    """Count what of an exported run has not failed as paid; tell everybody; return how many."""
    if run.state not in {RunState.CONFIRMED, RunState.EXPORTED}:
        raise ClaimMovedError
    claim_ids = payments.claim_ids(run.id, PaymentState.IN_RUN)
    _set_payments(run.id, PaymentState.PAID, paid_on=paid_on)
    steps.take_many(claim_ids, transitions.PAID, by=by, detail=f"run:{run.id}", paid_on=paid_on)
    emails.paid.queue_many(payments.remittances(run.id))
    return len(claim_ids)


def fail(payment: Payment, failure: str, *, by: Staff | None = None) -> None:
    """Note that a payment came back; its claim waits for other details. Raises ClaimMovedError."""
    failed = changed_by(
        sa.update(Payment)
        .where(Payment.id == payment.id, Payment.state.in_([PaymentState.IN_RUN, PaymentState.PAID]))
        .values(state=PaymentState.FAILED, failed_at=clock.now(), failure=failure, paid_on=None)
    )
    run = db.session.get_one(PaymentRun, payment.run_id)
    if not failed or run.state not in {RunState.CONFIRMED, RunState.EXPORTED}:
        raise ClaimMovedError
    db.session.refresh(payment)
    claim = db.session.get_one(Claim, payment.claim_id)
    steps.take(claim, transitions.FAILED, by=by, detail=f"payment:{payment.id}", paid_on=None)
    emails.failed(payment.id)


def correct(claim: Claim, *, actor: str = "", by: Staff | None = None) -> None:
    """Let a failed claim into a run again, once its details are mended or were right after all."""
    steps.take(claim, transitions.CORRECTED, actor=actor, by=by)


def _move(run: PaymentRun, before: RunState, after: RunState, **values: object) -> None:
    db.session.flush()
    moved = changed_by(
        sa.update(PaymentRun).where(PaymentRun.id == run.id, PaymentRun.state == before).values(state=after, **values)
    )
    if not moved:
        raise RunMovedError
    db.session.refresh(run)
    audit.record(f"payment_run.{after}", f"payment_run:{run.id}", {"state": before}, {"state": after})


def _set_payments(run_id: int, state: PaymentState, **values: object) -> None:
    waiting = sa.update(Payment).where(Payment.run_id == run_id, Payment.state == PaymentState.IN_RUN)
    changed_by(waiting.values(state=state, **values))
