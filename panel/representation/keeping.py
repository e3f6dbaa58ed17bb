"""Counts of the whole panel, kept by the worker, so that a page with 100,000 members need not count them.

What is kept is used while nothing has changed since, or for some minutes after a change, in which the worker counts
anew. Otherwise a page counts by itself: it is then slower, and never wrong by more than those minutes.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from panel import kept
from panel.models import MemberEvent
from panel.representation import channels, counting
from panel.representation.counting import Counted

_KEY = "panel"
#: For so long after a change what was kept before it may still be shown.
PATIENCE = dt.timedelta(minutes=5)
#: Birthdays move people into other bands without a trace: what is kept never grows older than this.
OLDEST = dt.timedelta(hours=12)
_CHANGES = ("member.changed", "member.added")


@dataclass(frozen=True)
class Kept:
    """The counts, and when they were made."""

    counted: Counted
    joined: channels.Joined
    made_at: dt.datetime


def marker() -> str:
    """Return a text that differs after whatever changes the counts; it takes no count of members to tell."""
    event = db.session.scalar(sa.select(sa.func.max(MemberEvent.id)))
    changes = [
        db.session.scalar(sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.action == action))
        for action in _CHANGES
    ]
    return ":".join(str(part or 0) for part in [event, *changes, *(tell() for tell in counting.MARKERS)])


def _count() -> Kept:
    return Kept(counting.count(), channels.collect(), clock.now())


def counts() -> Kept:
    """Return the counts of the panel as it is now, or as it was some minutes ago."""
    row = kept.find(_KEY)
    now = clock.now()
    if row is None or now - row.made_at > OLDEST or (now - row.made_at > PATIENCE and row.marker != marker()):
        return _count()
    counted, joined = _read(row.data)
    if counted.stages != tuple(counting.STAGES):
        return _count()
    return Kept(counted, joined, row.made_at)


@functools.lru_cache(maxsize=2)
def _read(text: str) -> tuple[Counted, channels.Joined]:
    """Return what was kept as `text`: the same text is read once by each process, not for each page."""
    data = json.loads(text)
    return Counted.from_json(data["counted"]), channels.Joined.from_json(data["joined"])


def made_anew() -> kept.Made | None:
    """Return the panel counted anew where something has changed since it was kept, else None. This reads."""
    now, mark = clock.now(), marker()
    row = kept.find(_KEY)
    if row is not None and row.marker == mark and now - row.made_at < OLDEST / 2:
        return None
    made = _count()
    text = json.dumps({"counted": made.counted.to_json(), "joined": made.joined.to_json()}, separators=(",", ":"))
    return kept.Made(_KEY, mark, text)


def keep() -> bool:
    """Count anew and keep it where something has changed; return whether it had."""
    return kept.put_if(made_anew())
