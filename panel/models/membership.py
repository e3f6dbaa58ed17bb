"""Tables of membership over time: groups side by side, who belongs to them, and the steps of each membership."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model


class Group(Model):
    """A panel or group that members belong to side by side: citizens' panel, youth board, reader panel."""

    __tablename__ = "member_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))


class GroupMembership(Model):
    """That a member belongs, or belonged, to a group."""

    __tablename__ = "group_membership"
    __table_args__ = (sa.Index("ix_group_membership_group_member", "group_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("member_group.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    joined_at: Mapped[dt.datetime]
    left_at: Mapped[dt.datetime | None]


class MemberEvent(Model):
    """A step in a membership's history: applied, confirmed, paused, left; ids and keys only."""

    __tablename__ = "member_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[dt.datetime]
    reason: Mapped[str | None] = mapped_column(sa.String(80))
