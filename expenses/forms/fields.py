"""Fields for amounts: typed as people type them, kept in whole pence or in hundredths, never as a float."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from wtforms import StringField

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫", "0123456789.")


class Hundredths(StringField):
    """A number with up to two decimals, kept as whole hundredths: 12.5 is 1250. Empty is None."""

    #: How many of what is kept make one of what is typed, and how many decimals may be typed.
    factor, decimals = 100, 2
    #: The most that is kept; a typing slip is not an amount.
    most = 100_000_00

    data: Any

    def process_formdata(self, valuelist: Any) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        try:
            number = Decimal(_plain(typed)) * self.factor
        except InvalidOperation:
            raise ValueError(self.words()) from None
        if number != number.to_integral_value() or not 0 <= number <= self.most:
            raise ValueError(self.words())
        self.data = int(number)

    def words(self) -> str:
        """Return what is said of a number that cannot be read."""
        return _("Enter a number, such as 12 or 12.50.")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        shown = f"{Decimal(self.data) / self.factor:f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown


class Pence(Hundredths):
    """An amount in pounds, such as £12.50, kept in whole pence."""

    def words(self) -> str:
        return _("Enter an amount in pounds, such as 12 or 12.50.")

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else f"{self.data / 100:.2f}"


class RatePounds(Hundredths):
    """An amount in pounds for one unit, kept in hundredths of a penny: 0.45 is 4500."""

    factor, decimals = 100 * 100, 4

    def words(self) -> str:
        return _("Enter an amount in pounds, such as 0.45.")


def _plain(typed: str) -> str:
    """Return a number as Decimal reads it: without sign of currency and spaces, with a point.

    A comma before one or two last digits is a decimal comma; any other comma parts thousands.
    """
    text = re.sub(r"[£\s\u00a0]", "", typed.translate(_DIGITS))
    text = re.sub(r",(\d{1,2})$", r".\1", text) if "." not in text else text
    if not re.fullmatch(r"[0-9][0-9,]*(\.[0-9]+)?", text):
        raise InvalidOperation
    return text.replace(",", "")
