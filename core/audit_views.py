"""The page on which staff read the record of changes."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask, render_template, request

from core import access
from core.audit import AuditEntry
from core.database import db

PAGE_SIZE = 50


def init_app(app: Flask) -> None:
    """Show the record at /staff/audit."""

    @app.get("/staff/audit")
    @access.requires("audit.read")
    def audit_log() -> str:
        before = request.args.get("before", type=int)
        subject = request.args.get("subject", "").strip()
        query = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE_SIZE + 1)
        if before:
            query = query.where(AuditEntry.id < before)
        if subject:
            query = query.where(AuditEntry.subject == subject)
        rows = list(db.session.scalars(query))
        older = rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None
        return render_template("audit/index.html", entries=rows[:PAGE_SIZE], older=older, subject=subject)
