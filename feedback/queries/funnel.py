"""From invited to still a member: how many of those asked get how far, by every characteristic, counted in SQL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from feedback.models import FunnelDeparture, Telling, Told, ToldState
from panel import characteristics, kept, tenure
from panel.models import Member, MemberState, Profile
from panel.services.departures import quarter_of
from surveys.queries import participation

#: The stages in order. “Opened” is not among them: nobody is watched while they read.
STAGES = ("invited", "started", "finished", "told", "still")
#: The whole, beside the breakdowns.
WHOLE = "all"
#: Without an engagement, what opened in so many months is counted, from the beginning of a quarter on.
MONTHS = 12
#: Characteristics counted together: few passes over all invitations, and still few combinations in each.
_WIDTH = 3
#: People whose sealed answers are opened at a time.
_PORTION = 1_000
#: From so many invitations on the worker keeps the counts, anew every ten minutes.
MANY = 5_000
#: Should it not, they may be shown for so long: the page says of when they are, and counting takes it many seconds.
PATIENCE = dt.timedelta(days=1)

Counts = dict[str, dict[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Scope:
    """What is counted: invitations of one engagement, or of all fieldwork that opened since a day."""

    engagement_id: int | None
    since: dt.date


def counted_since() -> dt.date:
    """Return the day from which invitations are counted: of a quarter, as those who left are."""
    return quarter_of(tenure.months_from(clock.today(), -MONTHS))


@dataclass(frozen=True)
class Found:
    """The counts, and when they were made where that was not just now."""

    counts: Counts
    made_at: dt.datetime | None = None


def find(scope: Scope) -> Found:
    """Return the counts that the worker keeps of many invitations, else those of this moment."""
    row = kept.find(_key(scope))
    if row is None or row.marker != scope.since.isoformat() or clock.now() - row.made_at > PATIENCE:
        return Found(counts(scope))
    data = json.loads(row.data)
    return Found({key: {c: tuple(n) for c, n in rows.items()} for key, rows in data.items()}, row.made_at)


def collect() -> list[kept.Made]:
    """Return what the worker keeps: all invitations, and each engagement with many."""
    since = counted_since()
    asked = participation.flow(since).subquery()
    sizes = sa.select(asked.c.engagement_id, sa.func.count()).group_by(asked.c.engagement_id)
    many = {number: count for number, count in db.session.execute(sizes)}  # noqa: C416  rows are no tuples to mypy
    if sum(many.values()) <= MANY:
        return []
    scopes = [Scope(None, since), *(Scope(number, since) for number, count in many.items() if count > MANY)]
    return [kept.Made(_key(scope), since.isoformat(), json.dumps(counts(scope))) for scope in scopes]


def _key(scope: Scope) -> str:
    return "funnel" if scope.engagement_id is None else f"funnel:{scope.engagement_id}"


def counts(scope: Scope) -> Counts:
    """Return {feature: {category: a number for each of STAGES}}, and the whole under WHOLE: {"": …}; in three queries.

    Counted are invitations: somebody invited twice counts twice. Unfinished drafts are deleted at closing, so of
    closed fieldwork those who started and did not finish cannot be known. Who has left stands where they stood, as far
    as that was counted while their profile was still there; of a single engagement it is not.
    """
    base = steps(scope).cte("base")
    sums = [sa.func.coalesce(sa.func.sum(base.c[stage]), 0) for stage in STAGES]
    every = [feature for feature in characteristics.ALL if feature not in characteristics.SEALED]
    passes = [every[start : start + _WIDTH] for start in range(0, len(every), _WIDTH)]
    parts = []
    for number, features in enumerate(passes):
        columns = [base.c[feature] for feature in features]
        parts.append(sa.select(sa.literal(number), *columns, *sums).group_by(*columns))
    found: Counts = {key: {} for key in (WHOLE, *characteristics.ALL)}
    for number, *row in db.session.execute(sa.union_all(*parts)):
        numbers = tuple(int(n) for n in row[_WIDTH:])
        for feature, category in zip(passes[number], row, strict=False):
            _add(found[feature], category, numbers)
        if number == 0:
            _add(found[WHOLE], "", numbers)
    found[WHOLE].setdefault("", (0,) * len(STAGES))
    _add_sealed(found, scope)
    return found if scope.engagement_id is not None else _with_departed(found, scope.since)


def _add_sealed(found: Counts, scope: Scope) -> None:
    """Count what lies sealed with each profile, some hundred people at a time."""
    base = steps(scope).subquery()
    sums = [sa.func.sum(base.c[stage]) for stage in STAGES]
    people = sa.select(base.c.member_id, *sums).group_by(base.c.member_id).subquery()
    gone = Member.state.in_((MemberState.LEFT, MemberState.REMOVED))
    query = (
        sa.select(Member.seal_id, Profile.answers, gone, *list(people.c)[1:])
        .join(people, people.c.member_id == Member.id)
        .outerjoin(Profile, Profile.member_id == Member.id)
        .execution_options(yield_per=_PORTION)
    )
    erased = dict.fromkeys(characteristics.SEALED, characteristics.ERASED)
    for seal_id, answers, has_gone, *numbers in db.session.execute(query):
        said = erased if has_gone else characteristics.opened(seal_id, answers)
        for feature, category in said.items():
            _add(found[feature], category, tuple(int(n) for n in numbers))


def _add(rows: dict[str, tuple[int, ...]], category: str, numbers: tuple[int, ...]) -> None:
    rows[category] = _plus(rows.get(category, (0,) * len(STAGES)), numbers)


def steps(scope: Scope, member_id: int | None = None) -> sa.Select[Any]:
    """Return a SELECT with a row for each invitation (of one member, or of all): `member_id`, a text for each
    characteristic that is not sealed, a number for each stage, and `opens_at` of the survey."""
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
    plain = [key for key in characteristics.ALL if key not in {"tenure", *characteristics.SEALED}]
    query = (
        sa.select(
            asked.c.member_id,
            *[people.c[feature] for feature in plain],
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
        _add(rows, category, (*moved, 0))
    return {feature: _without_empty(rows) for feature, rows in found.items()}


def _plus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _minus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a - b for a, b in zip(one, other, strict=False))


def _without_empty(rows: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {category: numbers for category, numbers in rows.items() if category != characteristics.ERASED or numbers[0]}


def _number(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, 1), else_=0)
