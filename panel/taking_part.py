"""Who has taken part in anything: each room that knows registers a SELECT of members here."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from panel.models import Member

#: Returns a SELECT of the ids of members who took part in what a room holds.
Source = Callable[[], sa.Select[int]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Count those whom `source` selects as having taken part."""
    if source not in _sources:
        _sources.append(source)


def took_part(member_id: sa.ColumnElement[int] | InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a member took part in anything, as far as a room that is connected knows."""
    return sa.or_(sa.false(), *[member_id.in_(source()) for source in _sources])


def member_ids() -> sa.Select[int]:
    """Return a SELECT of the ids of everybody who took part in anything."""
    return sa.select(Member.id).where(took_part(Member.id))
