"""The record of every change of consequence: who, what, when, before and after, chained by hash.

Ids, never names; and never an answer. Each row holds the hash of the one before, so a row taken out, changed or put
in later breaks the chain, which `flask audit verify` walks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.database import Model, db, lock_name

_actor: ContextVar[str] = ContextVar("actor", default="system")


class AuditEntry(Model):
    """One link of the chain."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    #: `staff:3`, `member:17`, `command` or `system`.
    actor: Mapped[str] = mapped_column(sa.String(80))
    #: A verb in the past about a kind of thing: `fieldwork.opened`.
    action: Mapped[str] = mapped_column(sa.String(80), index=True)
    #: `fieldwork:12`.
    subject: Mapped[str] = mapped_column(sa.String(120), index=True)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    def computed_hash(self) -> str:
        """Return the SHA-256 this row should carry."""
        content = [
            self.previous_hash,
            self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            self.actor,
            self.action,
            self.subject,
            self.before,
            self.after,
        ]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def set_actor(actor: str) -> None:
    """Say who acts from here on in this context: the edge that knows calls it."""
    _actor.set(actor)


def actor() -> str:
    """Return who acts in this context."""
    return _actor.get()


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Record what happens in the body as done by `actor`."""
    mark = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(mark)


def record(
    action: str, subject: str, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> AuditEntry:
    """Append a row in the caller's transaction and return it."""
    lock_name("audit")
    last = db.session.scalar(sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=clock.now(),
        actor=_actor.get(),
        action=action,
        subject=subject,
        before=_plain(before),
        after=_plain(after),
        previous_hash=last or "0" * 64,
    )
    entry.hash = entry.computed_hash()
    db.session.add(entry)
    db.session.flush()
    return entry


def has_happened(action: str) -> bool:
    """Return whether anything has ever been recorded as `action`."""
    return db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.action == action).limit(1)) is not None


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return `values` as JSON would give them back, so that the hash can be computed again from the database."""
    return None if values is None else json.loads(json.dumps(values, default=str))


def verify(batch: int = 1000) -> int | None:
    """Walk the chain and return the id of the first row that does not fit, or None when all fit."""
    previous, last_id = "0" * 64, 0
    while True:
        rows = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.id > last_id).order_by(AuditEntry.id).limit(batch)
        ).all()
        if not rows:
            return None
        for row in rows:
            if row.previous_hash != previous or row.hash != row.computed_hash():
                return row.id
            previous, last_id = row.hash, row.id
        db.session.expunge_all()
