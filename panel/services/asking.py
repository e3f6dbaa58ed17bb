"""Write down that members are asked for something, never more often than the caps allow, whoever asks just then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from core.database import changed_by, db, insert_or_ignore, lock_name
from panel import asking
from panel.models import Ask, AskKind, Member

#: So many asks are written in one statement.
_CHUNK = 1000
#: Longer than the longest span a cap may have: older asks can keep nobody from being asked.
KEPT_FOR = dt.timedelta(days=1096)


def ask(
    member_ids: Sequence[int], on_day: dt.date, *, kind: AskKind, source: str, engagement_id: int | None = None
) -> list[int]:
    """Note that these members are asked on `on_day` and return those who are, in order of their ids.

    Left out is whoever may not be asked (panel.asking.askable). Somebody asked for the same `source` before is returned
    without being counted again. Until the caller's transaction ends nobody else can ask: two teams at one moment
    cannot go over a cap together. What is asked, such as an invitation, belongs into the same transaction.
    """
    lock_name("panel.asks")
    asked: list[int] = []
    for start in range(0, len(member_ids), _CHUNK):
        asked += _ask_some(member_ids[start : start + _CHUNK], on_day, kind, source, engagement_id)
    return sorted(asked)


def _ask_some(ids: Sequence[int], on_day: dt.date, kind: AskKind, source: str, engagement_id: int | None) -> list[int]:
    before = set(db.session.scalars(sa.select(Ask.member_id).where(Ask.source == source, Ask.member_id.in_(ids))))
    rest = [member_id for member_id in ids if member_id not in before]
    free = list(db.session.scalars(sa.select(Member.id).where(Member.id.in_(rest), *asking.free(on_day))))
    if free:
        values = {"day": on_day, "kind": kind, "source": source, "engagement_id": engagement_id}
        db.session.execute(insert_or_ignore(Ask.__table__), [values | {"member_id": member_id} for member_id in free])
    return [*before, *free]


def forget_old(today: dt.date) -> int:
    """Delete the asks that no cap can look back to any more; return how many."""
    return changed_by(sa.delete(Ask).where(Ask.day < today - KEPT_FOR))
