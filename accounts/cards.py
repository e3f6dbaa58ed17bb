"""What waits for a member of staff: each room adds cards to the common home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Staff


@dataclass(frozen=True)
class Card:
    """One thing that waits: words already in the reader's language, and where to deal with it."""

    title: str
    text: str
    href: str


@dataclass(frozen=True)
class _Source:
    permission: str
    make: Callable[[Staff], Card | None]
    order: int


_sources: dict[str, _Source] = {}


def add_card(name: str, permission: str, make: Callable[[Staff], Card | None], order: int = 100) -> None:
    """Show what `make` returns to those with `permission`; None when nothing waits. At most one query a card.

    `name` is unique, such as `feedback.overdue`; lower `order` comes first.
    """
    _sources[name] = _Source(permission, make, order)


def shown_to(staff: Staff) -> list[Card]:
    """Return the cards of `staff`, in order."""
    ordered = sorted(_sources.items(), key=lambda item: (item[1].order, item[0]))
    made = [source.make(staff) for _, source in ordered if staff.may(source.permission)]
    return [card for card in made if card is not None]
