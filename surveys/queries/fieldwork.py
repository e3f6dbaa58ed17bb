"""Reads of fieldwork."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from engagements import queries as engagements
from engagements.models import Engagement
from surveys.models import Fieldwork, FieldworkState, Participation, ParticipationState, Survey
from surveys.queries.answering import GRACE


def get_fieldwork(fieldwork_id: int) -> Fieldwork:
    """Return the fieldwork; raises NotFoundError."""
    fieldwork = db.session.get(Fieldwork, fieldwork_id)
    if fieldwork is None:
        raise NotFoundError
    return fieldwork


def list_fieldwork(survey_id: int | None = None, *, limit: int = 100, offset: int = 0) -> list[Fieldwork]:
    """Return fieldwork of a survey, or all, the latest to open first."""
    query = sa.select(Fieldwork).order_by(Fieldwork.opens_at.desc(), Fieldwork.id.desc())
    if survey_id is not None:
        query = query.where(Fieldwork.survey_id == survey_id)
    return list(db.session.scalars(query.limit(limit).offset(offset)))


def list_of_engagement(engagement_id: int) -> list[Fieldwork]:
    """Return all fieldwork of an engagement, the latest to open first."""
    query = sa.select(Fieldwork).join(Survey, Survey.id == Fieldwork.survey_id)
    query = query.where(Survey.engagement_id == engagement_id)
    return list(db.session.scalars(query.order_by(Fieldwork.opens_at.desc(), Fieldwork.id.desc())))


def survey_names(found: Iterable[Fieldwork]) -> dict[int, str]:
    """Return what authors call the surveys of `found`, by survey id."""
    ids = {fieldwork.survey_id for fieldwork in found}
    return {row.id: row.name for row in db.session.execute(sa.select(Survey.id, Survey.name).where(Survey.id.in_(ids)))}


def engagement_of(fieldwork: Fieldwork) -> Engagement:
    """Return the engagement that `fieldwork` belongs to."""
    return engagement_of_survey(fieldwork.survey_id)


def engagement_id_of(fieldwork: Fieldwork) -> int | None:
    """Return the number of the engagement that `fieldwork` belongs to."""
    return db.session.scalar(sa.select(Survey.engagement_id).where(Survey.id == fieldwork.survey_id))


def engagement_of_survey(survey_id: int) -> Engagement:
    """Return the engagement that a survey belongs to; raises NotFoundError."""
    engagement_id = db.session.scalar(sa.select(Survey.engagement_id).where(Survey.id == survey_id))
    return engagements.get_engagement(engagement_id or 0)


def due_to_open() -> list[int]:
    """Return the ids of released fieldwork whose opening time has come."""
    return _ids(
        Fieldwork.state == FieldworkState.SCHEDULED, Fieldwork.opens_at <= clock.now(), order=Fieldwork.opens_at
    )


def due_to_close() -> list[int]:
    """Return the ids of open fieldwork whose closing time, and the time to finish after it, are over."""
    return _ids(
        Fieldwork.state == FieldworkState.OPEN, Fieldwork.closes_at <= clock.now() - GRACE, order=Fieldwork.closes_at
    )


def list_over(fieldwork_ids: Iterable[int]) -> list[int]:
    """Return those of these fieldworks in which nobody can begin any more."""
    return _ids(Fieldwork.id.in_(fieldwork_ids), Fieldwork.closes_at <= clock.now(), order=Fieldwork.id)


def still_inviting() -> list[int]:
    """Return the ids of open fieldwork with people still to be invited, and no quiet period to wait for."""
    not_waiting = sa.or_(Fieldwork.invite_from.is_(None), Fieldwork.invite_from <= clock.today())
    return _ids(*_open_to_begin(), Fieldwork.inviting.is_(True), not_waiting, order=Fieldwork.id)


def still_reminding() -> list[int]:
    """Return the ids of open fieldwork with people still to be reminded."""
    return _ids(*_open_to_begin(), Fieldwork.reminding.is_(True), order=Fieldwork.id)


def _open_to_begin() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that people can begin: in the last minutes, who has begun may only finish."""
    return Fieldwork.state == FieldworkState.OPEN, Fieldwork.closes_at > clock.now()


def open_or_closed_since(moment: dt.datetime) -> list[int]:
    """Return the ids of fieldwork that is open or was closed after `moment`."""
    return _ids(sa.or_(Fieldwork.state == FieldworkState.OPEN, Fieldwork.closed_at >= moment), order=Fieldwork.id)


def _ids(*conditions: sa.ColumnElement[bool], order: sa.SQLColumnExpression[object]) -> list[int]:
    return list(db.session.scalars(sa.select(Fieldwork.id).where(*conditions).order_by(order, Fieldwork.id)))


@dataclass(frozen=True)
class Asked:
    """A fieldwork a member was invited to. What they said is not known here."""

    engagement: Engagement
    invited_at: dt.datetime
    closes_at: dt.datetime
    done: bool


def list_of_member(member_id: int) -> list[Asked]:
    """Return what a member was invited to, the latest first."""
    rows = db.session.execute(
        sa.select(Engagement, Participation.invited_at, Fieldwork.closes_at, Participation.state)
        .join(Survey, Survey.engagement_id == Engagement.id)
        .join(Fieldwork, Fieldwork.survey_id == Survey.id)
        .join(Participation, Participation.fieldwork_id == Fieldwork.id)
        .where(Participation.member_id == member_id)
        .order_by(Participation.invited_at.desc(), Participation.id.desc())
        .limit(200)
    )
    return [Asked(e, invited, closes, state == ParticipationState.DONE) for e, invited, closes, state in rows]
