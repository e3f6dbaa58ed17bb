"""Table of what was not spent of money given before the day: given back, or waived with a reason."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model
from expenses.models.columns import one_of, seal_name


class Outcome(StrEnum):
    """What became of what was left."""

    RETURNED = "returned"
    WAIVED = "waived"


class AdvanceReturn(Model):
    """What was left of an advance, and what became of it: once for each advance. `reason` is sealed, as everywhere."""

    __tablename__ = "advance_return"
    __table_args__ = (
        one_of("outcome", Outcome),
        sa.CheckConstraint("pence > 0", name="pence"),
        sa.CheckConstraint("(outcome = 'waived') = (reason IS NOT NULL)", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    advance_id: Mapped[int] = mapped_column(sa.ForeignKey("claim.id", ondelete="CASCADE"), unique=True)
    outcome: Mapped[str] = mapped_column(sa.String(8))
    pence: Mapped[int]
    #: Why it need not be given back.
    reason: Mapped[bytes | None]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    at: Mapped[dt.datetime]
