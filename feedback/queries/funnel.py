"""From invited to still a member: how many of those asked get how far, by every characteristic, counted in SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from feedback.models import FunnelDeparture, Telling, Told, ToldState
from panel import characteristics, tenure
from panel.services.departures import quarter_of
from surveys.queries import participation

#: The stages in order. “Opened” is not among them: nobody is watched while they read.
STAGES = ("invited", "started", "finished", "told", "still")
#: The whole, beside the breakdowns.
WHOLE = "all"
#: Without an engagement, what opened in so many months is counted, from the beginning of a quarter on.
MONTHS = 12

Counts = dict[str, dict[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Scope:
    """What is counted: invitations of one engagement, or of all fieldwork that opened since a day."""

    engagement_id: int | None
    since: dt.date


def counted_since() -> dt.date:
    """Return the day from which invitations are counted: of a quarter, as those who left are."""
    return quarter_of(tenure.months_from(clock.today(), -MONTHS))


def counts(scope: Scope) -> Counts:
    """Return {feature: {category: a number for each of STAGES}}, and the whole under WHOLE: {"": …}; in two queries.

    Counted are invitations: somebody invited twice counts twice. Unfinished drafts are deleted at closing, so of
    closed fieldwork those who started and did not finish cannot be known. Who has left stands where they stood, as far
    as that was counted while their profile was still there; of a single engagement it is not.
    """
    base = steps(scope).cte("base")
    sums = [sa.func.coalesce(sa.func.sum(base.c[stage]), 0) for stage in STAGES]
    parts = [sa.select(sa.literal(WHOLE), sa.literal(""), *sums)]
    parts += [sa.select(sa.literal(key), base.c[key], *sums).group_by(base.c[key]) for key in characteristics.ALL]
    found: Counts = {key: {} for key in (WHOLE, *characteristics.ALL)}
    for feature, category, *numbers in db.session.execute(sa.union_all(*parts)):
        found[feature][category] = tuple(int(n) for n in numbers)
    return found if scope.engagement_id is not None else _with_departed(found, scope.since)


def steps(scope: Scope, member_id: int | None = None) -> sa.Select[Any]:
    """Return a SELECT with a row for each invitation (of one member, or of all): a text for each characteristic, a
    number for each stage, and `opens_at` of the survey."""
    asked = participation.flow(scope.since, scope.engagement_id).subquery("asked")
    people = characteristics.described().subquery("people")
    was_told = sa.exists().where(
        Telling.engagement_id == asked.c.engagement_id,
        Told.telling_id == Telling.id,
        Told.member_id == asked.c.member_id,
        Told.state == ToldState.TOLD,
    )
    band = tenure.band_at(people.c.since, asked.c.invited_at, tenure.MONTHS)
    had = sa.case((people.c.since.is_(None), characteristics.UNKNOWN), else_=sa.cast(band, sa.String))
    query = (
        sa.select(
            *[people.c[feature] for feature in characteristics.ALL if feature != "tenure"],
            had.label("tenure"),
            _number(sa.true()).label("invited"),
            _number(sa.or_(asked.c.begun, asked.c.done)).label("started"),
            _number(asked.c.done).label("finished"),
            _number(sa.and_(asked.c.done, was_told)).label("told"),
            _number(people.c.still).label("still"),
            asked.c.opens_at,
        )
        .select_from(asked)
        .join(people, people.c.member_id == asked.c.member_id)
    )
    return query if member_id is None else query.where(asked.c.member_id == member_id)


def _with_departed(found: Counts, since: dt.date) -> Counts:
    """Put those who left back where they stood; whoever was not counted then keeps standing by themselves."""
    stages = STAGES[:-1]
    tally = FunnelDeparture
    sums = [sa.func.sum(getattr(tally, stage)) for stage in stages]
    query = sa.select(tally.feature, tally.category, *sums).where(tally.quarter >= since)
    for feature, category, *numbers in db.session.execute(query.group_by(tally.feature, tally.category)):
        rows = found.get(feature, {})
        gone = rows.get(characteristics.ERASED)
        if gone is None or category == characteristics.ERASED:
            continue
        moved = tuple(min(int(n), there) for n, there in zip(numbers, gone, strict=False))
        rows[characteristics.ERASED] = (*_minus(gone, moved), gone[-1])
        rows[category] = _plus(rows.get(category, (0,) * len(STAGES)), (*moved, 0))
    return {feature: _without_empty(rows) for feature, rows in found.items()}


def _plus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _minus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a - b for a, b in zip(one, other, strict=False))


def _without_empty(rows: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {category: numbers for category, numbers in rows.items() if category != characteristics.ERASED or numbers[0]}


def _number(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, 1), else_=0)
