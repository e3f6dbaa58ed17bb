"""Tables of people: members with their sealed contact details, profiles, consents, links and sessions."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import ids
from core.database import Json, Model
from panel.models.places import Area


class MemberState(StrEnum):
    """Where a membership stands."""

    APPLIED = "applied"  # contact route not yet confirmed
    ACTIVE = "active"
    PAUSED = "paused"
    LAPSED = "lapsed"
    LEFT = "left"
    REMOVED = "removed"


class Route(StrEnum):
    """How a person wants to be reached."""

    EMAIL = "email"
    TEXT = "text"
    PHONE = "phone"
    POST = "post"


class Member(Model):
    """A person on the panel. Contact details are sealed for `member.<column>:<seal_id>` (see panel.contact)."""

    __tablename__ = "member"
    __table_args__ = (
        sa.CheckConstraint("state IN ('applied','active','paused','lapsed','left','removed')", name="state"),
        sa.CheckConstraint("route IN ('email','text','phone','post')", name="route"),
        sa.Index("ix_member_state_area", "state", "area_id"),
        sa.Index("ix_member_source", "source", "state", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = mapped_column(sa.String(26), default=ids.random_id)
    state: Mapped[str] = mapped_column(sa.String(12), default=MemberState.APPLIED)
    #: Until when a pause lasts; None for a pause without an end.
    paused_until: Mapped[dt.date | None]
    name: Mapped[bytes | None]
    pronouns: Mapped[bytes | None]
    email: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    address: Mapped[bytes | None]
    #: Keyed index of the normalised e-mail address; unique, so one address is one member.
    email_index: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    phone_index: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    #: Keyed index of where the person lives: people with the same are housemates, and no lottery chooses two of them.
    address_index: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    route: Mapped[str] = mapped_column(sa.String(8), default=Route.EMAIL)
    language: Mapped[str] = mapped_column(sa.String(12), default="en", index=True)
    #: Format keys such as `large_print`, `easy_read`, `bsl`; and details: {"large_print_points": 18}.
    formats: Mapped[list[str]] = mapped_column(Json, default=list)
    #: Sealed JSON: access needs in the person's words and by key. Health data.
    access_needs: Mapped[bytes | None]
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    #: Sealed; dropped when the setting says areas are enough.
    postcode: Mapped[bytes | None]
    #: How the person was reached: `channel:<key>` or `partner:<key>`; without either `online`, `paper`, `phone`.
    source: Mapped[str] = mapped_column(sa.String(80), default="online")
    applied_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    #: False when messages to the person's address come back: the panel manager is shown a list.
    route_works: Mapped[bool] = mapped_column(default=True)
    #: `link` or `staff:<id>`.
    confirmed_by: Mapped[str | None] = mapped_column(sa.String(40))
    left_at: Mapped[dt.datetime | None]
    #: The first day of the month in which the person last signed in, or in which a survey they answered closed: enough
    #: to notice a long silence, and too coarse to tell when somebody answered.
    seen_in: Mapped[dt.date | None]
    area: Mapped[Area | None] = relationship(lazy="raise_on_sql")


#: The list of people whom messages do not reach is short, whatever the size of the panel.
sa.Index(
    "ix_member_unreachable",
    Member.id,
    sqlite_where=Member.route_works.is_(False),
    postgresql_where=Member.route_works.is_(False),
)


class Profile(Model):
    """The equality answers of a member, by question key; each optional. `bands` are what may leave the identity store.

    `answers` is sealed JSON of what was said, for the person's own page. `bands` holds only coarse categories used for
    representativeness and copied to responses: age_band, sex, ethnic_group_5, ethnic_group_19, disability, religion,
    carer. A key that is absent was not answered; `prefer_not_to_say` was.
    """

    __tablename__ = "member_profile"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    answers: Mapped[bytes | None]
    age_band: Mapped[str | None] = mapped_column(sa.String(20))
    sex: Mapped[str | None] = mapped_column(sa.String(40))
    ethnic_group_5: Mapped[str | None] = mapped_column(sa.String(60))
    ethnic_group_19: Mapped[str | None] = mapped_column(sa.String(80))
    disability: Mapped[str | None] = mapped_column(sa.String(40))
    religion: Mapped[str | None] = mapped_column(sa.String(40))
    carer: Mapped[str | None] = mapped_column(sa.String(40))
    updated_at: Mapped[dt.datetime]


class Consent(Model):
    """That a person said yes or no to one thing, in which words, when and how. Rows are added, never changed."""

    __tablename__ = "consent"
    __table_args__ = (sa.Index("ix_consent_member_purpose", "member_id", "purpose", "id", "given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    #: `panel`, `newsletter`, `research_contact` or `group:<id>`.
    purpose: Mapped[str] = mapped_column(sa.String(40))
    given: Mapped[bool]
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_text.id"))
    language: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[dt.datetime]
    #: `online`, `staff:<id>`, `import:<id>`, `unsubscribe_link`.
    how: Mapped[str] = mapped_column(sa.String(40))
    #: What shows it, where it was not said on our own pages.
    evidence_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consent_evidence.id"))


class ConsentText(Model):
    """The words of a consent at one version; `wording` is {language tag: text}. Never changed once used."""

    __tablename__ = "consent_text"
    __table_args__ = (sa.UniqueConstraint("purpose", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(40))
    version: Mapped[int]
    wording: Mapped[dict[str, Any]]
    since: Mapped[dt.datetime]


class MemberLink(Model):
    """A single-use link sent to a member: to confirm an address or to sign in. Only the hash of its token is kept."""

    __tablename__ = "member_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    #: `confirm`, `sign_in`, `change_email`, `stay` (the review of a silent membership) or `goodbye` (carries the
    #: address to which somebody removed is told so).
    purpose: Mapped[str] = mapped_column(sa.String(20))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    #: Sealed: the new address for `change_email`.
    payload: Mapped[bytes | None]


class MemberSession(Model):
    """A browser a member is signed in on. The cookie carries the token, this row its hash, so it can be ended here."""

    __tablename__ = "member_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    started_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime] = mapped_column(index=True)


class JoinApplication(Model):
    """What somebody has filled in so far, sealed, kept for the browser whose cookie carries the token.

    Without row ids the rows lie in the order of their hashes, so that nothing tells who began when.
    """

    __tablename__ = "join_application"
    __table_args__ = {"sqlite_with_rowid": False}

    #: Fingerprint of the token in the cookie.
    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: Sealed JSON, in the shape of panel.answers.
    answers: Mapped[bytes]
    #: Moved on with each page; past it, the row is deleted.
    expires_on: Mapped[dt.date] = mapped_column(index=True)
