"""Reads of engagements."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from engagements.models import Engagement, EngagementArea, EngagementState, PreElectionPeriod


@dataclass(frozen=True, slots=True)
class Briefing:
    """What people are told of an engagement before they are asked, and whom they can ask."""

    words: dict[str, Any]
    contact_name: str
    contact_email: str
    contact_phone: str


#: Reads the columns of a Briefing, without building an Engagement; other rooms join what they find it by.
BRIEFING = sa.select(*(Engagement.__table__.c[field.name] for field in fields(Briefing)))


def get_engagement(engagement_id: int) -> Engagement:
    """Return the engagement; raises NotFoundError."""
    engagement = db.session.get(Engagement, engagement_id)
    if engagement is None:
        raise NotFoundError
    return engagement


def find_by_slug(slug: str) -> Engagement | None:
    """Return the engagement with this public address, or None."""
    return db.session.scalar(sa.select(Engagement).where(Engagement.slug == slug))


def list_engagements(states: list[str] | None = None, *, limit: int = 50, offset: int = 0) -> list[Engagement]:
    """Return engagements, newest first, by default all that are not archived."""
    states = states or [EngagementState.DRAFT, EngagementState.OPEN, EngagementState.CLOSED]
    query = sa.select(Engagement).where(Engagement.state.in_(states)).order_by(Engagement.id.desc())
    return list(db.session.scalars(query.limit(limit).offset(offset)))


def list_by_ids(ids: list[int]) -> list[Engagement]:
    """Return the engagements with these ids, newest first, in one query."""
    return list(db.session.scalars(sa.select(Engagement).where(Engagement.id.in_(ids)).order_by(Engagement.id.desc())))


def area_ids(engagement_id: int) -> list[int]:
    """Return the ids of the areas an engagement is about."""
    query = sa.select(EngagementArea.area_id).where(EngagementArea.engagement_id == engagement_id)
    return list(db.session.scalars(query.order_by(EngagementArea.area_id)))


def list_pre_election_periods() -> list[PreElectionPeriod]:
    """Return the declared periods, latest first."""
    query = sa.select(PreElectionPeriod).order_by(PreElectionPeriod.starts_on.desc(), PreElectionPeriod.id)
    return list(db.session.scalars(query))


def get_pre_election_period(period_id: int) -> PreElectionPeriod:
    """Return the period; raises NotFoundError."""
    period = db.session.get(PreElectionPeriod, period_id)
    if period is None:
        raise NotFoundError
    return period


def find_pre_election_period(day: dt.date) -> PreElectionPeriod | None:
    """Return the period `day` lies in, or None."""
    query = sa.select(PreElectionPeriod).where(PreElectionPeriod.starts_on <= day, PreElectionPeriod.ends_on >= day)
    return db.session.scalar(query.order_by(PreElectionPeriod.id).limit(1))
