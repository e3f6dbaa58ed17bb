"""GET /health: whether the database answers, the schema is up to date and a worker is alive.

All three and nothing less is `ok`, with 200. A worker that has not been heard of while this process is young is
`starting`, not `failed`: the answer is 503 all the same, so that nobody takes half a panel for a whole one.
"""

from __future__ import annotations

import datetime as dt
import time
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
#: How many seconds a worker started together with this process may take until it is heard of for the first time.
GRACE = 60.0


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


def _words(results: dict[str, bool], seconds_up: float) -> dict[str, str]:
    """Return each result in a word, and `status` for all of them."""
    words = {name: "ok" if passed else "failed" for name, passed in results.items()}
    if words["worker"] == "failed" and seconds_up < GRACE:
        words["worker"] = "starting"
    status = next((word for word in ("failed", "starting") if word in words.values()), "ok")
    return {"status": status, **words}


def init_app(app: Flask) -> None:
    """Answer at /health."""
    began = time.monotonic()

    @app.get("/health")
    @access.public
    def health() -> ResponseReturnValue:
        words = _words({name: _passes(check) for name, check in _CHECKS.items()}, time.monotonic() - began)
        return jsonify(words), 200 if words["status"] == "ok" else 503
