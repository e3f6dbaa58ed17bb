"""Fields and checks that forms of this room share."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from core import clock
from core.forms import DateParts
from panel.contact import normalise_phone

_EMAIL = re.compile(r"[!-~]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_PARTS = ("day", "month", "year")


class Choose(RadioField):
    """One of several; `message` says what to do when nothing, or something else, was sent."""

    def __init__(self, label: Any = None, *, message: Any, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)
        self._message = message

    def pre_validate(self, form: Any) -> None:
        if self.data not in {value for value, *_ in self.iter_choices()}:
            raise StopValidation(self._message)


class Tick(SelectMultipleField):
    """Any number of several, as boxes to tick; `exclusive` goes with no other."""

    def __init__(self, label: Any = None, *, exclusive: str = "", **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)
        self._exclusive = exclusive

    def pre_validate(self, form: Any) -> None:
        ticked = [choice.value for choice in self.iter_choices() if choice.selected]
        self.data = ticked
        if self._exclusive in ticked and len(ticked) > 1:
            raise StopValidation(_l("Choose either what you need, or that you need nothing of these."))


class PartialDate(DateParts):
    """A date of which any part may be left out. `data` is {"year", "month", "day"}, None where nothing was entered."""

    def typed(self, part: str) -> str:
        """Return what stands in the box `part`."""
        if self._typed:
            return self._typed.get(part, "")
        return str((self.data or {}).get(part) or "")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the three boxes."""
        self.process_errors: list[Any] = []
        self._typed = {}
        self.data = data
        if formdata is None or not any(f"{self.name}-{p}" in formdata for p in _PARTS):
            return
        self._typed = {p: formdata.get(f"{self.name}-{p}", "").strip() for p in _PARTS}
        self.raw_data = list(self._typed.values())
        try:
            self.data = _partial_date(self._typed)
        except ValueError:
            self.data = None
            self.process_errors = [_l("Enter a real date, such as 27 3 1985, or only the year.")]


def _partial_date(typed: dict[str, str]) -> dict[str, int | None]:
    """Return the parts as numbers. Raises ValueError for what cannot be anybody's birthday."""
    parts = {p: int(typed[p]) if typed[p] else None for p in _PARTS}
    year, month, day = parts["year"], parts["month"], parts["day"]
    today = clock.today()
    if year is not None and not today.year - 125 <= year <= today.year:
        raise ValueError
    if month is not None and not 1 <= month <= 12:
        raise ValueError
    # Without a year 29 February may be right, without a month the 31st.
    longest = calendar.monthrange(year or 2000, month or 1)[1]
    if day is not None and not 1 <= day <= longest:
        raise ValueError
    if year == today.year and (month or 1, day or 1) > (today.month, today.day):
        raise ValueError
    return {"year": year, "month": month, "day": day}


def is_email(typed: str) -> bool:
    """Return whether `typed` looks like an address that mail can be sent to."""
    return len(typed) <= 254 and bool(_EMAIL.fullmatch(typed))


def is_phone(typed: str) -> bool:
    """Return whether `typed` has as many digits as a telephone number, and little else."""
    return 10 <= len(normalise_phone(typed)) <= 15 and not re.search(r"[^\d\s()+./-]", typed)


def is_postcode(typed: str) -> bool:
    """Return whether `typed` has the shape of a UK postcode, in any spacing."""
    return bool(_POSTCODE.fullmatch("".join(typed.split()).upper()))


def labelled(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return choices whose labels, marked with N_, are translated when shown."""
    return [SelectChoice(value, _l(label)) for value, label in pairs]


def named(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return choices whose labels are shown as they are."""
    return [SelectChoice(value, label) for value, label in pairs]
