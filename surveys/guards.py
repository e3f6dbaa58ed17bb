"""What the database itself refuses, whoever asks: the kind, the survey and the version of fieldwork once it is open.

Made with the table, and by the migration that makes it: `create(connection)`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from surveys.models import Fieldwork

_FIXED = ("kind", "survey_id", "version_id")
_CHANGED_SQLITE = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in _FIXED)
_CHANGED_POSTGRESQL = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _FIXED)

STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER fieldwork_fixed_once_open BEFORE UPDATE ON fieldwork "
        f"WHEN OLD.state IN ('open', 'closed') AND ({_CHANGED_SQLITE} OR NEW.state IN ('draft', 'scheduled')) "
        "BEGIN SELECT RAISE(ABORT, 'fieldwork is fixed once open'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION fieldwork_fixed_once_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'fieldwork is fixed once open' USING ERRCODE = 'check_violation'; END $$",
        "CREATE TRIGGER fieldwork_fixed_once_open BEFORE UPDATE ON fieldwork FOR EACH ROW "
        f"WHEN (OLD.state IN ('open', 'closed') AND ({_CHANGED_POSTGRESQL} OR NEW.state IN ('draft', 'scheduled'))) "
        "EXECUTE FUNCTION fieldwork_fixed_once_open()",
    ),
}
_UNDO: dict[str, tuple[str, ...]] = {
    "sqlite": ("DROP TRIGGER IF EXISTS fieldwork_fixed_once_open",),
    "postgresql": (
        "DROP TRIGGER IF EXISTS fieldwork_fixed_once_open ON fieldwork",
        "DROP FUNCTION IF EXISTS fieldwork_fixed_once_open()",
    ),
}


def create(connection: sa.Connection) -> None:
    """Make the guards, anew where they are there."""
    drop(connection)
    for statement in STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: sa.Connection) -> None:
    """Take the guards away."""
    for statement in _UNDO[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _after_create(target: Any, connection: sa.Connection, **options: Any) -> None:
    create(connection)


sa.event.listen(Fieldwork.__table__, "after_create", _after_create)
