"""What a member took part in and what came of it: each room that knows something registers a function here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One thing a member was part of, in words of the reader's language, with links inside this site."""

    title: str
    #: When it was, as far as that is known; in an anonymous survey the day of the invitation, never of the answers.
    day: dt.date
    #: Where it stands: asked, answered, what came of it.
    status: str
    href: str = ""
    link_text: str = ""


Source = Callable[[int], Iterable[Entry]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask `source(member_id)` for entries. It runs a bounded number of queries."""
    if source not in _sources:
        _sources.append(source)


def of(member_id: int) -> list[Entry]:
    """Return everything known of a member's involvement, newest first."""
    entries = [entry for source in _sources for entry in source(member_id)]
    return sorted(entries, key=lambda entry: (entry.day, entry.title), reverse=True)
