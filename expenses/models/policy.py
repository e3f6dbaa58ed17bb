"""Tables of the policy: what is repaid, at which rate, from when until when; what time is paid; what is promised."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model
from expenses.models.columns import one_of


class Unit(StrEnum):
    """What a rate counts. `cost`: what was spent, up to the cap."""

    COST = "cost"
    MILE = "mile"
    HOUR = "hour"
    NIGHT = "night"
    FIXED = "fixed"


class ReceiptRule(StrEnum):
    """When a receipt is asked for. `over`: only above `receipt_over_pence`."""

    ALWAYS = "always"
    NEVER = "never"
    OVER = "over"


class PolicyCategory(Model):
    """A kind of cost. `words` is {tag: {"name", "note"}}; a built-in category without words speaks by gettext."""

    __tablename__ = "policy_category"
    __table_args__ = (sa.CheckConstraint("position >= 0", name="position"),)

    #: Such as `mileage_car`; the built-in ones are in expenses.categories.
    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    words: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: {tag: {part: hash of the source text it was translated from}}, as for engagements.
    word_sources: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class PolicyRate(Model):
    """What the policy says about one category from a day on. A row is never changed once it holds: a new one is added.

    On a day the row with the latest `valid_from` up to that day holds, unless its `valid_to` is past: then the category
    is not repaid. Rates are in hundredths of a penny for one unit, so that 22.5p a mile can be said.
    """

    __tablename__ = "policy_rate"
    __table_args__ = (
        sa.UniqueConstraint("category", "valid_from"),
        one_of("unit", Unit),
        one_of("receipt", ReceiptRule),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        sa.CheckConstraint("rate_hundredths >= 0 AND above_hundredths >= 0 AND threshold_hundredths >= 0", name="rate"),
        sa.CheckConstraint("cap_pence >= 0 AND receipt_over_pence >= 0 AND prior_over_pence >= 0", name="pence"),
        sa.CheckConstraint("window_days > 0", name="window_days"),
        sa.CheckConstraint("(unit = 'cost') = (rate_hundredths IS NULL)", name="unit_rate"),
        sa.CheckConstraint("(threshold_hundredths IS NULL) = (above_hundredths IS NULL)", name="threshold"),
        sa.CheckConstraint("(receipt = 'over') = (receipt_over_pence IS NOT NULL)", name="receipt_over"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(sa.ForeignKey("policy_category.key"))
    unit: Mapped[str] = mapped_column(sa.String(8))
    #: Hundredths of a penny for one unit; None where the cost itself is repaid.
    rate_hundredths: Mapped[int | None]
    #: Hundredths of a unit in a tax year (from 6 April) up to which `rate_hundredths` holds, and the rate above.
    threshold_hundredths: Mapped[int | None]
    above_hundredths: Mapped[int | None]
    #: The most repaid for one line, whatever the rate makes of it.
    cap_pence: Mapped[int | None]
    receipt: Mapped[str] = mapped_column(sa.String(8), default=ReceiptRule.ALWAYS)
    receipt_over_pence: Mapped[int | None]
    #: To be agreed before the day: always, or only above `prior_over_pence`.
    prior: Mapped[bool] = mapped_column(default=False)
    prior_over_pence: Mapped[int | None]
    #: Who may claim it: keys of expenses.models.claims.ForWhom and PayeeKind.
    who: Mapped[list[str]] = mapped_column(Json, default=list)
    #: By how many days after the day spent it must be claimed.
    window_days: Mapped[int] = mapped_column(default=90)
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    #: Where the figure comes from, for staff.
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    #: Nobody of this organisation has confirmed the figure yet: staff are told to check before use.
    unverified: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    #: `staff:<id>`, `system`.
    created_by: Mapped[str] = mapped_column(sa.String(40))


class InvolvementRate(Model):
    """What is paid for time in one role, up to a length; the row with the smallest `up_to_minutes` that fits holds.

    All rows of one role with the same `valid_from` belong together and replace those from before.
    """

    __tablename__ = "involvement_rate"
    __table_args__ = (
        sa.UniqueConstraint("role", "valid_from", "up_to_minutes"),
        sa.CheckConstraint("up_to_minutes > 0", name="up_to_minutes"),
        sa.CheckConstraint("pence >= 0", name="pence"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: A key of expenses.categories.ROLES.
    role: Mapped[str] = mapped_column(sa.String(40))
    #: 1440, a whole day, stands for "any longer time".
    up_to_minutes: Mapped[int]
    pence: Mapped[int]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    unverified: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(sa.String(40))


class Promise(Model):
    """Within how many days after sending it a claim is promised to be paid; the latest row up to a day holds on it."""

    __tablename__ = "expenses_promise"
    __table_args__ = (sa.CheckConstraint("days > 0 AND days <= 366", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int]
    valid_from: Mapped[dt.date] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(sa.String(40))
