"""Tables of asking: what each member was asked to take part in and when, and the rules against asking too much."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Model


class AskKind(StrEnum):
    """What somebody is asked to do. A reminder is no new ask, and a message that tells or thanks asks for nothing."""

    SURVEY = "survey"
    EVENT = "event"
    READING = "reading"
    OTHER = "other"


class Ask(Model):
    """That a member was asked for something on a day; asked twice for the same thing counts once.

    Rows are written by the room that asks, in the transaction that asks (see panel.services.asking). What came of it is
    not known here.
    """

    __tablename__ = "ask"
    __table_args__ = (
        sa.UniqueConstraint("source", "member_id"),
        sa.CheckConstraint("kind IN ('survey','event','reading','other')", name="kind"),
        sa.Index("ix_ask_day_member", "day", "member_id"),
        sa.Index("ix_ask_member_day", "member_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    day: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(sa.String(12))
    #: What was asked for, in the words of the room that asks: `fieldwork:12`.
    source: Mapped[str] = mapped_column(sa.String(60))
    #: By number: engagements are a room above.
    engagement_id: Mapped[int | None] = mapped_column(index=True)


class AskingRule(Model):
    """From which day on which caps hold, for all teams together. The latest rule that has begun is in force."""

    __tablename__ = "asking_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[dt.date] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_at: Mapped[dt.datetime]
    #: `staff:<id>`.
    made_by: Mapped[str] = mapped_column(sa.String(40))
    caps: Mapped[list[AskingCap]] = relationship(
        cascade="all, delete-orphan", order_by="AskingCap.days", lazy="selectin"
    )


class AskingCap(Model):
    """How often a member may be asked at most within so many days that follow each other."""

    __tablename__ = "asking_cap"
    __table_args__ = (
        sa.CheckConstraint("most BETWEEN 1 AND 366", name="most"),
        sa.CheckConstraint("days BETWEEN 1 AND 1096", name="days"),
    )

    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("asking_rule.id", ondelete="CASCADE"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    most: Mapped[int]


class QuietPeriod(Model):
    """Days, both included, on which nobody is asked: of an area, of a group, or nobody at all."""

    __tablename__ = "quiet_period"
    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date] = mapped_column(index=True)
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_group.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(40))
