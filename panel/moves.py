"""The one table of how a membership may move from state to state; the database refuses every other move as well."""

from __future__ import annotations

from core import guards
from core.guards import Guard
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

guards.keep(
    Member.metadata,
    [Guard("member_state_moves", "member", "UPDATE", _REFUSED, "a membership cannot move like this", of_row=True)],
)
