"""Which columns of this room are sealed, for the rotation of keys."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from core import sealed
from panel import contact
from panel.models import ImportRow, JoinApplication, Member, MemberImport, MemberLink, Partner, Profile

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
