"""What the database itself refuses, whoever asks: triggers, where a CHECK cannot tell because it sees no other row.

Each room declares its own and keeps them on its tables; migrations hold the words as they were at their revision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Guard:
    """A trigger: `event` on `table` is refused with `words` where `condition` holds of OLD and NEW."""

    name: str
    table: str
    event: str
    condition: str
    words: str
    #: The condition looks at OLD and NEW alone: then PostgreSQL can ask it before it calls anything.
    of_row: bool = False

    def make(self, dialect: str) -> tuple[str, ...]:
        """Return the statements that make it."""
        if dialect == "sqlite":
            condition = self.condition.replace(" IS DISTINCT FROM ", " IS NOT ")
            return (
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.words}'); END",
            )
        refuse = f"RAISE EXCEPTION '{self.words}' USING ERRCODE = 'check_violation';"
        body = refuse if self.of_row else f"IF {self.condition} THEN {refuse} END IF; RETURN NEW;"
        when = f"WHEN ({self.condition}) " if self.of_row else ""
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH ROW {when}EXECUTE FUNCTION {self.name}()",
        )

    def undo(self, dialect: str) -> tuple[str, ...]:
        """Return the statements that take it away."""
        if dialect == "sqlite":
            return (f"DROP TRIGGER IF EXISTS {self.name}",)
        return (f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}", f"DROP FUNCTION IF EXISTS {self.name}()")


def changed(columns: Iterable[str]) -> str:
    """Return the condition that one of these columns changes."""
    return " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns)


def keep(metadata: sa.MetaData, guards: Iterable[Guard]) -> None:
    """Make each of `guards`, anew where it is there, whenever its table is made."""
    by_table: dict[str, list[Guard]] = {}
    for guard in guards:
        by_table.setdefault(guard.table, []).append(guard)
    for name, of_table in by_table.items():
        sa.event.listen(metadata.tables[name], "after_create", _maker(of_table))


def _maker(guards: list[Guard]) -> Any:
    def make(target: Any, connection: sa.Connection, **options: Any) -> None:
        dialect = connection.dialect.name
        for guard in guards:
            for statement in (*guard.undo(dialect), *guard.make(dialect)):
                connection.exec_driver_sql(statement)

    return make
