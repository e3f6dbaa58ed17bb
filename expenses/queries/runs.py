"""What a payment run's files are made of, portion by portion, in an order that never changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from core.database import among, db
from core.errors import NotFoundError
from expenses.models import (
    BankDetails,
    Claim,
    ClaimLine,
    LedgerLayout,
    PayerAccount,
    Payment,
    PaymentState,
    Voucher,
)

_PORTION = 500


def totals(run_id: int) -> dict[str, tuple[int, int]]:
    """Return {method: (payments, pence)} of a run."""
    rows = db.session.execute(
        sa.select(Payment.method, sa.func.count(), sa.func.sum(Payment.amount_pence))
        .where(Payment.run_id == run_id, Payment.state != PaymentState.CANCELLED)
        .group_by(Payment.method)
        .order_by(Payment.method)
    ).all()
    return {method: (count, int(pence)) for method, count, pence in rows}


def walk_credits(run_id: int) -> Iterator[Any]:
    """Yield what a run pays into accounts: payment, pence and reference, with the bank details still sealed."""
    columns = (Payment.amount_pence, Payment.reference, BankDetails.seal_id, BankDetails.numbers, BankDetails.holder)
    return _walk(run_id, _payments(*columns).join(BankDetails, BankDetails.id == Payment.bank_details_id))


def walk_vouchers(run_id: int) -> Iterator[Any]:
    """Yield what a run pays by voucher: payment, pence and reference, with where it goes still sealed."""
    columns = (Payment.amount_pence, Payment.reference, Voucher.seal_id, Voucher.receiver)
    return _walk(run_id, _payments(*columns).join(Voucher, Voucher.payment_id == Payment.id))


def walk_claims(run_id: int) -> Iterator[Any]:
    """Yield all that a run pays: payment, payee, method, claim, its reference, advance and engagement."""
    columns = (Payment.payee_id, Payment.method, Payment.claim_id, Claim.reference, Claim.advance_pence)
    return _walk(run_id, _payments(*columns, Claim.engagement_id).join(Claim, Claim.id == Payment.claim_id))


def receivers(payment_ids: Sequence[int]) -> list[Any]:
    """Return, of some hundred payments, the sealed name on the account and where the voucher goes: one has either."""
    columns = (BankDetails.seal_id, BankDetails.holder, Voucher.seal_id, Voucher.receiver)
    query = (
        _payments(*columns)
        .outerjoin(BankDetails, BankDetails.id == Payment.bank_details_id)
        .outerjoin(Voucher, Voucher.payment_id == Payment.id)
    )
    return list(db.session.execute(query.where(among(Payment.id, payment_ids))))


def _payments(*columns: Any) -> Any:
    return sa.select(Payment.id, *columns).select_from(Payment)


def _walk(run_id: int, query: Any) -> Iterator[Any]:
    last = 0
    while True:
        portion = (
            query.where(Payment.run_id == run_id, Payment.id > last, Payment.state != PaymentState.CANCELLED)
            .order_by(Payment.id)
            .limit(_PORTION)
        )
        rows = db.session.execute(portion).all()
        yield from rows
        if len(rows) < _PORTION:
            return
        last = rows[-1][0]


def lines_of(claim_ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    """Return {claim: [(category, pence approved)]} of some hundred claims, without lines nothing was given for."""
    rows = db.session.execute(
        sa.select(ClaimLine.claim_id, ClaimLine.category, ClaimLine.approved_pence)
        .where(among(ClaimLine.claim_id, claim_ids), ClaimLine.approved_pence > 0)
        .order_by(ClaimLine.claim_id, ClaimLine.number)
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for claim_id, category, pence in rows:
        found.setdefault(claim_id, []).append((category or "", pence or 0))
    return found


def payments_by_reference(references: Sequence[str]) -> dict[tuple[str, int], Payment]:
    """Return {(claim's reference, attempt): payment} of runs that were not called off."""
    found: dict[tuple[str, int], Payment] = {}
    for start in range(0, len(references), _PORTION):
        query = (
            sa.select(Claim.reference, Payment)
            .join(Payment, Payment.claim_id == Claim.id)
            .where(Claim.reference.in_(references[start : start + _PORTION]), Payment.state != PaymentState.CANCELLED)
        )
        found |= {(reference, payment.attempt): payment for reference, payment in db.session.execute(query)}
    return found


def payer_account() -> PayerAccount | None:
    """Return the account the organisation pays from today."""
    return db.session.scalar(sa.select(PayerAccount).order_by(PayerAccount.id.desc()).limit(1))


def ledger_layout() -> LedgerLayout | None:
    """Return how the ledger's file looks today, or None for the way it comes."""
    return db.session.scalar(sa.select(LedgerLayout).order_by(LedgerLayout.id.desc()).limit(1))


def list_payments(run_id: int, *, limit: int = 100, after: int = 0) -> list[Any]:
    """Return (payment, claim's reference) of a run in the order of its files, from the payment after `after`."""
    query = (
        sa.select(Payment, Claim.reference)
        .join(Claim, Claim.id == Payment.claim_id)
        .where(Payment.run_id == run_id, Payment.id > after)
        .order_by(Payment.id)
        .limit(limit)
    )
    return list(db.session.execute(query))


def get_payment(payment_id: int) -> tuple[Payment, str]:
    """Return a payment and the reference of its claim. Raises NotFoundError."""
    query = sa.select(Payment, Claim.reference).join(Claim, Claim.id == Payment.claim_id)
    row = db.session.execute(query.where(Payment.id == payment_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]
