"""Tables of draws: what was planned, fixed and published, who was drawn, and the sheets that let anybody check it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model


class DrawState(StrEnum):
    """Where a draw stands. From `fixed` on everything that decides it is published and cannot be changed."""

    PLANNED = "planned"
    FIXED = "fixed"
    DRAWN = "drawn"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """How somebody came into a draw's result."""

    CHOSEN = "chosen"
    RESERVE = "reserve"
    REPLACEMENT = "replacement"


class Reply(StrEnum):
    """What somebody who was drawn has said."""

    NONE = "none"
    YES = "yes"
    DECLINED = "declined"


class Draw(Model):
    """A lottery among members. Its pool, key and complete sheets lie apart, in DrawSecret and DrawSheet."""

    __tablename__ = "draw"
    __table_args__ = (
        sa.CheckConstraint("state IN ('planned','fixed','drawn','published','cancelled')", name="state"),
        sa.CheckConstraint("size BETWEEN 1 AND 100000", name="size"),
        sa.CheckConstraint("reserves BETWEEN 0 AND 100000", name="reserves"),
        sa.CheckConstraint("algorithm IN ('leximin','maximin','nash','random','proportionate')", name="algorithm"),
        # Whoever draws knows the public value; whoever has not fixed the draw must not.
        sa.CheckConstraint("public_value IS NULL OR state NOT IN ('planned')", name="value_after_fixing"),
        sa.CheckConstraint(
            "state IN ('planned','cancelled') OR (pool_sha256 IS NOT NULL AND secret_sha256 IS NOT NULL"
            " AND source IS NOT NULL AND source_on IS NOT NULL AND fixed_at IS NOT NULL)",
            name="fixed_is_whole",
        ),
        sa.CheckConstraint(
            "state NOT IN ('drawn','published') OR (public_value IS NOT NULL AND drawn_at IS NOT NULL)",
            name="drawn_is_whole",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What the draw is for, as the public reads it where there is no engagement.
    title: Mapped[str] = mapped_column(sa.String(200))
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), default=DrawState.PLANNED)
    #: Who can be chosen, as in panel.audience: {"area_ids": [], "group_ids": []}.
    audience: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: How many are wanted, and how many more stand ready in order.
    size: Mapped[int | None]
    reserves: Mapped[int] = mapped_column(default=0)
    algorithm: Mapped[str] = mapped_column(sa.String(20), default="leximin")
    #: Keys of panel.bands.FEATURES, `area`, or joint ones such as `age_band*sex` (panel.draws.features).
    features: Mapped[list[str]] = mapped_column(Json, default=list)
    #: How far the group may be from the population, in seats of each category.
    within: Mapped[int] = mapped_column(default=2)
    #: Expected answers in percent: {"feature": key or "", "rates": {category or "": 30}}; empty when all are expected.
    responses: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: How many are drawn: more than `size` where not everybody is expected to say yes.
    draw_size: Mapped[int | None]
    #: What came of the check whether it is possible: people, how many are drawn, what would make it possible.
    findings: Mapped[dict[str, Any] | None]
    #: Where the public randomness comes from, in words, and the day on which it can be known.
    source: Mapped[str | None] = mapped_column(sa.String(500))
    source_on: Mapped[dt.date | None]
    public_value: Mapped[str | None] = mapped_column(sa.String(500))
    secret_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    pool_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    pool_people: Mapped[int | None]
    #: What was published when it was fixed, as it stood.
    commitment: Mapped[dict[str, Any] | None]
    #: The figures of the result: n, k, types, smallest chance, its proved bound, and how exact they are.
    figures: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime]
    fixed_at: Mapped[dt.datetime | None]
    drawn_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]
    cancelled_at: Mapped[dt.datetime | None]
    #: Why it was cancelled; public once the draw was fixed.
    cancel_reason: Mapped[str | None] = mapped_column(sa.String(1000))

    @property
    def expects_answers(self) -> bool:
        """Whether more are drawn than wanted, because not everybody is expected to say yes."""
        return bool(self.responses.get("rates"))


class DrawQuota(Model):
    """How many of a category the group must have, and how many are drawn where not all are expected to say yes."""

    __tablename__ = "draw_quota"
    __table_args__ = (
        sa.CheckConstraint("least >= 0 AND most >= least", name="range"),
        sa.CheckConstraint("draw_least IS NULL OR (draw_least >= 0 AND draw_most >= draw_least)", name="draw_range"),
    )

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="CASCADE"), primary_key=True)
    feature: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    category: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    order: Mapped[int]
    least: Mapped[int]
    most: Mapped[int]
    draw_least: Mapped[int | None]
    draw_most: Mapped[int | None]


class DrawSecret(Model):
    """What only this system knows of a draw, sealed: the committed secret, the key of its numbers, and the pool.

    The pool is CSV, compressed: a number made for this draw alone, the features, and a number for the address. Who
    stands behind a number can only be told with the key (see panel.services.pools).
    """

    __tablename__ = "draw_secret"

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes]
    key: Mapped[bytes]
    pool: Mapped[bytes]


class DrawSheet(Model):
    """The audit sheets of a draw: number 0 is the draw, 1 the reserves, then one for each round of replacements.

    `public` shows nobody. `whole` is the complete sheet, sealed with a key that only the pool gives (see
    panel.lottery.publishing): it is published along, and apart here because it may be large.
    """

    __tablename__ = "draw_sheet"

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(20))
    made_at: Mapped[dt.datetime]
    public: Mapped[dict[str, Any]]
    whole: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)


class DrawnPerson(Model):
    """Somebody a draw has found, in which role, how likely that was, and what they said."""

    __tablename__ = "drawn_person"
    __table_args__ = (
        sa.CheckConstraint("role IN ('chosen','reserve','replacement')", name="role"),
        sa.CheckConstraint("reply IN ('none','yes','declined')", name="reply"),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        sa.Index("ix_drawn_person_role", "draw_id", "role", "place"),
    )

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(sa.String(12))
    #: The order within the role: that in which reserves are called.
    place: Mapped[int]
    #: The chance this person had when they were drawn.
    probability: Mapped[float]
    reply: Mapped[str] = mapped_column(sa.String(10), default=Reply.NONE)
    replied_at: Mapped[dt.datetime | None]
    #: The round of replacements that found them, 0 for the draw itself.
    round: Mapped[int] = mapped_column(default=0)
