"""Reading the public directory: what was published, by subject and area. What is not public never comes out of here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.database import db
from feedback.models import Outcome, OutcomeArea, OutcomeState, OutcomeSubject

PAGE_SIZE = 10


@dataclass(frozen=True)
class Entry:
    """An engagement in the directory."""

    engagement_id: int
    published_at: dt.datetime
    outcomes: int


def _public() -> sa.ColumnElement[bool]:
    follower = aliased(Outcome)
    superseded = sa.exists().where(follower.follows_id == Outcome.id, follower.state == OutcomeState.PUBLISHED)
    return sa.and_(Outcome.state == OutcomeState.PUBLISHED, ~superseded)


def list_entries(
    page: int = 1, subject: str | None = None, area_ids: Collection[int] | None = None, size: int = PAGE_SIZE
) -> tuple[list[Entry], bool]:
    """Return a page of engagements, the latest news first, and whether there are more."""
    newest = sa.func.max(Outcome.published_at, type_=Outcome.published_at.type)
    query = sa.select(Outcome.engagement_id, newest, sa.func.count()).where(_public()).group_by(Outcome.engagement_id)
    if subject:
        about = sa.select(OutcomeSubject.outcome_id).where(OutcomeSubject.subject == subject)
        query = query.where(Outcome.id.in_(about))
    if area_ids is not None:
        there = sa.select(OutcomeArea.outcome_id).where(OutcomeArea.area_id.in_(area_ids))
        query = query.where(Outcome.id.in_(there))
    query = query.order_by(newest.desc(), Outcome.engagement_id.desc()).limit(size + 1).offset((page - 1) * size)
    rows = [Entry(each, day, count) for each, day, count in db.session.execute(query) if day is not None]
    return rows[:size], len(rows) > size


def list_public_outcomes(engagement_ids: Collection[int]) -> dict[int, list[Outcome]]:
    """Return the public outcomes of many engagements, in the editors' order; a kept promise in place of the promise."""
    query = sa.select(Outcome).where(_public(), Outcome.engagement_id.in_(engagement_ids))
    found: dict[int, list[Outcome]] = {}
    for outcome in db.session.scalars(query.order_by(Outcome.engagement_id, Outcome.position, Outcome.id)):
        found.setdefault(outcome.engagement_id, []).append(outcome)
    return found


def list_of_telling(telling_id: int) -> list[Outcome]:
    """Return the outcomes one telling is about."""
    query = sa.select(Outcome).where(Outcome.telling_id == telling_id)
    return list(db.session.scalars(query.order_by(Outcome.position, Outcome.id)))


def subjects_in_use() -> list[str]:
    """Return the subjects something public is about."""
    query = sa.select(OutcomeSubject.subject).join(Outcome, Outcome.id == OutcomeSubject.outcome_id).where(_public())
    return list(db.session.scalars(query.distinct().order_by(OutcomeSubject.subject)))


def areas_in_use() -> list[int]:
    """Return the ids of the areas something public is about."""
    query = sa.select(OutcomeArea.area_id).join(Outcome, Outcome.id == OutcomeArea.outcome_id).where(_public())
    return list(db.session.scalars(query.distinct()))


def last_change() -> dt.datetime | None:
    """Return when something was last published, or None."""
    return db.session.scalar(sa.select(sa.func.max(Outcome.published_at, type_=Outcome.published_at.type)))
