"""From invited to still a member: how many of those asked get how far, by every characteristic, counted in SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from core.database import db
from feedback.models import Telling, Told, ToldState
from panel import characteristics
from surveys.queries import participation

#: The stages in order. “Opened” is not among them: nobody is watched while they read.
STAGES = ("invited", "started", "finished", "told", "still")
#: The whole, beside the breakdowns.
WHOLE = "all"


@dataclass(frozen=True)
class Scope:
    """What is counted: invitations of one engagement, or of all fieldwork that opened since a day."""

    engagement_id: int | None
    since: dt.date


def counts(scope: Scope) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return {feature: {category: a number for each of STAGES}}, and the whole under WHOLE: {"": …}; in one query.

    Counted are invitations: somebody invited twice counts twice. Unfinished drafts are deleted at closing, so of
    closed fieldwork those who started and did not finish cannot be known.
    """
    asked = participation.flow(scope.since, scope.engagement_id).subquery("asked")
    people = characteristics.described().subquery("people")
    was_told = sa.exists().where(
        Telling.engagement_id == asked.c.engagement_id,
        Told.telling_id == Telling.id,
        Told.member_id == asked.c.member_id,
        Told.state == ToldState.TOLD,
    )
    base = (
        sa.select(
            *[people.c[feature] for feature in characteristics.ALL],
            _number(sa.true()).label("invited"),
            _number(sa.or_(asked.c.begun, asked.c.done)).label("started"),
            _number(asked.c.done).label("finished"),
            _number(sa.and_(asked.c.done, was_told)).label("told"),
            _number(people.c.still).label("still"),
        )
        .select_from(asked)
        .join(people, people.c.member_id == asked.c.member_id)
        .cte("base")
    )
    sums = [sa.func.coalesce(sa.func.sum(base.c[stage]), 0) for stage in STAGES]
    parts = [sa.select(sa.literal(WHOLE), sa.literal(""), *sums)]
    parts += [sa.select(sa.literal(key), base.c[key], *sums).group_by(base.c[key]) for key in characteristics.ALL]
    found: dict[str, dict[str, tuple[int, ...]]] = {key: {} for key in (WHOLE, *characteristics.ALL)}
    for feature, category, *numbers in db.session.execute(sa.union_all(*parts)):
        found[feature][category] = tuple(int(n) for n in numbers)
    return found


def _number(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, 1), else_=0)
