"""What a draw is for: engagements are a room above, which says here what there is and what each is called."""

from __future__ import annotations

from collections.abc import Callable

_choices: Callable[[], list[tuple[int, str]]] = list
_title: Callable[[int], str | None] = lambda engagement_id: None  # noqa: E731


def register(choices: Callable[[], list[tuple[int, str]]], title: Callable[[int], str | None]) -> None:
    """Ask `choices()` for (id, title) of what is under way, and `title(id)` for one, in the reader's language."""
    global _choices, _title
    _choices, _title = choices, title


def choices() -> list[tuple[int, str]]:
    """Return (id, title) of the engagements that a draw may be for."""
    return _choices()


def title(engagement_id: int | None) -> str | None:
    """Return what an engagement is called, or None."""
    return _title(engagement_id) if engagement_id else None
