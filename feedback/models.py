"""Tables of the loop: outcomes, who has been told, letters, and what could not be delivered."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model


class OutcomeState(StrEnum):
    """`ready`: complete and waiting to be published with the others. `published` outcomes are public and stay."""

    DRAFT = "draft"
    READY = "ready"
    PUBLISHED = "published"


class Answer(StrEnum):
    """What the organisation says to what it heard."""

    DID = "did"
    WILL_DO = "will_do"
    WILL_NOT_DO = "will_not_do"


class Outcome(Model):
    """One thing we heard and what came of it. `words` is {tag: {"heard", "response", "why"}} (see feedback.wording)."""

    __tablename__ = "outcome"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft','ready','published')", name="state"),
        sa.CheckConstraint("answer IN ('did','will_do','will_not_do')", name="answer"),
        sa.CheckConstraint("said_by >= 0 AND out_of >= said_by", name="share"),
        sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published"),
        # Nothing becomes public without somebody who answers for it and a day it was promised for.
        sa.CheckConstraint("state = 'draft' OR (owner_id IS NOT NULL AND due_on IS NOT NULL)", name="answered_for"),
        sa.Index("ix_outcome_state_due", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    #: The telling that published it.
    telling_id: Mapped[int | None] = mapped_column(sa.ForeignKey("telling.id"), index=True)
    #: The promise this one says the end of; the public then sees this one in its place.
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outcome.id"), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(12), default=OutcomeState.DRAFT)
    answer: Mapped[str] = mapped_column(sa.String(12))
    words: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Languages published although a text is missing, with the reason the public is shown: {tag: reason}.
    incomplete: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: How many people said it, of how many who answered; both or neither.
    said_by: Mapped[int | None]
    out_of: Mapped[int | None]
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    #: By when everyone must have been told.
    due_on: Mapped[dt.date | None]
    #: By when a promise (`will_do`) is to be kept.
    do_by: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    #: When its owner was last reminded, and for which of the two days.
    reminded_on: Mapped[dt.date | None]
    #: Raised with each edit, so that two editors do not overwrite each other unseen.
    revision: Mapped[int] = mapped_column(default=1)


class OutcomeArea(Model):
    """An area an outcome is about."""

    __tablename__ = "outcome_area"

    outcome_id: Mapped[int] = mapped_column(sa.ForeignKey("outcome.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), primary_key=True, index=True)


class OutcomeSubject(Model):
    """A subject an outcome is about: a key of engagements.subjects."""

    __tablename__ = "outcome_subject"

    outcome_id: Mapped[int] = mapped_column(sa.ForeignKey("outcome.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(60), primary_key=True, index=True)


class Telling(Model):
    """One occasion of telling everyone who took part in an engagement what came of it.

    The counts are those of its `told` rows, brought up to date whenever one of them changes, so that a page over many
    engagements need not count hundreds of thousands of rows.
    """

    __tablename__ = "telling"

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    created_at: Mapped[dt.datetime]
    #: `staff:<id>`.
    created_by: Mapped[str] = mapped_column(sa.String(40))
    #: When nobody was left to tell; None again when a message comes back after that.
    completed_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    #: The last day on which the people of this engagement could answer: days to told are counted from it.
    answers_closed_on: Mapped[dt.date | None]
    total: Mapped[int] = mapped_column(default=0)
    told: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[int] = mapped_column(default=0)


class ToldState(StrEnum):
    """`sent`: handed to the mail or printed, and not yet known to have gone. `failed` waits for a person to act."""

    TO_TELL = "to_tell"
    SENT = "sent"
    TOLD = "told"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class Told(Model):
    """Whether one participant has been told, in which way, or why not. Opening a mail counts for nothing."""

    __tablename__ = "told"
    __table_args__ = (
        sa.CheckConstraint("state IN ('to_tell','sent','told','failed','unreachable')", name="state"),
        sa.CheckConstraint("route IN ('email','text','phone','post')", name="route"),
        sa.Index("ix_told_telling_state", "telling_id", "state", "route"),
    )

    telling_id: Mapped[int] = mapped_column(sa.ForeignKey("telling.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    route: Mapped[str] = mapped_column(sa.String(8))
    language: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[str] = mapped_column(sa.String(12), default=ToldState.TO_TELL)
    #: Counts the times it was handed to the mail, so that trying again makes a new message and never a second one.
    attempt: Mapped[int] = mapped_column(default=1)
    at: Mapped[dt.datetime | None]
    #: `mail`, `staff:<id>`, `system`.
    by: Mapped[str | None] = mapped_column(sa.String(40))
    #: Why it failed or cannot be: a code of feedback.reasons or of mail, in plain words when shown.
    reason: Mapped[str | None] = mapped_column(sa.String(80))


class FunnelDeparture(Model):
    """How far those who have left had got, by category: what remains of their profile in the figures of who takes part.

    Counts of invitations to what opened in a quarter, of one feature at a time: no row stands for a person, and no two
    categories hang together (compare panel's departure_tally).
    """

    __tablename__ = "funnel_departure"
    __table_args__ = {"sqlite_with_rowid": False}

    #: The first day of the quarter in which the survey opened.
    quarter: Mapped[dt.date] = mapped_column(primary_key=True)
    feature: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    category: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    invited: Mapped[int] = mapped_column(default=0)
    started: Mapped[int] = mapped_column(default=0)
    finished: Mapped[int] = mapped_column(default=0)
    told: Mapped[int] = mapped_column(default=0)


class LetterBatch(Model):
    """Some letters of a telling, made by the worker, downloaded together, and deleted once they are posted."""

    __tablename__ = "letter_batch"
    __table_args__ = (sa.UniqueConstraint("telling_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    telling_id: Mapped[int] = mapped_column(sa.ForeignKey("telling.id", ondelete="CASCADE"))
    number: Mapped[int]
    total: Mapped[int]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(sa.String(40))
    ready_at: Mapped[dt.datetime | None]
    #: When staff said they were posted; the letters are gone from then on.
    posted_at: Mapped[dt.datetime | None]


class Letter(Model):
    """One person's letter. The PDF holds a name and an address, so it is sealed for `letter.pdf:<batch>/<member>`."""

    __tablename__ = "letter"
    __table_args__ = (sa.UniqueConstraint("batch_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_batch.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    pdf: Mapped[bytes | None] = mapped_column(deferred=True)
