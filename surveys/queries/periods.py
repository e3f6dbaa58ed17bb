"""When, and in which languages, the people of an engagement could answer: what closing the loop needs to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from core import clock
from core.database import UtcDateTime, db
from surveys.models import Fieldwork, FieldworkState, Kind, Survey


@dataclass
class AnsweringPeriod:
    """The fieldworks of an engagement taken together."""

    #: Whether somebody can answer now.
    still_open: bool = False
    #: The last calendar day on which somebody could answer, of those that are over.
    last_day: dt.date | None = None
    #: Languages people could answer in, in the order first used.
    languages: list[str] = field(default_factory=list)
    #: Whether anybody could answer without being known, so that there are people who cannot be told.
    had_open_link: bool = False

    @property
    def happened(self) -> bool:
        """Return whether people were asked at all."""
        return self.still_open or self.last_day is not None


_ended_at = sa.func.coalesce(Fieldwork.closed_at, Fieldwork.closes_at, type_=UtcDateTime())


def answering_periods(engagement_ids: Collection[int]) -> dict[int, AnsweringPeriod]:
    """Return the period of each engagement, in one query; drafts of fieldwork do not count."""
    rows = db.session.execute(
        sa.select(Survey.engagement_id, Fieldwork.state, Fieldwork.kind, _ended_at, Fieldwork.languages)
        .join(Survey, Survey.id == Fieldwork.survey_id)
        .where(Survey.engagement_id.in_(engagement_ids), Fieldwork.state != FieldworkState.DRAFT)
        .order_by(Fieldwork.id)
    )
    periods = {engagement_id: AnsweringPeriod() for engagement_id in engagement_ids}
    for engagement_id, state, kind, ended_at, languages in rows:
        period = periods[engagement_id]
        if state == FieldworkState.CLOSED:
            day = ended_at.astimezone(clock.zone()).date()
            period.last_day = max(day, period.last_day or day)
        elif state == FieldworkState.OPEN:
            period.still_open = True
        period.had_open_link = period.had_open_link or kind == Kind.OPEN
        period.languages.extend(tag for tag in languages if tag not in period.languages)
    return periods


def answering_period(engagement_id: int) -> AnsweringPeriod:
    """Return the period of one engagement."""
    return answering_periods([engagement_id])[engagement_id]


def answered_before(day: dt.date) -> sa.Select[int]:
    """Return a query for the engagements where all answering ended before `day`."""
    over = sa.func.max(_ended_at, type_=UtcDateTime())
    running = sa.func.sum(sa.case((Fieldwork.state == FieldworkState.CLOSED, 0), else_=1))
    return (
        sa.select(Survey.engagement_id)
        .join(Fieldwork, Fieldwork.survey_id == Survey.id)
        .where(Fieldwork.state != FieldworkState.DRAFT)
        .group_by(Survey.engagement_id)
        .having(over < clock.start_of_day(day), running == 0)
    )
