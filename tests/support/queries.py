"""Counting queries, and catching a GET that writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from core import prepared
from core.database import db

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "CREATE", "DROP", "ALTER")


class Recorder:
    """The statements that ran, in order."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        #: Writes since the last commit.
        self.uncommitted: list[str] = []

    def note(self, statement: str) -> None:
        self.statements.append(statement)
        if _is_write(statement):
            self.uncommitted.append(statement)

    @property
    def count(self) -> int:
        return len(self.statements)

    @property
    def writes(self) -> list[str]:
        return [s for s in self.statements if _is_write(s)]


def _is_write(statement: str) -> bool:
    return statement.lstrip().upper().startswith(_WRITES)


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Record the statements of the body."""
    recorder = Recorder()

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            recorder.note(statement)

    def settle(conn: Any) -> None:
        recorder.uncommitted.clear()

    def note_alone(statement: str) -> None:
        recorder.statements.append(statement)  # committed when it returns

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    sa.event.listen(engine, "commit", settle)
    prepared.listeners.append(note_alone)
    try:
        yield recorder
    finally:
        prepared.listeners.remove(note_alone)
        sa.event.remove(engine, "before_cursor_execute", note)
        sa.event.remove(engine, "commit", settle)


@contextmanager
def at_most(limit: int) -> Iterator[Recorder]:
    """Fail when the body runs more than `limit` queries."""
    with recorded() as recorder:
        yield recorder
    assert recorder.count <= limit, f"{recorder.count} queries, allowed {limit}:\n" + "\n".join(recorder.statements)
