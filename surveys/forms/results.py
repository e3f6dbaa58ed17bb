"""Forms around results."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from core.forms import Answered, Form, strip


class NamedForm(Form):
    """Whose answers in a confidential survey are to be read, and why."""

    member_id = IntegerField(
        _l("Number of the member"),
        [
            InputRequired(_l("Enter the number of a member.")),
            NumberRange(1, 2**31 - 1, message=_l("Enter the number of a member.")),
        ],
    )
    reason = TextAreaField(
        _l("Why do you need to read them?"),
        [
            Answered(_l("Give a reason. It is kept in the record of changes.")),
            Length(max=500, message=_l("Use 500 characters or fewer.")),
        ],
        filters=[strip],
    )
