"""Asking before the day, one question a page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from core.forms import Answered, DateParts, Form, strip
from expenses.forms.claiming import OTHER
from expenses.forms.fields import Pence
from expenses.models import PriorKind


class NeedForm(Form):
    """What somebody needs of us."""

    kind = RadioField(
        _l("What do you need?"),
        [Answered(_l("Choose what you need."))],
        choices=[
            SelectChoice(value=PriorKind.APPROVAL, label=_l("I pay it, and want to know if you pay it back")),
            SelectChoice(value=PriorKind.PREPAID, label=_l("Please book and pay it for me")),
            SelectChoice(value=PriorKind.ADVANCE, label=_l("Please give me the money before the day")),
        ],
    )


class EventForm(Form):
    """What somebody takes part in."""

    engagement = RadioField(_l("What are you taking part in?"), [Answered(_l("Choose what you are taking part in."))])
    event = StringField(
        _l("If it is something else, what is it?"),
        [Length(max=200, message=_l("Use %(limit)s characters or fewer.", limit=200))],
        filters=[strip],
        description=_l("For example: a meeting at Oadby library."),
    )

    def validate_event(self, field: Any) -> None:
        if self.engagement.data == OTHER and not field.data:
            raise ValidationError(_l("Tell us what it is."))

    def said(self) -> dict[str, Any]:
        """Return what is kept of it."""
        other = self.engagement.data == OTHER
        return {
            "engagement_id": None if other else int(self.engagement.data),
            "event": self.event.data if other else "",
        }


class CategoryForm(Form):
    """For what kind of cost."""

    category = RadioField(_l("What do you need to pay for?"), [Answered(_l("Choose what you need to pay for."))])


class DayForm(Form):
    """On which day."""

    day = DateParts(
        _l("On which day is it?"), [Answered(_l("Enter the day."))], description=_l("For example: 27 3 2026.")
    )


class CostForm(Form):
    """What it will cost, where that is known."""

    asked_pence = Pence(
        _l("How much will it cost?"), description=_l("In pounds, such as 24.50. Leave it empty if you do not know.")
    )


class AdvanceForm(Form):
    """How much money somebody needs before the day."""

    asked_pence = Pence(
        _l("How much money do you need?"),
        [Answered(_l("Enter how much money you need."))],
        description=_l("In pounds, such as 24.50."),
    )

    def validate_asked_pence(self, field: Any) -> None:
        if field.data == 0:
            field.errors = [str(_l("Enter how much money you need."))]


class WhyForm(Form):
    """What it is and why."""

    words = TextAreaField(
        _l("Tell us what it is and why you need it"),
        [
            Answered(_l("Tell us what it is and why you need it.")),
            Length(max=1000, message=_l("Use %(limit)s characters or fewer.", limit=1000)),
        ],
        filters=[strip],
        description=_l("For example: a taxi to the meeting, because no bus has room for my wheelchair."),
    )
