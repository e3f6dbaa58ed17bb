"""What every form shares: safe defaults, a date in three boxes, and validators whose words are ours."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import StopValidation

from core.errors import N_, DomainError

#: What WTForms says by itself, in English and only half translated, and what we say instead.
_INSTEAD: dict[str, str] = {
    "Not a valid choice.": N_("Choose one of the answers shown."),
    "Invalid Choice: could not coerce.": N_("Choose one of the answers shown."),
    "'%(value)s' is not a valid choice for this field.": N_("Choose one of the answers shown."),
    "Not a valid integer value.": N_("Enter a whole number."),
    "Not a valid decimal value.": N_("Enter a number."),
    "Not a valid float value.": N_("Enter a number."),
    "Not a valid date value.": N_("Enter a real date."),
    "Not a valid time value.": N_("Enter a real time."),
    "This field is required.": N_("This has to be filled in."),
}


class _Words:
    """What WTForms asks for its words."""

    def gettext(self, string: str) -> str:
        return gettext(_INSTEAD[string]) if string in _INSTEAD else string

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(singular)


class Form(FlaskForm):
    """Base of every form. `refuse(error, words)` puts an error a service raised where the person can mend it."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Words:
            return _Words()

    def refuse(self, error: DomainError, words: str) -> None:
        """Show `words` beside the error's field, or at the top of the page when it has none."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(words)
        else:
            field.errors = [*field.errors, words]


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def strip(value: str | None) -> str | None:
    """Filter: white space at the ends was never meant, nor control characters, which PostgreSQL refuses to store.

    Line ends become one character, so that a text comes back from a browser as it was sent to it.
    """
    if not isinstance(value, str):
        return value
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


class Answered:
    """Validator: something must be there; `message` says what to do, in words for this question."""

    field_flags: dict[str, Any] = {}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is not None and field.data != [] and not (isinstance(field.data, str) and not field.data.strip()):
            return
        if field.errors and any(field.raw_data or []):
            raise StopValidation  # something was typed, and what is wrong with it has been said
        field.errors = []  # WTForms calls "nothing chosen" an invalid choice
        raise StopValidation(self.message)


class DateParts(Field):
    """A date typed as day, month and year. `data` is a date or None; `typed` keeps what was entered."""

    data: Any
    process_errors: Any

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self._typed: dict[str, str] = {}

    def typed(self, part: str) -> str:
        """Return what stands in the box `part` (day, month or year)."""
        if self._typed:
            return self._typed.get(part, "")
        return str(getattr(self.data, part)) if self.data else ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, *([data] if data is not None else []))
        if formdata is None or not any(f"{self.name}-{p}" in formdata for p in ("day", "month", "year")):
            return
        self._typed = {p: formdata.get(f"{self.name}-{p}", "").strip() for p in ("day", "month", "year")}
        self.raw_data = list(self._typed.values())
        self.data = None
        if any(self._typed.values()):
            try:
                self.data = dt.date(*(int(self._typed[p]) for p in ("year", "month", "day")))
                if self.data.year < 1900:
                    raise ValueError
            except (ValueError, OverflowError):
                self.data = None
                self.process_errors = [*self.process_errors, str(_l("Enter a real date, such as 27 3 1985."))]
