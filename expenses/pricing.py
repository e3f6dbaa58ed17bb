"""What a line is worth under the policy: pure, in whole pence.

Rates are hundredths of a penny and quantities hundredths of a unit, so a product is exact in ten-thousandths of a
penny; it is rounded once for each line, half a penny up, in the claimant's favour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: One unit and one penny, in the hundredths both are kept in.
_WHOLE = 100 * 100
#: The longest time an involvement payment can be for, in minutes: it stands for "any longer".
ANY_LENGTH = 1440

#: What the policy would not have.
OVER_CAP = "over_cap"
LATE = "late"
NO_RECEIPT = "no_receipt"
NOT_AGREED = "not_agreed"
NOT_ALLOWED = "not_allowed"
NOT_IN_POLICY = "not_in_policy"


@dataclass(frozen=True)
class Rate:
    """The figures of one PolicyRate row, as copied onto a line."""

    id: int
    category: str
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    rate_hundredths: int | None = None
    threshold_hundredths: int | None = None
    above_hundredths: int | None = None
    cap_pence: int | None = None
    receipt: str = "always"
    receipt_over_pence: int | None = None
    prior: bool = False
    prior_over_pence: int | None = None
    who: tuple[str, ...] = ()
    window_days: int = 90


@dataclass(frozen=True)
class TimeRate:
    """One InvolvementRate row."""

    id: int
    role: str
    up_to_minutes: int
    pence: int
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class Cost:
    """What a line says: `spent_pence` for costs, `quantity_hundredths` for miles, hours and nights."""

    category: str
    spent_on: dt.date
    spent_pence: int | None = None
    quantity_hundredths: int | None = None
    has_receipt: bool = False
    #: Agreed before the day, up to so many pence; None when it was not.
    agreed_pence: int | None = None
    for_whom: str = "self"


@dataclass(frozen=True)
class Part:
    """So many hundredths of a unit at so many hundredths of a penny."""

    quantity_hundredths: int
    rate_hundredths: int


@dataclass(frozen=True)
class Price:
    """What is asked for, what the policy gives, how it was put together, and what the policy would not have."""

    claimed_pence: int
    pence: int
    parts: tuple[Part, ...] = ()
    flags: tuple[str, ...] = ()
    rate: Rate | None = None
    time_rate: TimeRate | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the copy a line keeps, so that no later change of the policy changes it."""
        row = self.rate or self.time_rate
        figures = {k: str(v) if isinstance(v, dt.date) else v for k, v in asdict(row).items()} if row else {}
        return {"rate": figures, "parts": [asdict(part) for part in self.parts]}


def in_force(rates: Iterable[Rate], category: str, day: dt.date) -> Rate | None:
    """Return the rate of `category` on `day`: the one with the latest beginning, unless it has ended."""
    begun = [rate for rate in rates if rate.category == category and rate.valid_from <= day]
    latest = max(begun, key=lambda rate: (rate.valid_from, rate.id), default=None)
    return latest if latest and (latest.valid_to is None or day <= latest.valid_to) else None


def time_in_force(rates: Iterable[TimeRate], role: str, minutes: int, day: dt.date) -> TimeRate | None:
    """Return what is paid on `day` for `minutes` in `role`: of the latest set, the shortest that is long enough."""
    begun = [rate for rate in rates if rate.role == role and rate.valid_from <= day]
    if not begun:
        return None
    since = max(rate.valid_from for rate in begun)
    fitting = [rate for rate in begun if rate.valid_from == since and rate.up_to_minutes >= minutes]
    found = min(fitting, key=lambda rate: rate.up_to_minutes, default=None)
    return found if found and (found.valid_to is None or day <= found.valid_to) else None


def tax_year(day: dt.date) -> dt.date:
    """Return the 6 April on which the tax year of `day` began."""
    begins = dt.date(day.year, 4, 6)
    return begins if day >= begins else dt.date(day.year - 1, 4, 6)


def split(quantity: int, used: int, rate: Rate) -> tuple[Part, ...]:
    """Return the parts of `quantity` below and above the yearly threshold, `used` of which are used up already."""
    below = quantity
    if rate.threshold_hundredths is not None:
        below = min(quantity, max(0, rate.threshold_hundredths - used))
    parts = (Part(below, rate.rate_hundredths or 0), Part(quantity - below, rate.above_hundredths or 0))
    return tuple(part for part in parts if part.quantity_hundredths)


