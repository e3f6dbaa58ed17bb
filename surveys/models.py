"""Tables of surveys. Three stores never joined in an anonymous survey: members (panel), participation, responses."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import ids
from core.database import Json, Model


class Kind(StrEnum):
    """What staff can see of who answered; declared on the first page, fixed once open."""

    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    OPEN = "open"


class FieldworkState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"  # checked and released; opens by itself
    OPEN = "open"
    CLOSED = "closed"


class ParticipationState(StrEnum):
    INVITED = "invited"
    REMINDED = "reminded"
    DONE = "done"


class Survey(Model):
    """A questionnaire through all its versions. The draft is edited in place; publishing freezes a copy."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    #: For staff; the public sees the wording `survey/title`.
    name: Mapped[str] = mapped_column(sa.String(200))
    #: The draft document, in the shape of surveys.document; holds no wording.
    draft: Mapped[dict[str, Any]]
    #: Languages the authors mean to offer.
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    #: Raised with each edit, so that two authors do not overwrite each other unseen.
    revision: Mapped[int] = mapped_column(default=1)


class Wording(Model):
    """One piece of text in one language: of an item, an option or a section of the draft. No edit ever deletes a row.

    `source_hash` is the hash of the source text this was translated from; when the source changes, exactly the
    translations with another hash are stale. In the source language it is the hash of the text itself.
    """

    __tablename__ = "wording"
    __table_args__ = (sa.UniqueConstraint("survey_id", "item", "part", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id", ondelete="CASCADE"))
    #: `survey`, a section's id or a question's id.
    item: Mapped[str] = mapped_column(sa.String(40))
    #: `title`, `text`, `hint`, `low`, `high`, `option:<value>`, `introduction`, `thanks`.
    part: Mapped[str] = mapped_column(sa.String(80))
    language: Mapped[str] = mapped_column(sa.String(12))
    text: Mapped[str] = mapped_column(sa.Text)
    source_hash: Mapped[str] = mapped_column(sa.String(64))
    updated_at: Mapped[dt.datetime]
    updated_by: Mapped[str] = mapped_column(sa.String(40))


class SurveyVersion(Model):
    """A published questionnaire: immutable but for logged wording fixes that keep the meaning."""

    __tablename__ = "survey_version"
    __table_args__ = (sa.UniqueConstraint("survey_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    number: Mapped[int]
    document: Mapped[dict[str, Any]]
    #: {language: {item: {part: text}}}, as published.
    wording: Mapped[dict[str, Any]]
    languages: Mapped[list[str]] = mapped_column(Json)
    #: Languages published although incomplete, with the decision the public is shown: {tag: reason}.
    incomplete: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Raised by a wording fix, so that cached copies are made anew.
    wording_revision: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(sa.String(40))


class Fieldwork(Model):
    """A period in which one version of a survey is answered by invited members or by anybody."""

    __tablename__ = "fieldwork"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('anonymous','confidential','open')", name="kind"),
        sa.CheckConstraint("state IN ('draft','scheduled','open','closed')", name="state"),
        sa.CheckConstraint("closes_at > opens_at", name="times"),
        sa.CheckConstraint("pseudonym_key IS NULL OR kind = 'confidential'", name="pseudonyms"),
        sa.Index("ix_fieldwork_state_times", "state", "opens_at", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: In addresses: `gp-appointments-2026`.
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_version.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[str] = mapped_column(sa.String(12), default=FieldworkState.DRAFT)
    languages: Mapped[list[str]] = mapped_column(Json)
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    #: Reasons given for what the checklist found: {"short": "…", "pre_election": "…"}.
    reasons: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Who is invited: {"area_ids": [], "group_ids": [], "languages": []}; empty lists mean everybody.
    audience: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Sealed key for the pseudonyms of a confidential fieldwork; no other kind has one.
    pseudonym_key: Mapped[bytes | None]
    #: Sealed key from which links and codes are made again for a reminder or a letter; destroyed at closing.
    link_key: Mapped[bytes | None]
    #: Whether there are people of the audience still to be invited, and the last member looked at.
    inviting: Mapped[bool] = mapped_column(default=False)
    invited_through: Mapped[int] = mapped_column(default=0)
    #: Nobody is invited before this day, because a quiet period covers those still to be invited.
    invite_from: Mapped[dt.date | None]
    #: When staff last asked for a reminder, and whether some are still to be written.
    remind_asked_at: Mapped[dt.datetime | None]
    reminding: Mapped[bool] = mapped_column(default=False)
    seal_id: Mapped[str] = mapped_column(sa.String(26), default=ids.random_id)
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    version: Mapped[SurveyVersion] = relationship(lazy="raise_on_sql")


class Participation(Model):
    """That a member was asked, and whether they are done. Never when they were done, and never what they said."""

    __tablename__ = "participation"
    __table_args__ = (
        sa.UniqueConstraint("fieldwork_id", "member_id"),
        sa.CheckConstraint("state IN ('invited','reminded','done')", name="state"),
        sa.Index("ix_participation_fieldwork_state", "fieldwork_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fieldwork_id: Mapped[int] = mapped_column(sa.ForeignKey("fieldwork.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), default=ParticipationState.INVITED)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: Keyed index of the code that can be typed in place of the link, on any device or read out over the phone.
    code_index: Mapped[str] = mapped_column(sa.String(64), unique=True)
    invited_at: Mapped[dt.datetime]
    reminded_at: Mapped[dt.datetime | None]


class AnswerSession(Model):
    """A visit to a survey in progress: the draft answers, and the code that continues them on another device.

    Deleted on submit. `draft` is sealed, because here alone answers hang on a token that hangs on a member.
    """

    __tablename__ = "answer_session"
    __table_args__ = {"sqlite_with_rowid": False}

    #: Fingerprint of the token in the person's cookie or link; for invited people that of their participation.
    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    fieldwork_id: Mapped[int] = mapped_column(sa.ForeignKey("fieldwork.id"), index=True)
    #: Keyed index of the code that continues it; only where nobody is invited, else it is the participation's.
    code_index: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    #: Sealed and padded JSON: {"code", "answers", "bands"}.
    draft: Mapped[bytes]
    #: The day, for clearing out drafts nobody came back to.
    day: Mapped[dt.date]


class ResponseIntake(Model):
    """Anonymous responses on their way to the store, sealed, until eight or more can be moved in random order."""

    __tablename__ = "response_intake"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(sa.String(26), primary_key=True, default=ids.random_id)
    fieldwork_id: Mapped[int] = mapped_column(sa.ForeignKey("fieldwork.id"), index=True)
    #: Sealed JSON, padded, so that neither content nor length tells anything.
    payload: Mapped[bytes]


class Response(Model):
    """One person's answers, under a random id. No member, token, address or time of day."""

    __tablename__ = "response"
    # WITHOUT ROWID: the rows lie in the order of their random ids, not in the order they came.
    __table_args__ = (
        sa.Index("ix_response_fieldwork_mode", "fieldwork_id", "mode"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(sa.String(26), primary_key=True, default=ids.random_id)
    fieldwork_id: Mapped[int] = mapped_column(sa.ForeignKey("fieldwork.id"))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_version.id"))
    #: `online`, `phone`, `paper`, `kiosk`.
    mode: Mapped[str] = mapped_column(sa.String(12), default="online")
    #: `und` in an anonymous fieldwork until enough people have answered in it (see surveys.anonymity).
    language: Mapped[str] = mapped_column(sa.String(12))
    #: In an anonymous fieldwork the day the whole batch was stored, shared by at least eight; after closing, by all.
    day: Mapped[dt.date]
    #: {question id: value}; see surveys.types for what each type stores.
    answers: Mapped[dict[str, Any]]
    #: Coarse profile categories: {"age_band": "25-34", "area": 3, …}; never finer than panel.bands. In an anonymous
    #: fieldwork empty until it closes, and then so coarse that eight or more who answered share each combination.
    bands: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: What becomes `bands` and `language` at closing, sealed and padded until then; anonymous fieldwork only.
    sealed_bands: Mapped[bytes | None]
    #: HMAC(key of the fieldwork, member) in a confidential fieldwork, else None.
    pseudonym: Mapped[str | None] = mapped_column(sa.String(64))


sa.Index(
    "uq_response_fieldwork_pseudonym",
    Response.fieldwork_id,
    Response.pseudonym,
    unique=True,
    sqlite_where=Response.pseudonym.is_not(None),
    postgresql_where=Response.pseudonym.is_not(None),
)


class ResultsSnapshot(Model):
    """The results of a fieldwork as they may be shown: counted now and then, with small numbers already taken out.

    Pages read this and never count. While people are answering it is made anew only when at least eight more
    responses are stored, so that two looks at it do not give away one person's answers.
    """

    __tablename__ = "results_snapshot"

    fieldwork_id: Mapped[int] = mapped_column(sa.ForeignKey("fieldwork.id", ondelete="CASCADE"), primary_key=True)
    #: How many responses were counted.
    responses: Mapped[int]
    #: Whether it was made after closing: it is not made again.
    final: Mapped[bool] = mapped_column(default=False)
    made_on: Mapped[dt.date]
    #: In the shape of surveys.results.
    data: Mapped[dict[str, Any]]


class WordingFix(Model):
    """A change of wording published into an open fieldwork because it keeps the meaning: what, by whom, why."""

    __tablename__ = "wording_fix"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_version.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(12))
    item: Mapped[str] = mapped_column(sa.String(40))
    part: Mapped[str] = mapped_column(sa.String(80))
    before: Mapped[str] = mapped_column(sa.Text)
    after: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(sa.String(40))
