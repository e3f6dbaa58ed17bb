"""Numbers that the worker keeps for pages: one row a key, with a marker that differs once they are no longer true."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from core import clock
from core.database import db, insert_or_ignore, reading
from panel.models import KeptCount


class Made(NamedTuple):
    """Numbers to keep: JSON, with a marker that differs once they are no longer true."""

    key: str
    marker: str
    data: str


def find(key: str) -> KeptCount | None:
    """Return what is kept under `key`."""
    return db.session.get(KeptCount, key)


def put(key: str, marker: str, data: str) -> None:
    """Keep `data` (JSON) under `key` in place of what was there."""
    values = {"marker": marker, "made_at": clock.now(), "data": data}
    db.session.execute(insert_or_ignore(KeptCount.__table__).values(key=key, **values))
    db.session.execute(sa.update(KeptCount).where(KeptCount.key == key).values(**values))


def put_if(made: Made | None) -> bool:
    """Keep what was made, if anything was; return whether it was."""
    if made is not None:
        put(*made)
    return made is not None


def renew(make: Callable[[], Made | None]) -> None:
    """Keep what `make` counts, as a job's only work: while it counts, which takes seconds, others can write."""
    with reading():
        made = make()
        db.session.rollback()
    put_if(made)
