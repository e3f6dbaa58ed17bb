"""What staff fill in when they make a claim for somebody, look after organisations, or answer before the day."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from core.forms import Answered, DateParts, Form, strip
from expenses.forms.claiming import OTHER
from expenses.forms.fields import Pence
from expenses.models import ClaimKind, PriorKind


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


class AskForForm(Form):
    """What somebody asks before the day, on the phone or on paper; all on one page, for staff who hear it in one go."""

    whose = StringField(
        _l("Who asks?"),
        [Answered(_l("Enter a member's number, e-mail address or phone number.")), Length(max=254)],
        filters=[strip],
        description=_l("The member's number, e-mail address or phone number."),
    )
    kind = RadioField(
        _l("What do they need?"),
        [Answered(_l("Choose what they need."))],
        choices=[
            SelectChoice(value=PriorKind.APPROVAL, label=_l("They pay it, and want to know if we pay it back")),
            SelectChoice(value=PriorKind.PREPAID, label=_l("We book and pay it for them")),
            SelectChoice(value=PriorKind.ADVANCE, label=_l("They need the money before the day")),
        ],
    )
    engagement = SelectField(_l("What do they take part in?"), [Answered(_l("Choose what they take part in."))])
    event = StringField(
        _l("If it is something else, what is it?"),
        [Length(max=200, message=_l("Use %(limit)s characters or fewer.", limit=200))],
        filters=[strip],
    )
    category = SelectField(_l("What do they need to pay for?"), [Answered(_l("Choose what they need to pay for."))])
    day = DateParts(
        _l("On which day is it?"), [Answered(_l("Enter the day."))], description=_l("For example: 27 3 2026.")
    )
    asked_pence = Pence(
        _l("How much will it cost?"), description=_l("In pounds, such as 24.50. Needed for money before the day.")
    )
    words = TextAreaField(
        _l("What is it and why do they need it?"),
        [
            Answered(_l("Write what it is and why they need it.")),
            Length(max=1000, message=_l("Use %(limit)s characters or fewer.", limit=1000)),
        ],
        filters=[strip],
    )

    def validate_event(self, field: Any) -> None:
        if self.engagement.data == OTHER and not field.data:
            raise ValidationError(_l("Say what it is."))

    def validate_asked_pence(self, field: Any) -> None:
        if self.kind.data == PriorKind.ADVANCE and not field.data and not field.errors:
            raise ValidationError(_l("Enter how much money they need."))

    def said(self) -> dict[str, Any]:
        """Return what services.prior.ask takes."""
        other = self.engagement.data == OTHER
        return {
            "engagement_id": None if other else int(self.engagement.data),
            "event": self.event.data or "" if other else "",
            "pence": self.asked_pence.data,
            "words": self.words.data or "",
        }


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
