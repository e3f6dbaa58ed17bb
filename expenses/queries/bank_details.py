"""Reads of bank details and of the tables they are checked with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from expenses.models import BankDetails, ModulusSubstitution, ModulusWeight, Payee, TellBy


def find_current(payee_id: int) -> BankDetails | None:
    """Return the details a payee is paid with today."""
    return db.session.scalar(
        sa.select(BankDetails).where(BankDetails.payee_id == payee_id, BankDetails.ended_at.is_(None))
    )


def find_of_member(member_id: int) -> BankDetails | None:
    """Return the details a member is paid with today."""
    mine = sa.select(BankDetails).join(Payee, Payee.id == BankDetails.payee_id)
    return db.session.scalar(mine.where(Payee.member_id == member_id, BankDetails.ended_at.is_(None)))


def get(details_id: int) -> BankDetails:
    """Return details by number. Raises NotFoundError."""
    details = db.session.get(BankDetails, details_id)
    if details is None:
        raise NotFoundError
    return details


def list_weights(sort_code: str) -> Sequence[ModulusWeight]:
    """Return the lines of the table that meet a sort code, in the order of the file."""
    within = ModulusWeight.sort_from <= sort_code, ModulusWeight.sort_to >= sort_code
    return db.session.scalars(sa.select(ModulusWeight).where(*within).order_by(ModulusWeight.position)).all()


def list_substitutions(sort_code: str) -> list[tuple[str, str]]:
    """Return the substitution of a sort code, if it has one."""
    found = db.session.get(ModulusSubstitution, sort_code)
    return [(found.sort_code, found.instead)] if found else []


def usable(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition that details may be paid into: a change has rested and the person has been told of it."""
    told = sa.or_(BankDetails.tell_by.is_(None), BankDetails.tell_by == TellBy.EMAIL, BankDetails.told_at.is_not(None))
    return sa.and_(BankDetails.ended_at.is_(None), BankDetails.held_until <= now, told)


def list_to_tell(limit: int = 200) -> Sequence[Any]:
    """Return (details, payee) of changes that people must still be told of by phone or letter, the oldest first."""
    query = (
        sa.select(BankDetails, Payee)
        .join(Payee, Payee.id == BankDetails.payee_id)
        .where(
            BankDetails.tell_by.in_([TellBy.PHONE, TellBy.POST]),
            BankDetails.told_at.is_(None),
            BankDetails.ended_at.is_(None),
        )
        .order_by(BankDetails.created_at, BankDetails.id)
        .limit(limit)
    )
    return db.session.execute(query).all()


def count_weights() -> int:
    """Return how many lines the table of the modulus check has; none means that only the form of numbers is checked."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(ModulusWeight)) or 0
