"""Reads of how people want to be paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from core.database import among, db
from expenses.models import BankDetails, PaymentChoice, PaymentText
from expenses.queries import bank_details


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
        .where(among(PaymentChoice.claim_id, claim_ids))
        .group_by(PaymentChoice.claim_id)
    )
    return {
        row.claim_id: row for row in db.session.scalars(sa.select(PaymentChoice).where(PaymentChoice.id.in_(latest)))
    }


def accounts_of(payee_ids: Sequence[int], now: dt.datetime) -> dict[int, tuple[int, bool]]:
    """Return payee -> (number of the bank details that hold, whether money can be paid into them at `now`)."""
    usable = sa.case((bank_details.usable(now), 1), else_=0)
    query = sa.select(BankDetails.payee_id, BankDetails.id, usable).where(
        among(BankDetails.payee_id, payee_ids), BankDetails.ended_at.is_(None)
    )
    return {payee_id: (details_id, bool(is_usable)) for payee_id, details_id, is_usable in db.session.execute(query)}
