"""Forms about what is left of money given before the day."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from core.forms import Answered, Form, strip
from expenses.models import Outcome


class CloseForm(Form):
    """What became of it."""

    outcome = RadioField(
        _l("What became of the money?"),
        [Answered(_l("Choose what became of the money."))],
        choices=[
            SelectChoice(value=Outcome.RETURNED, label=_l("It has been given back")),
            SelectChoice(value=Outcome.WAIVED, label=_l("It need not be given back")),
        ],
    )
    reason = TextAreaField(
        _l("If it need not be given back, why?"),
        [Length(max=1000, message=_l("Use %(limit)s characters or fewer.", limit=1000))],
        filters=[strip],
        description=_l("Only staff read this."),
    )

    def validate_reason(self, field: Any) -> None:
        if self.outcome.data == Outcome.WAIVED and not field.data and not field.errors:
            raise ValidationError(_l("Say why it need not be given back."))


class GiveBackForm(Form):
    """How money is given back, in one language."""

    words = TextAreaField(
        _l("To whom and how is money given back?"),
        [Length(max=1000, message=_l("Write %(limit)s characters or fewer.", limit=1000))],
        filters=[strip],
        description=_l("People read this on their page and in a message. Empty means as the program says it."),
    )
