"""Reads of how people want to be paid."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core.database import db
from expenses.models import BankDetails, PaymentChoice, PaymentText


def find_newest_text(purpose: str) -> PaymentText | None:
    """Return the newest words shown before the choice."""
    return db.session.scalar(
        sa.select(PaymentText).where(PaymentText.purpose == purpose).order_by(PaymentText.version.desc()).limit(1)
    )


def find_choice(claim_id: int) -> PaymentChoice | None:
    """Return what holds for a claim: the latest choice."""
    return choices_of([claim_id]).get(claim_id)


def choices_of(claim_ids: Sequence[int]) -> dict[int, PaymentChoice]:
    """Return claim -> the latest choice, for those that have one."""
    latest = (
        sa.select(sa.func.max(PaymentChoice.id))
        .where(PaymentChoice.claim_id.in_(claim_ids))
        .group_by(PaymentChoice.claim_id)
    )
    return {
        row.claim_id: row for row in db.session.scalars(sa.select(PaymentChoice).where(PaymentChoice.id.in_(latest)))
    }


def accounts_of(payee_ids: Sequence[int]) -> dict[int, BankDetails]:
    """Return payee -> the bank details that hold now, still sealed."""
    query = sa.select(BankDetails).where(BankDetails.payee_id.in_(payee_ids), BankDetails.ended_at.is_(None))
    return {row.payee_id: row for row in db.session.scalars(query)}
