"""Asking before the day."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from core.forms import Answered, DateParts, Form, strip
from expenses.forms.fields import Pence
from expenses.models import PriorKind


class AskForm(Form):
    """What somebody wants, for what, on which day."""

    kind = RadioField(
        _l("What do you need?"),
        [Answered(_l("Choose what you need."))],
        choices=[
            SelectChoice(value=PriorKind.APPROVAL, label=_l("I pay it, and want to know if you pay it back")),
            SelectChoice(value=PriorKind.PREPAID, label=_l("Please book and pay it for me")),
            SelectChoice(value=PriorKind.ADVANCE, label=_l("Please give me the money before the day")),
        ],
    )
    category = SelectField(_l("What is it for?"), [Answered(_l("Choose what it is for."))])
    day = DateParts(_l("On which day is it?"), [Answered(_l("Enter the day."))])
    asked_pence = Pence(
        _l("How much will it cost?"), description=_l("In pounds, such as 24.50. Leave it empty if you do not know.")
    )
    words = TextAreaField(
        _l("Tell us what it is and why you need it"),
        [
            Answered(_l("Tell us what it is and why you need it.")),
            Length(max=1000, message=_l("Use %(limit)s characters or fewer.", limit=1000)),
        ],
        filters=[strip],
    )

    def validate_asked_pence(self, field: Any) -> None:
        if self.kind.data == PriorKind.ADVANCE and not field.data and not field.errors:
            field.errors = [str(_l("Enter how much money you need."))]
