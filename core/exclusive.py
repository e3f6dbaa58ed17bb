"""A named lock over all processes that ends with its holder, for work that must not run twice at once."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from core import config
from core.database import db


@contextmanager
def holding(name: str) -> Iterator[bool]:
    """Hold the lock `name` during the body if it is free; the value says whether it was.

    On PostgreSQL the lock belongs to a connection of its own, so it holds over several machines. With SQLite there is
    one machine, and the lock is on a file beside the data.
    """
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            free = bool(connection.scalar(sa.text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}))
            connection.commit()  # the lock is the session's, not the transaction's: nothing stays open meanwhile
            try:
                yield free
            finally:
                if free:
                    connection.execute(sa.text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})
                    connection.commit()
        return
    folder = config.settings().instance_path / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / re.sub(r"[^A-Za-z0-9._-]", "_", name), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
