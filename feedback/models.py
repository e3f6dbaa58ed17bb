"""Tables of the loop: outcomes, who has been told, and what could not be delivered."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model


class OutcomeState(StrEnum):
    """`published` outcomes are public; the loop closes when everyone has been told of them."""

    DRAFT = "draft"
    READY = "ready"
    PUBLISHED = "published"


class Answer(StrEnum):
    """What the organisation says to what it heard."""

    DID = "did"
    WILL_DO = "will_do"
    WILL_NOT_DO = "will_not_do"


class Outcome(Model):
    """One thing we heard and what came of it. `words` is {tag: {"heard", "response", "why"}}."""

    __tablename__ = "outcome"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft','ready','published')", name="state"),
        sa.CheckConstraint("answer IN ('did','will_do','will_not_do')", name="answer"),
        sa.CheckConstraint("share_percent BETWEEN 0 AND 100", name="share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(12), default=OutcomeState.DRAFT)
    answer: Mapped[str] = mapped_column(sa.String(12))
    words: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: The share of people who said it, where known.
    share_percent: Mapped[int | None]
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    subjects: Mapped[list[str]] = mapped_column(Json, default=list)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    due_on: Mapped[dt.date | None] = mapped_column(index=True)
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]


class OutcomeArea(Model):
    """An area an outcome is about."""

    __tablename__ = "outcome_area"

    outcome_id: Mapped[int] = mapped_column(sa.ForeignKey("outcome.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), primary_key=True, index=True)


class Telling(Model):
    """One occasion of telling everyone who took part in an engagement what came of it."""

    __tablename__ = "telling"

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    created_at: Mapped[dt.datetime]
    completed_at: Mapped[dt.datetime | None]


class Told(Model):
    """Whether one participant has been told: by mail, letter, call, or not yet and why."""

    __tablename__ = "told"
    __table_args__ = (
        sa.CheckConstraint("state IN ('to_tell','sent','told','failed','unreachable')", name="state"),
        sa.Index("ix_told_telling_state", "telling_id", "state", "route"),
    )

    telling_id: Mapped[int] = mapped_column(sa.ForeignKey("telling.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    route: Mapped[str] = mapped_column(sa.String(8))
    language: Mapped[str] = mapped_column(sa.String(12))
    #: `sent`: given to the transport. `told`: sent without a bounce, or marked by staff.
    #: `unreachable`: settled by a person.
    state: Mapped[str] = mapped_column(sa.String(12), default="to_tell")
    at: Mapped[dt.datetime | None]
    #: `mail`, `staff:<id>`.
    by: Mapped[str | None] = mapped_column(sa.String(40))
    reason: Mapped[str | None] = mapped_column(sa.String(80))
