"""Tables of engagements: what a piece of involvement is for, and where it stands."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model


class EngagementState(StrEnum):
    """`closed`: no more answers. `archived`: put away, which an open loop forbids."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Level(StrEnum):
    """The ladder: how much say people have."""

    INFORM = "inform"
    LISTEN = "listen"
    DISCUSS = "discuss"
    CO_PRODUCE = "co_produce"
    EMPOWER = "empower"


class Engagement(Model):
    """A piece of involvement work. `words` is {language tag: {part: text}}, parts as in engagements.wording.PARTS."""

    __tablename__ = "engagement"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft','open','closed','archived')", name="state"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: In public addresses: `getting-a-gp-appointment`.
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    state: Mapped[str] = mapped_column(sa.String(12), default=EngagementState.DRAFT)
    level: Mapped[str] = mapped_column(sa.String(12), default=Level.LISTEN)
    words: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: {language tag: {part: hash of the source text it was translated from}}; see engagements.wording.is_stale.
    word_sources: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Keys of engagements.subjects.SUBJECTS.
    subjects: Mapped[list[str]] = mapped_column(Json, default=list)
    contact_name: Mapped[str] = mapped_column(sa.String(200), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    contact_phone: Mapped[str] = mapped_column(sa.String(40), default="")
    #: The member of staff who answers for it.
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    decision_on: Mapped[dt.date | None]
    #: A formal consultation: 84 days rather than 30.
    formal: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    archived_at: Mapped[dt.datetime | None]


class EngagementArea(Model):
    """An area an engagement is about."""

    __tablename__ = "engagement_area"

    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), primary_key=True, index=True)


class PreElectionPeriod(Model):
    """Days in which nothing may be opened without a recorded reason."""

    __tablename__ = "pre_election_period"
    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
