"""Table of budgets: what an engagement may spend on taking part, in which period, and who answers for it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model


class Budget(Model):
    """What is set aside for one engagement. Committed and spent are counted from its claims, never stored."""

    __tablename__ = "expenses_budget"
    __table_args__ = (
        sa.UniqueConstraint("engagement_id", "starts_on"),
        sa.CheckConstraint("set_pence >= 0", name="pence"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        sa.CheckConstraint("expected_people >= 0 AND expected_each_pence >= 0", name="expected"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    set_pence: Mapped[int]
    #: Who must agree before it is overspent.
    holder_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    #: For the forecast of what is planned: how many people, and what each is expected to cost.
    expected_people: Mapped[int | None]
    expected_each_pence: Mapped[int | None]
    #: Cost centre or project, for the ledger.
    coding: Mapped[str] = mapped_column(sa.String(60), default="")
    #: Raised with each change, so that two people do not overwrite each other unseen.
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
