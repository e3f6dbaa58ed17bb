"""The one table of how a membership may move from state to state; the database refuses every other move as well.

Made with the table of members, and by the migration: `create(connection)`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from panel.models.people import Member, MemberState

#: State -> the states that may follow. Who has left or was removed is nobody any more: joining again is a new start.
ALLOWED: dict[MemberState, frozenset[MemberState]] = {
    MemberState.APPLIED: frozenset({MemberState.ACTIVE, MemberState.LEFT, MemberState.REMOVED}),
    MemberState.ACTIVE: frozenset({MemberState.PAUSED, MemberState.LAPSED, MemberState.LEFT, MemberState.REMOVED}),
    MemberState.PAUSED: frozenset({MemberState.ACTIVE, MemberState.LAPSED, MemberState.LEFT, MemberState.REMOVED}),
    MemberState.LAPSED: frozenset({MemberState.ACTIVE, MemberState.PAUSED, MemberState.LEFT, MemberState.REMOVED}),
    MemberState.LEFT: frozenset(),
    MemberState.REMOVED: frozenset(),
}

_REFUSED = (
    "OLD.state <> NEW.state AND NOT ("
    + " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state IN ({', '.join(repr(str(s)) for s in sorted(after))}))"
        for before, after in ALLOWED.items()
        if after
    )
    + ")"
)

STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        f"CREATE TRIGGER member_state_moves BEFORE UPDATE ON member WHEN {_REFUSED} "
        "BEGIN SELECT RAISE(ABORT, 'a membership cannot move like this'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION member_state_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'a membership cannot move like this' USING ERRCODE = 'check_violation'; END $$",
        f"CREATE TRIGGER member_state_moves BEFORE UPDATE ON member FOR EACH ROW WHEN ({_REFUSED}) "
        "EXECUTE FUNCTION member_state_moves()",
    ),
}
_UNDO: dict[str, tuple[str, ...]] = {
    "sqlite": ("DROP TRIGGER IF EXISTS member_state_moves",),
    "postgresql": (
        "DROP TRIGGER IF EXISTS member_state_moves ON member",
        "DROP FUNCTION IF EXISTS member_state_moves()",
    ),
}


def create(connection: sa.Connection) -> None:
    """Make the guard, anew where it is there."""
    drop(connection)
    for statement in STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: sa.Connection) -> None:
    """Take the guard away."""
    for statement in _UNDO[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _after_create(target: Any, connection: sa.Connection, **options: Any) -> None:
    create(connection)


sa.event.listen(Member.__table__, "after_create", _after_create)
