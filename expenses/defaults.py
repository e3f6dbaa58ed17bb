"""The policy a new installation begins with: data to be checked, changed and dated by an administrator.

The mileage rates are HMRC's approved amounts for 2025/26. The rest follows what NHS bodies commonly do; nobody has
verified it for this organisation, so those rows are marked and staff are told to check them before use.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

#: When the default rows begin to hold.
SINCE = dt.date(2025, 4, 6)
_HMRC = "HMRC approved mileage allowance payments 2025/26"
_COMMON = "Common practice of NHS bodies; check before use"

_EVERYBODY = ["self", "carer", "assistant"]


def _miles(rate: int, **more: Any) -> dict[str, Any]:
    return {"unit": "mile", "rate_hundredths": rate, "receipt": "never", "source": _HMRC, "unverified": False, **more}


def _cost(**more: Any) -> dict[str, Any]:
    return {"unit": "cost", "source": _COMMON, "unverified": True, **more}


#: Category -> the columns of its first PolicyRate; window and receipt rule are the column defaults unless told.
RATES: dict[str, dict[str, Any]] = {
    "public_transport": _cost(who=_EVERYBODY),
    # 45p to 10,000 miles in a tax year, then 25p; in hundredths of a penny and of a mile.
    "mileage_car": _miles(4500, threshold_hundredths=1_000_000, above_hundredths=2500, who=_EVERYBODY),
    "mileage_motorcycle": _miles(2400, who=_EVERYBODY),
    "mileage_bicycle": _miles(2000, who=_EVERYBODY),
    "mileage_passenger": _miles(500, who=_EVERYBODY),
    "parking": _cost(who=_EVERYBODY),
    "taxi": _cost(prior=True, who=_EVERYBODY),
    "meal_day": _cost(cap_pence=500, who=_EVERYBODY),
    "meal_evening": _cost(cap_pence=1500, who=_EVERYBODY),
    "overnight": _cost(prior=True, who=_EVERYBODY),
    "childcare": _cost(who=["self"]),
    "care_adult": _cost(who=["self", "carer"]),
    "personal_assistant": _cost(who=["self", "assistant"]),
    "interpreter": _cost(prior=True, who=["self"]),
    "printing": _cost(receipt="over", receipt_over_pence=500, who=["self"]),
    "phone": _cost(receipt="over", receipt_over_pence=500, who=["self"]),
    "other": _cost(prior=True, who=_EVERYBODY),
    "organisation_time": _cost(who=["organisation"]),
}

#: (role, up to so many minutes, pence): four hours or less, and more. Other roles are repaid their costs only.
INVOLVEMENT: tuple[tuple[str, int, int], ...] = (("adviser", 240, 7500), ("adviser", 1440, 15000))
INVOLVEMENT_SOURCE = _COMMON

#: Days after sending within which a claim is promised to be paid, until the administrator says otherwise.
PROMISE_DAYS = 30
