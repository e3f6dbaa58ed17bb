"""Reads of who was asked and who is done: numbers and ids, never who said what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import bands, reach
from panel.models import Member
from surveys import anonymity, disclosure
from surveys.models import (
    AnswerSession,
    Fieldwork,
    FieldworkState,
    Kind,
    Participation,
    ParticipationState,
    ResultsSnapshot,
    Survey,
)


def participant_ids(engagement_id: int) -> sa.Select[int]:
    """Return a SELECT of the ids of members who are done in any fieldwork of the engagement, each once."""
    return _members_of(engagement_id).where(Participation.state == ParticipationState.DONE)


def all_participant_ids() -> sa.Select[int]:
    """Return a SELECT of the ids of members who are done in any fieldwork."""
    return sa.select(Participation.member_id).where(Participation.state == ParticipationState.DONE)


def answered_confidentially(member_id: int) -> bool:
    """Return whether a member is done in a fieldwork whose answers lie under a number."""
    found = (
        sa.select(Participation.id)
        .join(Fieldwork, Fieldwork.id == Participation.fieldwork_id)
        .where(
            Participation.member_id == member_id,
            Participation.state == ParticipationState.DONE,
            Fieldwork.kind == Kind.CONFIDENTIAL,
        )
    )
    return db.session.scalar(found.limit(1)) is not None


def invited_ids(engagement_id: int) -> sa.Select[int]:
    """Return a SELECT of the ids of all members invited to any fieldwork of the engagement, each once."""
    return _members_of(engagement_id)


def _members_of(engagement_id: int) -> sa.Select[int]:
    return (
        sa.select(Participation.member_id)
        .join(Fieldwork, Fieldwork.id == Participation.fieldwork_id)
        .join(Survey, Survey.id == Fieldwork.survey_id)
        .where(Survey.engagement_id == engagement_id)
        .distinct()
    )


def members_of(fieldwork_id: int, *, done: bool = False) -> sa.Select[int]:
    """Return a SELECT of the ids of members invited to a fieldwork, or of those who are done."""
    query = sa.select(Participation.member_id).where(Participation.fieldwork_id == fieldwork_id)
    return query.where(Participation.state == ParticipationState.DONE) if done else query


def is_invited(fieldwork_id: int) -> sa.ColumnElement[bool]:
    """Return the condition on `Member` that they are invited to a fieldwork: looked up, member by member."""
    return (
        sa.exists()
        .where(Participation.fieldwork_id == fieldwork_id, Participation.member_id == Member.id)
        .correlate(Member)
    )


def flow(since: dt.date, engagement_id: int | None = None) -> sa.Select[int, int, dt.datetime, bool, bool, Any]:
    """Return a SELECT with a row for each invitation: `member_id`, `engagement_id`, `invited_at`, `begun` and `done`,
    and `opens_at` of its fieldwork.

    Of one engagement, or of all fieldwork that opened on `since` or later. `begun` is true while a draft lies there;
    drafts go when they are sent and when the survey closes. Which answers are whose is not known here.
    """
    begun = sa.exists().where(AnswerSession.token_hash == Participation.token_hash)
    query = (
        sa.select(
            Participation.member_id,
            Survey.engagement_id,
            Participation.invited_at,
            begun.label("begun"),
            (Participation.state == ParticipationState.DONE).label("done"),
            Fieldwork.opens_at,
        )
        .join(Fieldwork, Fieldwork.id == Participation.fieldwork_id)
        .join(Survey, Survey.id == Fieldwork.survey_id)
    )
    if engagement_id is not None:
        return query.where(Survey.engagement_id == engagement_id)
    return query.where(Fieldwork.opens_at >= dt.datetime.combine(since, dt.time(), clock.zone()))


def done_times(fieldwork_id: int, times: int) -> sa.Select[int]:
    """Return a SELECT of those done in a fieldwork who are now done in exactly so many that have closed."""
    return (
        sa.select(Participation.member_id)
        .join(Fieldwork, Fieldwork.id == Participation.fieldwork_id)
        .where(
            Participation.member_id.in_(members_of(fieldwork_id, done=True)),
            Participation.state == ParticipationState.DONE,
            Fieldwork.state == FieldworkState.CLOSED,
        )
        .group_by(Participation.member_id)
        .having(sa.func.count() == times)
    )


def counts(fieldwork_id: int) -> dict[str, int]:
    """Return how many are invited, reminded and done, under these keys, and `all`."""
    rows = db.session.execute(
        sa.select(Participation.state, sa.func.count())
        .where(Participation.fieldwork_id == fieldwork_id)
        .group_by(Participation.state)
    )
    found: dict[str, int] = dict.fromkeys(ParticipationState, 0) | {state: people for state, people in rows}  # noqa: C416
    return {**found, "all": sum(found.values())}


def combinations(fieldwork_id: int) -> dict[anonymity.Combination, int]:
    """Return how many of those invited have each combination of profile categories, languages left aside."""
    features = [f for f in anonymity.ORDER if f != "language"]
    counted = bands.count_combinations(members_of(fieldwork_id), features)
    return {anonymity.combination(dict(zip(features, values, strict=True))): n for values, n in counted.items()}


def without_email(fieldwork_id: int, *, after: int = 0, limit: int = 50) -> list[tuple[int, str]]:
    """Return (member id, route) of those still to answer who get no e-mail: they are rung or written to."""
    reached = reach.how_to_reach().subquery("reached")
    rows = db.session.execute(
        sa.select(reached.c.member_id, reached.c.route)
        .join(Participation, Participation.member_id == reached.c.member_id)
        .where(
            Participation.fieldwork_id == fieldwork_id,
            Participation.state != ParticipationState.DONE,
            reached.c.route != "email",
            reached.c.may_be_contacted,
            reached.c.member_id > after,
        )
        .order_by(reached.c.member_id)
        .limit(limit)
    )
    return [(member_id, route) for member_id, route in rows]


def pages_of_members(fieldwork_id: int, *, done: bool, after: int = 0, size: int = 500) -> Iterator[list[int]]:
    """Yield the ids of members in pages, by id: of those who are done, or of those who are not."""
    state = Participation.state == ParticipationState.DONE
    while True:
        page = db.session.scalars(
            sa.select(Participation.member_id)
            .where(
                Participation.fieldwork_id == fieldwork_id,
                state if done else ~state,
                Participation.member_id > after,
            )
            .order_by(Participation.member_id)
            .limit(size)
        ).all()
        if not page:
            return
        after = page[-1]
        yield list(page)


#: Invitations and answers of surveys closed longer ago are not counted beside the panel.
LATELY = dt.timedelta(days=365)


def stages() -> sa.Select[int, int, Any]:
    """Return `member_id`, `invited` and `responded` (0 or 1) of everybody invited to a survey that closed lately.

    Only surveys with final results, which at least eight people answered: what is counted then changes by whole
    surveys at once and never by one person's answers.
    """
    final = sa.select(ResultsSnapshot.fieldwork_id).where(
        ResultsSnapshot.final.is_(True), ResultsSnapshot.responses >= disclosure.THRESHOLD
    )
    return (
        sa.select(
            Participation.member_id,
            sa.func.max(1).label("invited"),
            sa.func.max(sa.case((Participation.state == ParticipationState.DONE, 1), else_=0)).label("responded"),
        )
        .join(Fieldwork, Fieldwork.id == Participation.fieldwork_id)
        .where(
            Fieldwork.state == FieldworkState.CLOSED,
            Fieldwork.closed_at >= clock.now() - LATELY,
            Fieldwork.id.in_(final),
        )
        .group_by(Participation.member_id)
    )


def stages_marker() -> str:
    """Return what differs once another survey has final results, or one has passed out of the last year."""
    final = sa.select(sa.func.count()).where(ResultsSnapshot.final.is_(True))
    return f"{db.session.scalar(final)}-{clock.today()}"
