"""The page on which staff read the record of changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template, request

from core import access
from core.audit import AuditEntry
from core.audit_words import action_words
from core.database import db

PAGE_SIZE = 50


@dataclass(frozen=True)
class Portion:
    """One page of entries, the newest first, and from where the pages beside it go on."""

    entries: Sequence[AuditEntry]
    #: Entries older than this id follow; None when there are none.
    older: int | None
    #: Entries newer than this id come before; None when there are none.
    newer: int | None


def list_entries(subject: str = "", action: str = "", before: int | None = None, after: int | None = None) -> Portion:
    """Return the entries older than id `before` or newer than id `after`, or the newest."""
    query = sa.select(AuditEntry).limit(PAGE_SIZE + 1)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    if action:
        query = query.where(AuditEntry.action == action)
    if after is not None:
        found = db.session.scalars(query.where(AuditEntry.id > after).order_by(AuditEntry.id)).all()
        entries = found[:PAGE_SIZE][::-1]
        return Portion(entries, entries[-1].id if entries else None, entries[0].id if len(found) > PAGE_SIZE else None)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    found = db.session.scalars(query.order_by(AuditEntry.id.desc())).all()
    entries = found[:PAGE_SIZE]
    newer = entries[0].id if before is not None and entries else None
    return Portion(entries, entries[-1].id if len(found) > PAGE_SIZE else None, newer)


def list_actions() -> list[str]:
    """Return every action there is, stepping over the index from one to the next: DISTINCT would read every row."""
    steps = sa.select(sa.func.min(AuditEntry.action).label("action")).cte("steps", recursive=True)
    following = sa.select(sa.func.min(AuditEntry.action)).where(AuditEntry.action > steps.c.action).scalar_subquery()
    steps = steps.union_all(sa.select(following).where(steps.c.action.is_not(None)))
    return list(db.session.scalars(sa.select(steps.c.action).where(steps.c.action.is_not(None))))


def changes(entry: AuditEntry) -> list[dict[str, Any]]:
    """Return what an entry says has changed, line by line."""
    before, after = entry.before or {}, entry.after or {}
    lines = [
        {"name": name, "before": _shown(before.get(name)), "after": _shown(after.get(name))}
        for name in sorted(before.keys() | after.keys())
    ]
    return [line for line in lines if line["before"] or line["after"]]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def init_app(app: Flask) -> None:
    """Show the record at /staff/audit."""

    @app.get("/staff/audit")
    @access.requires("audit.read")
    def audit_log() -> str:
        subject = request.args.get("subject", "").strip()[:120]
        action = request.args.get("action", "").strip()[:80]
        portion = list_entries(
            subject, action, request.args.get("before", type=int), request.args.get("after", type=int)
        )
        return render_template(
            "audit/index.html",
            rows=[
                {"entry": entry, "done": action_words(entry.action), "changes": changes(entry)}
                for entry in portion.entries
            ],
            portion=portion,
            subject=subject,
            action=action,
            actions=sorted(
                ((name, action_words(name)) for name in list_actions()), key=lambda each: each[1].casefold()
            ),
        )
