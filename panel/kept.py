"""Numbers that the worker keeps for pages: one row a key, with a marker that differs once they are no longer true."""

from __future__ import annotations

import sqlalchemy as sa

from core import clock
from core.database import db, insert_or_ignore
from panel.models import KeptCount


def find(key: str) -> KeptCount | None:
    """Return what is kept under `key`."""
    return db.session.get(KeptCount, key)


def put(key: str, marker: str, data: str) -> None:
    """Keep `data` (JSON) under `key` in place of what was there."""
    values = {"marker": marker, "made_at": clock.now(), "data": data}
    db.session.execute(insert_or_ignore(KeptCount.__table__).values(key=key, **values))
    db.session.execute(sa.update(KeptCount).where(KeptCount.key == key).values(**values))
