"""Noting who shares an address, for members whose address was kept before that was noted."""

from __future__ import annotations

import sqlalchemy as sa

from core.database import db
from panel import contact
from panel.models import Member

_BATCH = 500
_table: sa.Table = Member.__table__  # type: ignore[assignment]  # __table__ is a Table


def index_some(after: int, limit: int = _BATCH) -> int | None:
    """Make the digest of their address for some members with an id above `after` who have none.

    Return the last id looked at, None when there was none.
    """
    lacking = (Member.address.is_not(None), Member.address_index.is_(None))
    columns = sa.orm.load_only(Member.seal_id, Member.address, Member.postcode)
    some = sa.select(Member).where(Member.id > after, *lacking).order_by(Member.id).limit(limit).options(columns)
    members = list(db.session.scalars(some))
    made = [
        {"of": member.id, "digest": digest}
        for member in members
        if (digest := contact.address_index(member)) is not None
    ]
    if made:
        # Asked again while writing: somebody may just have moved, or left.
        still = (_table.c.id == sa.bindparam("of"), _table.c.address.is_not(None), _table.c.address_index.is_(None))
        db.session.connection().execute(
            sa.update(_table).where(*still).values(address_index=sa.bindparam("digest")), made
        )
    last = members[-1].id if members else None
    db.session.expunge_all()
    return last
