"""Which columns of this room are sealed, for the rotation of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from core import sealed
from core.database import db
from panel import contact
from panel.models import (
    DrawSecret,
    ImportRow,
    JoinApplication,
    Member,
    MemberImport,
    MemberLink,
    Partner,
    Profile,
)

_BATCH = 500

#: Column -> how the digest under which it is looked up is made with the present key.
_INDEXES: dict[str, Callable[[str], str]] = {
    "email": lambda text: contact.email_indexes(text)[0],
    "phone": lambda text: contact.phone_indexes(text)[0],
}


def register() -> None:
    """Register them."""
    for column in contact.SEALED:
        index_of = _INDEXES.get(column)
        index_column = f"{column}_index" if index_of else ""
        sealed.register(Member, column, Member.seal_id, index_column=index_column, index_of=index_of)
    owner = sa.select(Member.seal_id).where(Member.id == Profile.member_id).scalar_subquery()
    sealed.register(Profile, "answers", owner)
    sealed.register(JoinApplication, "answers", JoinApplication.token_hash)
    sealed.register(MemberLink, "payload", MemberLink.token_hash)
    for column in ("contact_name", "contact_email", "contact_phone"):
        sealed.register(Partner, column, Partner.seal_id)
    staged = sa.select(MemberImport.seal_id).where(MemberImport.id == ImportRow.import_id).scalar_subquery()
    sealed.register(ImportRow, "cells", staged + "/" + sa.cast(ImportRow.number, sa.String))
    sealed.register_rekey("member.address_index", _renew_address_indexes)
    for column in ("secret", "key"):
        sealed.register(DrawSecret, column, DrawSecret.draw_id)
    sealed.register(DrawSecret, "pool", DrawSecret.draw_id, most=5)


def _renew_address_indexes() -> Iterator[int]:
    """Make the index of each address anew, some hundred at a time: it stands for address and postcode together.

    Read locked, so that whoever moves or leaves meanwhile does not get the index of where they lived before.
    """
    last: int | None = 0
    while last is not None:
        some = sa.select(Member).where(Member.address.is_not(None), Member.id > last).order_by(Member.id)
        columns = sa.orm.load_only(Member.seal_id, Member.address, Member.postcode, Member.address_index)
        members = list(db.session.scalars(some.limit(_BATCH).options(columns).with_for_update()))
        for member in members:
            member.address_index = contact.address_index(member)
        db.session.flush()
        last = members[-1].id if members else None
        yield len(members)
        db.session.expunge_all()