def amount(parts: Sequence[Part]) -> int:
    """Return whole pence, half a penny rounded up."""
    exact = sum(part.quantity_hundredths * part.rate_hundredths for part in parts)
    return (exact + _WHOLE // 2) // _WHOLE


def price(cost: Cost, rate: Rate | None, claimed_on: dt.date, used: int = 0) -> Price:
    """Return the price of `cost`, claimed on a day, when `used` hundredths of a unit are used in its tax year."""
    spent = cost.spent_pence or 0
    if rate is None:
        return Price(spent, 0, flags=(NOT_IN_POLICY,))
    parts: tuple[Part, ...] = ()
    if rate.unit == "cost":
        claimed = given = spent
    else:
        parts = split(_quantity(cost, rate), used, rate)
        most = amount(parts)
        # Miles and fixed sums are worked out; hours and nights cost what they cost, up to the rate.
        claimed = most if rate.unit in {"mile", "fixed"} else spent
        given = min(claimed, most)
    if rate.cap_pence is not None:
        given = min(given, rate.cap_pence)
    flags = [OVER_CAP] if given < claimed else []
    flags += _breaches(cost, rate, claimed, claimed_on)
    return Price(claimed, given, parts, tuple(flags), rate)


def _quantity(cost: Cost, rate: Rate) -> int:
    return 100 if rate.unit == "fixed" else cost.quantity_hundredths or 0


def _breaches(cost: Cost, rate: Rate, claimed: int, claimed_on: dt.date) -> list[str]:
    """Return what else the policy would not have."""
    broken = {
        LATE: claimed_on > last_day(cost.spent_on, rate),
        NO_RECEIPT: needs_receipt(rate, claimed) and not cost.has_receipt,
        NOT_AGREED: needs_agreement(rate, claimed) and (cost.agreed_pence is None or claimed > cost.agreed_pence),
        NOT_ALLOWED: bool(rate.who) and cost.for_whom not in rate.who,
    }
    return [flag for flag, is_broken in broken.items() if is_broken]


def last_day(spent_on: dt.date, rate: Rate) -> dt.date:
    """Return the last day on which a cost of `spent_on` can be claimed."""
    return spent_on + dt.timedelta(days=rate.window_days)


def needs_receipt(rate: Rate, pence: int) -> bool:
    """Return whether a receipt is asked for."""
    return rate.receipt == "always" or (rate.receipt == "over" and pence > (rate.receipt_over_pence or 0))


def needs_agreement(rate: Rate, pence: int) -> bool:
    """Return whether it must be agreed before the day."""
    return rate.prior or (rate.prior_over_pence is not None and pence > rate.prior_over_pence)


def price_time(role: str, minutes: int, day: dt.date, rates: Iterable[TimeRate]) -> Price:
    """Return what is paid for `minutes` in `role` on `day`: nothing where the policy names nothing."""
    rate = time_in_force(rates, role, minutes, day)
    if rate is None:
        return Price(0, 0, flags=(NOT_IN_POLICY,))
    return Price(rate.pence, rate.pence, time_rate=rate)


def price_all(
    costs: Sequence[Cost], rates: Sequence[Rate], claimed_on: dt.date, used: dict[tuple[str, dt.date], int]
) -> list[Price]:
    """Return the prices of a claim's lines in their order.

    `used` holds, by category and tax year (its 6 April), the hundredths of a unit claimed before. Lines use up the
    threshold in the order of their days; lines of one day in the order of the claim.
    """
    prices: dict[int, Price] = {}
    running = dict(used)
    for index in sorted(range(len(costs)), key=lambda i: (costs[i].spent_on, i)):
        cost = costs[index]
        rate = in_force(rates, cost.category, cost.spent_on)
        year = (cost.category, tax_year(cost.spent_on))
        prices[index] = price(cost, rate, claimed_on, running.get(year, 0))
        running[year] = running.get(year, 0) + (cost.quantity_hundredths or 0)
    return [prices[i] for i in range(len(costs))]
