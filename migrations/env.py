"""How Alembic reaches the application's database: through Flask-Migrate, on the engine the pages use."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from core.database import db


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
    """Leave alone what the job library keeps beside our tables."""
    return not (kind == "table" and reflected and compared_to is None and name not in db.metadata.tables)


def run_migrations() -> None:
    """Bring the database to the wanted revision, one transaction for all steps."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=_ours,
            **{"render_as_batch": True, "compare_type": True} | options,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
