"""Tables of membership over time: groups side by side, who belongs to them, and the steps of each membership."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model


class Joining(StrEnum):
    """How somebody comes into a group."""

    OPEN = "open"  # by their own wish, at once
    APPLICATION = "application"  # they ask, staff decide
    INVITATION = "invitation"  # staff ask, they decide


class Group(Model):
    """A panel or group that members belong to side by side: citizens' panel, youth board, reader panel.

    What members of it agree to is kept as ConsentText under the purpose `group:<id>`, by version.
    """

    __tablename__ = "member_group"
    __table_args__ = (
        sa.CheckConstraint("joining IN ('open','application','invitation')", name="joining"),
        sa.CheckConstraint("mirrors IN ('none','population','own')", name="mirrors"),
        sa.CheckConstraint("minimum_age BETWEEN 0 AND 120", name="minimum_age"),
        sa.CheckConstraint("maximum_age BETWEEN 0 AND 120", name="maximum_age"),
        sa.CheckConstraint("minimum_age <= maximum_age", name="ages"),
        sa.CheckConstraint("size_wanted > 0", name="size_wanted"),
        sa.CheckConstraint("rotation_share BETWEEN 1 AND 100", name="rotation_share"),
        sa.CheckConstraint("rotation_after >= 0 AND rotation_return >= 0", name="rotation_months"),
        sa.CheckConstraint(
            "(rotation_share IS NULL) = (rotation_after IS NULL) AND "
            "(rotation_share IS NULL) = (rotation_return IS NULL)",
            name="rotation_whole",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    #: What the public reads, by language: {"en": {"name": …, "about": …, "consent": …}}.
    words: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    joining: Mapped[str] = mapped_column(sa.String(12), default=Joining.INVITATION, server_default="invitation")
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    size_wanted: Mapped[int | None]
    #: Whom the group should be like: nobody, the population's targets, or its own `quotas`.
    mirrors: Mapped[str] = mapped_column(sa.String(12), default="none", server_default="none")
    #: Shares in per cent: {feature: {category: 20}}.
    quotas: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    #: Where one band of tenure ends and the next begins, in months: [6, 12, 24, 36].
    tenure_months: Mapped[list[int]] = mapped_column(
        Json, default=lambda: [6, 12, 24, 36], server_default="[6, 12, 24, 36]"
    )
    #: At most so many per cent a year leave by lottery, of those who have belonged for so many months, and may come
    #: back after so many; None for all three where nobody rotates.
    rotation_share: Mapped[int | None]
    rotation_after: Mapped[int | None]
    rotation_return: Mapped[int | None]
    #: From this day on nobody joins any more.
    closed_on: Mapped[dt.date | None]


class GroupArea(Model):
    """That a group is for people of an area and of all areas inside it; a group with none is for everybody."""

    __tablename__ = "member_group_area"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), primary_key=True, index=True)


class GroupMembership(Model):
    """That a member belongs, or belonged, to a group; coming back makes a new row."""

    __tablename__ = "group_membership"
    __table_args__ = (
        sa.Index("ix_group_membership_group_member", "group_id", "member_id"),
        sa.CheckConstraint("left_because IN ('left','removed','rotated','ended')", name="left_because"),
        sa.CheckConstraint("left_at IS NOT NULL OR (left_because IS NULL AND reason IS NULL)", name="left"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    joined_at: Mapped[dt.datetime]
    left_at: Mapped[dt.datetime | None]
    #: By their own wish, by staff, by the lottery of rotation, or because the whole membership ended.
    left_because: Mapped[str | None] = mapped_column(sa.String(12))
    #: A key of panel.groups.REASONS, where staff removed somebody.
    reason: Mapped[str | None] = mapped_column(sa.String(80))


#: Nobody belongs to a group twice at one time.
sa.Index(
    "uq_group_membership_present",
    GroupMembership.group_id,
    GroupMembership.member_id,
    unique=True,
    sqlite_where=GroupMembership.left_at.is_(None),
    postgresql_where=GroupMembership.left_at.is_(None),
)


class GroupRequest(Model):
    """That a member asked to join a group, or staff asked a member to; settled by the other side."""

    __tablename__ = "group_request"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('application','invitation')", name="kind"),
        sa.CheckConstraint("outcome IN ('accepted','declined','withdrawn')", name="outcome"),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled"),
        sa.Index("ix_group_request_group", "group_id", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    made_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(sa.String(12))


#: One open request for each person and group.
sa.Index(
    "uq_group_request_open",
    GroupRequest.group_id,
    GroupRequest.member_id,
    unique=True,
    sqlite_where=GroupRequest.settled_at.is_(None),
    postgresql_where=GroupRequest.settled_at.is_(None),
)


class MemberEvent(Model):
    """A step in a membership's history: applied, confirmed, paused, left; ids and keys only."""

    __tablename__ = "member_event"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('applied','confirmed','paused','resumed','bounced','reviewed','stayed','lapsed','returned',"
            "'left','removed')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[dt.datetime]
    reason: Mapped[str | None] = mapped_column(sa.String(80))


class Review(Model):
    """That a member who had been silent for long was asked whether they want to stay, and what came of it."""

    __tablename__ = "membership_review"
    __table_args__ = (
        sa.CheckConstraint("outcome IN ('stay','pause','leave','lapsed','ended')", name="outcome"),
        sa.CheckConstraint("(settled_on IS NULL) = (outcome IS NULL)", name="settled"),
        sa.Index("ix_membership_review_open", "settled_on", "asked_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    asked_on: Mapped[dt.date]
    reminded_on: Mapped[dt.date | None]
    settled_on: Mapped[dt.date | None]
    outcome: Mapped[str | None] = mapped_column(sa.String(12))


sa.Index(
    "uq_membership_review_member",
    Review.member_id,
    unique=True,
    sqlite_where=Review.settled_on.is_(None),
    postgresql_where=Review.settled_on.is_(None),
)


class Rotation(Model):
    """A lottery by which people who have belonged to a group for long make room for others.

    Drawn with `seed` and shown before it is carried out; anybody with the list of the pool can draw it again
    (panel.rotation.draw).
    """

    __tablename__ = "group_rotation"
    __table_args__ = (
        sa.CheckConstraint("state IN ('drawn','confirmed','done','cancelled')", name="state"),
        sa.CheckConstraint("chosen BETWEEN 0 AND pool", name="chosen"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), default="drawn", index=True)
    #: Who had joined before this day could be drawn.
    joined_before: Mapped[dt.date]
    seed: Mapped[str] = mapped_column(sa.String(64))
    #: SHA-256 of the numbers of the pool, one a line, in order; in capitals.
    pool_hash: Mapped[str] = mapped_column(sa.String(64))
    pool: Mapped[int]
    chosen: Mapped[int]
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(40))
    settled_at: Mapped[dt.datetime | None]
    settled_by: Mapped[str | None] = mapped_column(sa.String(40))


class RotationMember(Model):
    """Who was drawn, and whether they have left the group by it: None while to do, False for who had left before."""

    __tablename__ = "group_rotation_member"

    rotation_id: Mapped[int] = mapped_column(sa.ForeignKey("group_rotation.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    rotated: Mapped[bool | None]


class Milestone(Model):
    """Something to thank a member for, reached once."""

    __tablename__ = "member_milestone"
    __table_args__ = (
        sa.CheckConstraint("key IN ('first_answer','tenth_answer','one_year')", name="key"),
        sa.Index("ix_member_milestone_told", "told_at"),
    )

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    #: Of answers the day a survey closed, never that of the answer.
    reached_on: Mapped[dt.date]
    #: When the message was written, or it was found that none may be sent.
    told_at: Mapped[dt.datetime | None]


class Benefit(Model):
    """What members get from being on the panel, in words of the staff, by language."""

    __tablename__ = "benefit"
    __table_args__ = (sa.CheckConstraint("shown_until >= shown_from", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: {"en": {"title": …, "text": …}}.
    words: Mapped[dict[str, Any]]
    shown_from: Mapped[dt.date]
    shown_until: Mapped[dt.date | None]
    position: Mapped[int] = mapped_column(default=0)
