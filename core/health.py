"""GET /health: whether the database answers, the schema is up to date and a worker is alive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Mapped, mapped_column

from core import access, clock
from core.database import Model, db

#: A worker that has not been heard of for this long is taken for dead.
SILENCE = dt.timedelta(seconds=90)


class WorkerHeartbeat(Model):
    """When each worker was last alive."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    at: Mapped[dt.datetime]


def beat(name: str) -> None:
    """Note that the worker called `name` is alive; the caller commits."""
    db.session.merge(WorkerHeartbeat(name=name, at=clock.now()))


def _database() -> bool:
    return db.session.scalar(sa.select(sa.literal(1))) == 1


def _migrations() -> bool:
    script = ScriptDirectory(str(current_app.extensions["migrate"].directory))
    with db.engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    return found == set(script.get_heads())


def _worker() -> bool:
    last = db.session.scalar(sa.select(sa.func.max(WorkerHeartbeat.at)))
    return last is not None and clock.now() - last < SILENCE


_CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "worker": _worker}


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever is wrong, the answer is "not healthy", and it must be given
        db.session.rollback()
        return False


def init_app(app: Flask) -> None:
    """Answer at /health."""

    @app.get("/health")
    @access.public
    def health() -> ResponseReturnValue:
        results = {name: _passes(check) for name, check in _CHECKS.items()}
        good = all(results.values())
        words = {name: "ok" if passed else "failed" for name, passed in results.items()}
        return jsonify(status="ok" if good else "failed", **words), 200 if good else 503
