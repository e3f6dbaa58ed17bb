"""Forms of the rules of asking: caps with the day they begin, and quiet periods."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from core import clock
from core.forms import Answered, DateParts, Form, strip


def _reason(label: Any) -> TextAreaField:
    return TextAreaField(
        label,
        [Answered(_l("Give a reason.")), Length(max=500, message=_l("Use at most 500 characters."))],
        filters=[strip],
    )


def _number(label: Any, highest: int) -> IntegerField:
    message = _l("Enter a whole number from %(lowest)s to %(highest)s, or leave it empty.", lowest=1, highest=highest)
    return IntegerField(label, [Optional(), NumberRange(1, highest, message)])


class RuleForm(Form):
    """Up to three caps, each a number of asks within a number of days."""

    most_1 = _number(_l("At most so many requests …"), 366)
    days_1 = _number(_l("… in so many days"), 1096)
    most_2 = _number(_l("And at most so many requests …"), 366)
    days_2 = _number(_l("… in so many days (second limit)"), 1096)
    most_3 = _number(_l("And at most so many requests … (third limit)"), 366)
    days_3 = _number(_l("… in so many days (third limit)"), 1096)
    starts_on = DateParts(_l("From which day?"), [Answered(_l("Enter the day from which this holds."))])
    reason = _reason(_l("Why?"))

    def caps(self) -> dict[int, int]:
        """Return {days: most}."""
        return {self[f"days_{n}"].data: self[f"most_{n}"].data for n in (1, 2, 3) if self[f"days_{n}"].data}

    def validate(self, extra_validators: Any = None) -> bool:
        """Need both numbers of each cap, and at least one cap: no limit at all is nobody's decision to make.

        Not as a check of one field: WTForms runs none on a field that may be empty and is.
        """
        valid = bool(super().validate(extra_validators))
        for n in (1, 2, 3):
            most, days = self[f"most_{n}"], self[f"days_{n}"]
            if (most.data is None) != (days.data is None) and not (most.errors or days.errors):
                most.errors = [gettext("Fill in both numbers of a limit, or none.")]
                valid = False
        spans = [self[f"days_{n}"].data for n in (1, 2, 3) if self[f"days_{n}"].data]
        if valid and not spans:
            self.most_1.errors, valid = [gettext("Enter at least one limit.")], False
        if valid and len(set(spans)) < len(spans):
            self.days_1.errors, valid = [gettext("Two limits have the same number of days.")], False
        return valid

    def validate_starts_on(self, field: Any) -> None:
        """Need today or a later day: what held in the past stays as it was."""
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_l("Enter today or a later day."))


class QuietForm(Form):
    """Days on which nobody, or nobody of an area or a group, is asked."""

    starts_on = DateParts(_l("First day"), [Answered(_l("Enter the first day."))])
    ends_on = DateParts(_l("Last day"), [Answered(_l("Enter the last day."))])
    area = SelectField(_l("Of which area?"), coerce=int)
    group = SelectField(_l("Of which group?"), coerce=int)
    reason = _reason(_l("Why?"))

    def validate_ends_on(self, field: Any) -> None:
        """Need an end that is not before the beginning."""
        if field.data is not None and self.starts_on.data is not None and field.data < self.starts_on.data:
            raise ValidationError(_l("The last day must not be before the first."))
