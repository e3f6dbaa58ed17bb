"""Reads of the policy: which rates there are, and which held on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from expenses import pricing
from expenses.models import InvolvementRate, PolicyCategory, PolicyRate, Promise


def list_categories(*, active: bool = True) -> list[PolicyCategory]:
    """Return the kinds of cost in the order people see them, by default those still in use."""
    query = sa.select(PolicyCategory).order_by(PolicyCategory.position, PolicyCategory.key)
    return list(db.session.scalars(query.where(PolicyCategory.active.is_(True)) if active else query))


def get_category(key: str) -> PolicyCategory:
    """Return a kind of cost. Raises NotFoundError."""
    found = db.session.get(PolicyCategory, key)
    if found is None:
        raise NotFoundError
    return found


def list_rates(category: str | None = None) -> list[PolicyRate]:
    """Return the rates of a category, or of all, the latest first."""
    query = sa.select(PolicyRate).order_by(PolicyRate.category, PolicyRate.valid_from.desc(), PolicyRate.id.desc())
    return list(db.session.scalars(query.where(PolicyRate.category == category) if category else query))


def list_involvement(role: str | None = None) -> list[InvolvementRate]:
    """Return what is paid for time, in a role or in all, the latest first, shorter times before longer ones."""
    order = (InvolvementRate.role, InvolvementRate.valid_from.desc(), InvolvementRate.up_to_minutes)
    query = sa.select(InvolvementRate).order_by(*order)
    return list(db.session.scalars(query.where(InvolvementRate.role == role) if role else query))


def figures(rows: Iterable[PolicyRate]) -> list[pricing.Rate]:
    """Return the rows as the pricing reads them."""
    return [
        pricing.Rate(
            id=row.id,
            category=row.category,
            unit=row.unit,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            rate_hundredths=row.rate_hundredths,
            threshold_hundredths=row.threshold_hundredths,
            above_hundredths=row.above_hundredths,
            cap_pence=row.cap_pence,
            receipt=row.receipt,
            receipt_over_pence=row.receipt_over_pence,
            prior=row.prior,
            prior_over_pence=row.prior_over_pence,
            who=tuple(row.who),
            window_days=row.window_days,
        )
        for row in rows
    ]


def time_figures(rows: Iterable[InvolvementRate]) -> list[pricing.TimeRate]:
    """Return the rows as the pricing reads them."""
    return [
        pricing.TimeRate(row.id, row.role, row.up_to_minutes, row.pence, row.valid_from, row.valid_to) for row in rows
    ]


def all_figures() -> list[pricing.Rate]:
    """Return every rate there is; there are few."""
    return figures(list_rates())


def all_time_figures() -> list[pricing.TimeRate]:
    """Return every payment for time there is; there are few."""
    return time_figures(list_involvement())


def on(day: dt.date) -> dict[str, pricing.Rate]:
    """Return category -> the rate that holds on `day`, in the order people see them."""
    rates = all_figures()
    found = {c.key: pricing.in_force(rates, c.key, day) for c in list_categories()}
    return {key: rate for key, rate in found.items() if rate is not None}


def find_promise(day: dt.date) -> Promise | None:
    """Return the promise that holds on `day`."""
    return db.session.scalar(
        sa.select(Promise).where(Promise.valid_from <= day).order_by(Promise.valid_from.desc()).limit(1)
    )


def is_loaded() -> bool:
    """Return whether there is a policy at all."""
    return db.session.scalar(sa.select(PolicyRate.id).limit(1)) is not None
