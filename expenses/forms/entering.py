"""What staff fill in when they make a claim for somebody, look after organisations, or answer before the day."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from core.forms import Answered, Form, strip
from expenses.forms.fields import Pence
from expenses.models import ClaimKind


class EnterForm(Form):
    """Whose claim it is, and how it came."""

    whose = StringField(
        _l("Whose claim is it?"),
        [Answered(_l("Enter a member's number, e-mail address or phone number.")), Length(max=254)],
        filters=[strip],
        description=_l("The member's number, e-mail address or phone number."),
    )
    how = RadioField(
        _l("How did it come?"),
        [Answered(_l("Choose how it came."))],
        choices=[
            SelectChoice(value="paper", label=_l("On paper")),
            SelectChoice(value="phone", label=_l("By phone")),
        ],
    )
    kind = RadioField(
        _l("What is it for?"),
        [Answered(_l("Choose what it is for."))],
        choices=[
            SelectChoice(value=ClaimKind.COSTS, label=_l("What the person spent")),
            SelectChoice(value=ClaimKind.TIME, label=_l("The person's time")),
        ],
    )


class OrganisationForm(Form):
    """An organisation that is paid for its time."""

    name = StringField(
        _l("Name of the organisation"),
        [Answered(_l("Enter the name.")), Length(max=120, message=_l("Use %(limit)s characters or fewer.", limit=120))],
        filters=[strip],
    )
    email = StringField(
        _l("E-mail address for what becomes of their invoices"),
        [Answered(_l("Enter an e-mail address.")), Length(max=254)],
        filters=[strip],
    )
    language = SelectField(_l("Language of messages to them"))

    def validate_email(self, field: Any) -> None:
        name, _at, host = (field.data or "").rpartition("@")
        if not name or "." not in host or " " in field.data:
            raise ValidationError(_l("Enter an e-mail address such as name@example.org."))


class DecideForm(Form):
    """The answer to a question before the day."""

    decision = RadioField(
        _l("What is your answer?"),
        [Answered(_l("Choose your answer."))],
        choices=[SelectChoice(value="agree", label=_l("Agree")), SelectChoice(value="refuse", label=_l("Say no"))],
    )
    pence = Pence(_l("Up to how much?"), description=_l("Only if you agree."))
    words = TextAreaField(
        _l("What do you want to say to the person?"),
        [Length(max=1000, message=_l("Use %(limit)s characters or fewer.", limit=1000))],
        filters=[strip],
        description=_l("Say why, if the answer is no. The person reads this in the language you write it in."),
    )

    def validate_pence(self, field: Any) -> None:
        if self.decision.data == "agree" and not field.data and not field.errors:
            raise ValidationError(_l("Enter up to how much."))
