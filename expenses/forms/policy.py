"""Forms for the policy: figures from a day on, words in one language, payments for time, the promise."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import Answered, DateParts, Form, strip
from expenses.forms.fields import Hundredths, Pence, RatePounds
from expenses.models import ReceiptRule, Unit
from expenses.presenters.policy import FOR_WHOM, UNITS

_PER_UNIT = {Unit.MILE, Unit.HOUR, Unit.NIGHT, Unit.FIXED}


def _from() -> DateParts:
    return DateParts(
        _l("From which day does it hold?"),
        [Answered(_l("Enter the day from which it holds."))],
        description=_l("Costs of earlier days are repaid as before."),
    )


class RateForm(Form):
    """What the policy says about one category from a day on."""

    valid_from = _from()
    unit = RadioField(
        _l("What is repaid?"),
        [Answered(_l("Choose what is repaid."))],
        choices=[SelectChoice(value=key, label=_l(words)) for key, words in UNITS.items()],
    )
    rate_hundredths = RatePounds(
        _l("Amount for one"), description=_l("In pounds, such as 0.45. Leave it empty where the cost itself is repaid.")
    )
    threshold_hundredths = Hundredths(
        _l("Up to how many in a tax year?"),
        description=_l("Such as 10000 miles. Leave it empty if the amount is always the same."),
    )
    above_hundredths = RatePounds(_l("Amount for one after that"))
    cap_pence = Pence(
        _l("The most for one line"), description=_l("In pounds. Leave it empty if there is no such limit.")
    )
    receipt = RadioField(
        _l("Is a receipt needed?"),
        [Answered(_l("Choose whether a receipt is needed."))],
        choices=[
            SelectChoice(value=ReceiptRule.ALWAYS, label=_l("Always")),
            SelectChoice(value=ReceiptRule.OVER, label=_l("Only above an amount")),
            SelectChoice(value=ReceiptRule.NEVER, label=_l("Never")),
        ],
    )
    receipt_over_pence = Pence(_l("Above which amount is a receipt needed?"))
    prior = BooleanField(_l("It has to be agreed before the day"))
    prior_over_pence = Pence(
        _l("Above which amount has it to be agreed before the day?"),
        description=_l("Leave it empty if the amount does not matter."),
    )
    who = SelectMultipleField(
        _l("Whose cost may it be?"),
        [Answered(_l("Choose whose cost it may be."))],
        choices=[SelectChoice(value=key, label=_l(words)) for key, words in FOR_WHOM.items()],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    window_days = IntegerField(
        _l("Within how many days must it be claimed?"),
        [Answered(_l("Enter a number of days.")), NumberRange(1, 3660, _l("Enter a number of days from 1 to 3660."))],
    )
    source = StringField(
        _l("Where do these figures come from?"),
        [Length(max=200, message=_l("Use %(limit)s characters or fewer.", limit=200))],
        filters=[strip],
        description=_l("Such as the name and date of a paper. Only staff see this."),
    )

    def validate_rate_hundredths(self, field: Any) -> None:
        if self.unit.data in _PER_UNIT and field.data is None and not field.errors:
            raise ValidationError(_l("Enter the amount for one."))

    def validate_above_hundredths(self, field: Any) -> None:
        if (field.data is None) != (self.threshold_hundredths.data is None):
            raise ValidationError(_l("Enter both how many in a year and the amount after that, or neither."))

    def validate_receipt_over_pence(self, field: Any) -> None:
        if self.receipt.data == ReceiptRule.OVER and field.data is None and not field.errors:
            raise ValidationError(_l("Enter the amount above which a receipt is needed."))

    def values(self) -> dict[str, Any]:
        """Return the columns of a PolicyRate; what does not belong to the choices made is left out."""
        found = {name: field.data for name, field in self._fields.items() if name not in {"csrf_token"}}
        if self.unit.data == Unit.COST:
            found |= {"rate_hundredths": None, "threshold_hundredths": None, "above_hundredths": None}
        if self.receipt.data != ReceiptRule.OVER:
            found["receipt_over_pence"] = None
        return found


class WordsForm(Form):
    """What a category is called in one language."""

    name = StringField(
        _l("Name"), [Length(max=80, message=_l("Use %(limit)s characters or fewer.", limit=80))], filters=[strip]
    )
    note = TextAreaField(
        _l("What people should know"),
        [Length(max=300, message=_l("Write %(limit)s characters or fewer.", limit=300))],
        filters=[strip],
    )


class TimeForm(Form):
    """What is paid for time in one role from a day on: for a shorter and for a longer time."""

    valid_from = _from()
    hours = Hundredths(_l("Up to how many hours is the lower amount paid?"), [Answered(_l("Enter a number of hours."))])
    shorter = Pence(_l("Amount up to that time"), [Answered(_l("Enter an amount."))])
    longer = Pence(_l("Amount for a longer time"), [Answered(_l("Enter an amount."))])

    def validate_hours(self, field: Any) -> None:
        if field.data is not None and not 0 < field.data < 2400:
            raise ValidationError(_l("Enter more than 0 and less than 24 hours."))

    def lengths(self) -> dict[int, int]:
        """Return {up to so many minutes: pence}."""
        return {max(1, self.hours.data * 60 // 100): self.shorter.data, 1440: self.longer.data}


class PromiseForm(Form):
    """Within how many days a claim is paid."""

    days = IntegerField(
        _l("Within how many days of sending is a claim paid?"),
        [Answered(_l("Enter a number of days.")), NumberRange(1, 366, _l("Enter a number of days from 1 to 366."))],
    )
    valid_from = _from()


class EndForm(Form):
    """The last day on which a category is repaid."""

    valid_to = DateParts(_l("What is the last day on which it is repaid?"), [Answered(_l("Enter the last day."))])


class EmptyForm(Form):
    """A button."""
