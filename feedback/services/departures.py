"""Count how far somebody who leaves had got, by what they told of themselves, before that is erased."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db, insert_or_ignore
from feedback.models import FunnelDeparture
from feedback.queries import funnel
from panel import characteristics
from panel.models import Member, Profile
from panel.services.departures import quarter_of

_STAGES = funnel.STAGES[:-1]
_table: sa.Table = FunnelDeparture.__table__  # type: ignore[assignment]  # __table__ is a Table


def note(_sender: Any, *, member_id: int) -> None:
    """Add a member's invitations to the counts of each of their categories, and forget what no page counts."""
    since = funnel.counted_since()
    db.session.execute(sa.delete(FunnelDeparture).where(FunnelDeparture.quarter < since))
    rows = db.session.execute(funnel.steps(funnel.Scope(None, since), member_id)).mappings().all()
    told = _sealed(member_id) if rows else {}
    sums: dict[tuple[Any, str, str], list[int]] = defaultdict(lambda: [0] * len(_STAGES))
    for row in rows:
        quarter = quarter_of(row["opens_at"].astimezone(clock.zone()).date())
        for feature, category in {key: row[key] for key in characteristics.PERSONAL}.items() | told.items():
            counted = sums[quarter, feature, category]
            counted[:] = [n + row[stage] for n, stage in zip(counted, _STAGES, strict=True)]
    # In one order for everybody, so that two who leave at one moment never wait for each other.
    for (quarter, feature, category), numbers in sorted(sums.items()):
        _add(quarter, feature, category, numbers)


def _sealed(member_id: int) -> dict[str, str]:
    query = sa.select(Member.seal_id, Profile.answers).outerjoin(Profile, Profile.member_id == Member.id)
    seal_id, answers = db.session.execute(query.where(Member.id == member_id)).one()
    return characteristics.opened(seal_id, answers)


def _add(quarter: Any, feature: str, category: str, numbers: list[int]) -> None:
    key = {"quarter": quarter, "feature": feature, "category": category}
    db.session.execute(insert_or_ignore(_table).values(**key, **dict.fromkeys(_STAGES, 0)))
    mine = sa.and_(*(_table.c[name] == value for name, value in key.items()))
    more = {stage: _table.c[stage] + n for stage, n in zip(_STAGES, numbers, strict=True)}
    db.session.execute(sa.update(_table).where(mine).values(**more))
