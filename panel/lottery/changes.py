"""What changes would make a lottery possible, in whole sentences."""

from __future__ import annotations

from typing import Any

from core.errors import N_, Said

_TOO_FEW = N_(
    "%(category)s %(feature)s at least %(asked_min)s: only %(available)s could take part; lower it to %(could_be_min)s."
)
_TOO_FEW_OR_RECRUIT = N_(
    "%(category)s %(feature)s at least %(asked_min)s: only %(available)s could take part; "
    "lower it to %(could_be_min)s, or recruit %(recruit)s."
)
_NO_ROOM = N_(
    "%(category)s %(feature)s at least %(asked_min)s: the other quotas leave no room for so many; "
    "lower it to %(could_be_min)s."
)
_NO_ROOM_OR_RECRUIT = N_(
    "%(category)s %(feature)s at least %(asked_min)s: the other quotas leave no room for so many; "
    "lower it to %(could_be_min)s, or recruit %(recruit)s."
)
_TOO_LOW = N_("%(category)s %(feature)s at most %(asked_max)s: too few for a panel; raise it to %(could_be_max)s.")
_SETTLED = N_(
    "%(category)s %(feature)s at most %(asked_max)s: %(settled)s are settled already; raise it to %(could_be_max)s."
)
_SIZE = N_("%(size)s people were asked for: at most %(could_be)s could take part.")


def worded(change: dict[str, Any]) -> Said:
    """Return a change as a sentence."""
    return Said(_words(change), change)


def in_words(change: dict[str, Any]) -> str:
    """Return a change as an English sentence, for commands."""
    return str(worded(change))


def _words(change: dict[str, Any]) -> str:
    if "size" in change:
        return _SIZE
    if "settled" in change:
        return _SETTLED
    if "could_be_min" not in change:
        return _TOO_LOW
    if change["available"] < change["asked_min"]:
        return _TOO_FEW_OR_RECRUIT if change.get("recruit") else _TOO_FEW
    return _NO_ROOM_OR_RECRUIT if change.get("recruit") else _NO_ROOM
