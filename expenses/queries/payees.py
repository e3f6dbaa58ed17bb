"""Reads of who can be paid and is no member: organisations and charities."""

from __future__ import annotations

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from expenses import sealed
from expenses.models import Payee, PayeeKind


def list_charities() -> list[Payee]:
    """Return the charities somebody can give their payment to; there are few."""
    return _list(PayeeKind.CHARITY)


def list_organisations() -> list[Payee]:
    """Return the organisations that are paid for their time."""
    return _list(PayeeKind.ORGANISATION)


def get_organisation(payee_id: int) -> Payee:
    """Return an organisation. Raises NotFoundError."""
    found = db.session.get(Payee, payee_id)
    if found is None or found.kind != PayeeKind.ORGANISATION:
        raise NotFoundError
    return found


def list_colleagues() -> list[Payee]:
    """Return the members of whom somebody said that they are staff; there are few."""
    query = sa.select(Payee).where(Payee.staff_id.is_not(None), Payee.member_id.is_not(None))
    return list(db.session.scalars(query.order_by(Payee.id).limit(500)))


def name_of(payee_id: int) -> str:
    """Return the name of an organisation or charity, also of one that is no longer offered."""
    return sealed.read(db.session.get_one(Payee, payee_id), "name")


def _list(kind: str) -> list[Payee]:
    query = sa.select(Payee).where(Payee.kind == kind, Payee.active.is_(True)).order_by(Payee.id).limit(500)
    return list(db.session.scalars(query))
