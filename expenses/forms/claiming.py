"""The questions of a claim, one form a page, for the person whose costs they are and for staff who enter them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from core.forms import Answered, DateParts, Form, strip
from expenses.categories import ROLES
from expenses.forms.fields import Hundredths, Pence
from expenses.models import ForWhom, PaymentMethod

#: The radio button for "none of these".
OTHER = "other"
_SHORT, _LONG = 200, 1000


def _limit(most: int) -> Length:
    return Length(max=most, message=_l("Use %(limit)s characters or fewer.", limit=most))


class EmptyForm(Form):
    """A button."""


class WhatForForm(Form):
    """What the cost was for."""

    engagement = RadioField(_l("What was it for?"), [Answered(_l("Choose what it was for."))])
    event = StringField(
        _l("If it was something else, what was it?"),
        [_limit(_SHORT)],
        filters=[strip],
        description=_l("For example: a meeting at Oadby library."),
    )

    def validate_event(self, field: Any) -> None:
        if self.engagement.data == OTHER and not field.data:
            raise ValidationError(_l("Tell us what it was for."))


class WhoForm(Form):
    """Whose cost it was."""

    for_whom = RadioField(
        _l("Whose cost was it?"),
        [Answered(_l("Choose whose cost it was."))],
        choices=[
            SelectChoice(value=ForWhom.SELF, label=_l("My own cost")),
            SelectChoice(value=ForWhom.CARER, label=_l("The cost of somebody who came to care for me")),
            SelectChoice(value=ForWhom.ASSISTANT, label=_l("The cost of my personal assistant")),
        ],
    )
    for_words = StringField(
        _l("If it was not yours, who was it? (optional)"),
        [_limit(_SHORT)],
        filters=[strip],
        description=_l("For example: my daughter, who drives me."),
    )


class KindForm(Form):
    """What kind of cost."""

    category = RadioField(_l("What did you pay for?"), [Answered(_l("Choose what you paid for."))])


class WhenForm(Form):
    """On which day."""

    spent_on = DateParts(
        _l("Which day was it?"), [Answered(_l("Enter the day."))], description=_l("For example: 27 3 2026.")
    )


class AmountForm(Form):
    """What it cost."""

    spent_pence = Pence(
        _l("How much did it cost?"),
        [Answered(_l("Enter how much it cost."))],
        description=_l("In pounds, such as 4.20."),
    )


class HoursForm(AmountForm):
    """How many hours, and what they cost."""

    quantity_hundredths = Hundredths(
        _l("How many hours was it?"), [Answered(_l("Enter how many hours."))], description=_l("Such as 2 or 2.5.")
    )


class NightsForm(AmountForm):
    """How many nights, and what they cost."""

    quantity_hundredths = Hundredths(_l("How many nights was it?"), [Answered(_l("Enter how many nights."))])


class JourneyForm(Form):
    """From where to where, how many miles, and back in one tap."""

    origin = StringField(
        _l("Where did you start?"),
        [Answered(_l("Enter where you started.")), _limit(_SHORT)],
        filters=[strip],
        description=_l("A place or a postcode."),
    )
    destination = StringField(
        _l("Where did you go?"), [Answered(_l("Enter where you went.")), _limit(_SHORT)], filters=[strip]
    )
    miles = Hundredths(
        _l("How many miles is it one way?"),
        [Answered(_l("Enter how many miles."))],
        description=_l("Such as 6 or 6.5."),
    )
    back = BooleanField(_l("And back: I came back the same way"))

    def validate_miles(self, field: Any) -> None:
        if field.data is not None and not 0 < field.data <= 100_000:
            raise ValidationError(_l("Enter more than 0 and not more than 1,000 miles."))

    def values(self) -> dict[str, Any]:
        """Return the columns of a ClaimLine."""
        return {
            "journey": {"from": self.origin.data, "to": self.destination.data},
            "quantity_hundredths": self.miles.data * (2 if self.back.data else 1),
            "return_journey": self.back.data,
            "spent_pence": None,
        }


class TimeForm(Form):
    """In which role, and for how long."""

    role = RadioField(
        _l("What did you do?"),
        [Answered(_l("Choose what you did."))],
        choices=[SelectChoice(value=key, label=_l(words)) for key, words in ROLES.items()],
    )
    hours = Hundredths(
        _l("For how many hours?"), [Answered(_l("Enter how many hours."))], description=_l("Such as 2 or 2.5.")
    )

    def validate_hours(self, field: Any) -> None:
        if field.data is not None and not 0 < field.data <= 2400:
            raise ValidationError(_l("Enter more than 0 and not more than 24 hours."))


class ReceiptForm(Form):
    """A photo taken now, or a file that is there."""

    photo = FileField(_l("Take a photo"))
    file = FileField(_l("Or choose a photo or a PDF"), description=_l("Up to %(size)s.", size="\u206610\u00a0MB\u2069"))


class NoReceiptForm(Form):
    """Why there is none."""

    no_receipt = TextAreaField(
        _l("Why do you not have a receipt?"),
        [Answered(_l("Tell us why you do not have a receipt.")), _limit(_LONG)],
        filters=[strip],
        description=_l("For example: the machine did not give one."),
    )


class NoteForm(Form):
    """Anything else."""

    note = TextAreaField(
        _l("Is there anything we should know? (optional)"),
        [_limit(_LONG)],
        filters=[strip],
        description=_l("For example: I took a taxi because there was no bus."),
    )


class AnotherForm(Form):
    """Another cost of the same claim."""

    another = RadioField(
        _l("Do you want to add another cost?"),
        [Answered(_l("Choose yes or no."))],
        choices=[SelectChoice(value="yes", label=_l("Yes")), SelectChoice(value="no", label=_l("No"))],
    )


class PaymentForm(Form):
    """How somebody wants to be paid."""

    method = RadioField(
        _l("How do you want us to pay you?"),
        [Answered(_l("Choose how we pay you."))],
        choices=[
            SelectChoice(value=PaymentMethod.BANK, label=_l("Into a bank account")),
            SelectChoice(value=PaymentMethod.VOUCHER, label=_l("With a voucher")),
            SelectChoice(value=PaymentMethod.CHARITY, label=_l("Give the money to a charity")),
            SelectChoice(value=PaymentMethod.NONE, label=_l("I do not want to be paid")),
        ],
    )
    charity = SelectField(_l("If you choose a charity, which one?"), validate_choice=True)

    def validate_charity(self, field: Any) -> None:
        if self.method.data == PaymentMethod.CHARITY and not field.data:
            raise ValidationError(_l("Choose a charity."))


class AnswerForm(Form):
    """The answer to a question about a claim."""

    words = TextAreaField(_l("Your answer"), [Answered(_l("Write your answer.")), _limit(_LONG)], filters=[strip])
