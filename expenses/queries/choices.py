"""Reads of how people want to be paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.database import among, db
from core.errors import NotFoundError
from expenses.models import BankDetails, ChoiceNotice, Claim, Payee, PaymentChoice, PaymentText, TellBy
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


def list_to_tell(limit: int = 200) -> Sequence[Any]:
    """Return (notice, choice, payee) of people who must be told by phone or letter what staff noted for them."""
    query = (
        sa.select(ChoiceNotice, PaymentChoice, Payee)
        .join(PaymentChoice, PaymentChoice.id == ChoiceNotice.choice_id)
        .join(Claim, Claim.id == PaymentChoice.claim_id)
        .join(Payee, Payee.id == Claim.payee_id)
        .where(ChoiceNotice.tell_by.in_([TellBy.PHONE, TellBy.POST]), ChoiceNotice.told_at.is_(None))
        .order_by(ChoiceNotice.choice_id)
        .limit(limit)
    )
    return db.session.execute(query).all()


def get_notice(choice_id: int) -> ChoiceNotice:
    """Return what is to be told of a choice. Raises NotFoundError."""
    found = db.session.get(ChoiceNotice, choice_id)
    if found is None:
        raise NotFoundError
    return found
