"""The loop as a number: who has been told, how long it took, and what is overdue by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core import clock
from core.database import db
from feedback.figures import days_between, share_told
from feedback.models import Answer, Outcome, OutcomeState, Telling
from surveys.queries import periods
from surveys.queries.periods import AnsweringPeriod

#: An engagement without any outcome is overdue this long after the last day of answering.
SILENCE = dt.timedelta(days=30)


@dataclass(frozen=True)
class Loop:
    """Where the loop of one engagement stands."""

    engagement_id: int
    period: AnsweringPeriod
    #: Of the latest telling; None before anything was published.
    telling: Telling | None
    outcomes: int
    published: int
    #: Whether an earlier telling still waits for somebody.
    waiting: bool

    @property
    def is_open(self) -> bool:
        """Return whether people were asked, or something was promised, and not all of it has been told."""
        asked_without_answer = self.period.happened and self.published == 0
        return asked_without_answer or self.published < self.outcomes or self.waiting

    @property
    def share_told(self) -> float | None:
        """Return the share of participants told, 0 to 1; None when there is nobody to tell."""
        return share_told(self.telling.told, self.telling.total) if self.telling else None

    @property
    def days(self) -> int | None:
        """Return the days from the last day of answering to everyone told; None while that is not over."""
        return days_between(self.telling.answers_closed_on, self.telling.completed_at) if self.telling else None


def loops(engagement_ids: Collection[int]) -> dict[int, Loop]:
    """Return the loop of each engagement, in three queries whatever their number."""
    counts = {
        engagement_id: (outcomes, published)
        for engagement_id, outcomes, published in db.session.execute(
            sa.select(
                Outcome.engagement_id,
                sa.func.count(),
                sa.func.sum(sa.case((Outcome.state == OutcomeState.PUBLISHED, 1), else_=0)),
            )
            .where(Outcome.engagement_id.in_(engagement_ids))
            .group_by(Outcome.engagement_id)
        )
    }
    tellings: dict[int, list[Telling]] = {}
    for telling in db.session.scalars(
        sa.select(Telling).where(Telling.engagement_id.in_(engagement_ids)).order_by(Telling.id)
    ):
        tellings.setdefault(telling.engagement_id, []).append(telling)
    asked = periods.answering_periods(engagement_ids)
    return {
        each: Loop(
            each,
            asked[each],
            tellings[each][-1] if each in tellings else None,
            *counts.get(each, (0, 0)),
            waiting=any(telling.completed_at is None for telling in tellings.get(each, [])),
        )
        for each in engagement_ids
    }


def loop_of(engagement_id: int) -> Loop:
    """Return the loop of one engagement."""
    return loops([engagement_id])[engagement_id]


@dataclass(frozen=True)
class Due:
    """An outcome and the day it is due: to be told, or, once everyone knows of the promise, to be kept."""

    outcome: Outcome
    day: dt.date

    @property
    def days(self) -> int:
        """Return the days left; negative when overdue."""
        return (self.day - clock.today()).days


def _due() -> sa.Select[Any]:
    follower = aliased(Outcome)
    not_told = sa.or_(Outcome.state != OutcomeState.PUBLISHED, Telling.completed_at.is_(None))
    kept = sa.exists().where(follower.follows_id == Outcome.id, follower.state == OutcomeState.PUBLISHED)
    promise = sa.and_(Outcome.answer == Answer.WILL_DO, ~kept)
    day = sa.case((not_told, Outcome.due_on), (promise, Outcome.do_by), else_=None).label("day")
    return sa.select(Outcome, day).outerjoin(Telling, Telling.id == Outcome.telling_id).where(day.is_not(None))


def list_due(before: dt.date, limit: int = 500) -> list[Due]:
    """Return what is due before a day, by owner, the longest overdue first."""
    query = _due()
    day = query.selected_columns.day
    found = db.session.execute(query.where(day < before).order_by(Outcome.owner_id, day, Outcome.id).limit(limit))
    return [Due(outcome, each) for outcome, each in found]


def count_overdue(owner_id: int | None = None) -> int:
    """Return how many outcomes are overdue, of one owner or of all."""
    query = _due()
    query = query.where(query.selected_columns.day < clock.today())
    if owner_id is not None:
        query = query.where(Outcome.owner_id == owner_id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def silent_engagements(limit: int = 100) -> list[int]:
    """Return engagements where people answered more than 30 days ago and nobody has written any outcome."""
    asked = periods.answered_before(clock.today() - SILENCE).subquery("asked")
    query = sa.select(asked.c.engagement_id).where(asked.c.engagement_id.not_in(sa.select(Outcome.engagement_id)))
    return list(db.session.scalars(query.order_by(asked.c.engagement_id).limit(limit)))


@dataclass(frozen=True)
class Figures:
    """How well the loop is closed over all engagements that told somebody."""

    people: int
    told: int
    tellings: int
    completed: int
    median_days: float | None

    @property
    def share_told(self) -> float | None:
        return share_told(self.told, self.people)

    @property
    def share_completed(self) -> float | None:
        return self.completed / self.tellings if self.tellings else None


def figures(since: dt.date) -> Figures:
    """Return the figures of the tellings begun since a day."""
    rows: Sequence[Telling] = db.session.scalars(
        sa.select(Telling).where(Telling.created_at >= clock.start_of_day(since))
    ).all()
    days = [found for t in rows if (found := days_between(t.answers_closed_on, t.completed_at)) is not None]
    return Figures(
        people=sum(t.total for t in rows),
        told=sum(t.told for t in rows),
        tellings=len(rows),
        completed=sum(t.completed_at is not None for t in rows),
        median_days=median(days) if days else None,
    )
