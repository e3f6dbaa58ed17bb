"""Tables of what the panel should mirror: dated population figures, groupings of categories, attitude questions."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Model


class TargetSet(Model):
    """The figures of one feature in one area, from one source. Rows are added, never changed but for `valid_until`.

    What counts on a day is the set that began last (`valid_from`, then `id`), unless it is over by then.
    """

    __tablename__ = "target_set"
    __table_args__ = (
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates"),
        sa.Index("ix_target_set_area_feature", "area_id", "feature", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"))
    #: `age_band`, `age_band*sex` (categories `25-34*female`), `area` (codes of the areas inside), `group:<key>` or
    #: `attitude:<key>`.
    feature: Mapped[str] = mapped_column(sa.String(100))
    source: Mapped[str] = mapped_column(sa.String(300))
    #: The day the figures describe, such as census day.
    as_of: Mapped[dt.date]
    valid_from: Mapped[dt.date]
    #: From this day on nothing is compared with it any more.
    valid_until: Mapped[dt.date | None]
    loaded_at: Mapped[dt.datetime]
    #: `project` for the figures that come with it, `command`, or `staff:<id>`.
    loaded_by: Mapped[str] = mapped_column(sa.String(40))
    counts: Mapped[list[PopulationCount]] = relationship(
        lazy="raise_on_sql", order_by="PopulationCount.id", cascade="all, delete-orphan"
    )


class PopulationCount(Model):
    """How many people of one category there are, in a set of figures."""

    __tablename__ = "population_count"
    __table_args__ = (
        sa.UniqueConstraint("set_id", "category"),
        sa.CheckConstraint('"count" >= 0', name="count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(sa.ForeignKey("target_set.id", ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(sa.String(160))
    count: Mapped[int]


class Grouping(Model):
    """A coarser way to count a feature, such as 16 to 24 in place of two age bands."""

    __tablename__ = "grouping"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    #: The feature whose categories are grouped.
    feature: Mapped[str] = mapped_column(sa.String(60))
    parts: Mapped[list[GroupingPart]] = relationship(
        lazy="raise_on_sql", order_by="GroupingPart.category", cascade="all, delete-orphan"
    )


class GroupingPart(Model):
    """Where one category goes. The key keeps the map many-to-one: a category goes to one group and no other."""

    __tablename__ = "grouping_part"

    grouping_id: Mapped[int] = mapped_column(sa.ForeignKey("grouping.id", ondelete="CASCADE"), primary_key=True)
    category: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    #: The name of the group.
    parent: Mapped[str] = mapped_column(sa.String(120))


class AttitudeState(StrEnum):
    """Whether a question on attitudes is put to people."""

    DRAFT = "draft"
    ASKED = "asked"
    RETIRED = "retired"


class AttitudeQuestion(Model):
    """A question on what people think, asked once and kept with the profile; its answers are categories."""

    __tablename__ = "attitude_question"
    __table_args__ = (sa.CheckConstraint("state IN ('draft','asked','retired')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    state: Mapped[str] = mapped_column(sa.String(12), default=AttitudeState.DRAFT)
    #: Whether it is asked while joining, or only on a member's own page.
    at_joining: Mapped[bool] = mapped_column(default=False)
    #: The keys of the answers in order.
    options: Mapped[list[str]]
    #: {language tag: {"question": …, "options": {key: …}}}; `en` is always there.
    wording: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]


class AttitudeAnswer(Model):
    """The category a member chose, beside the sealed answers of the profile: what may be counted."""

    __tablename__ = "attitude_answer"
    # Without row ids nothing tells in which order people answered.
    __table_args__ = {"sqlite_with_rowid": False}

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("attitude_question.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    category: Mapped[str] = mapped_column(sa.String(20))


class DepartureTally(Model):
    """How many of one category left in a quarter: what remains of a profile that is erased when its owner leaves.

    Counts of one feature at a time, by quarter: no row stands for a person, and no two categories hang together.
    """

    __tablename__ = "departure_tally"
    __table_args__ = {"sqlite_with_rowid": False}

    #: The first day of the quarter.
    quarter: Mapped[dt.date] = mapped_column(primary_key=True)
    feature: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    category: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    count: Mapped[int]


class KeptCount(Model):
    """Numbers about the whole panel, kept by the worker for pages that show them (see panel.kept)."""

    __tablename__ = "kept_count"

    key: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    #: Differs after every change that the counts depend on.
    marker: Mapped[str] = mapped_column(sa.String(200))
    made_at: Mapped[dt.datetime]
    #: JSON, in the shape of whoever keeps it, such as panel.representation.keeping.
    data: Mapped[str] = mapped_column(sa.Text)
