"""Saying which member of the panel is a member of staff, so that they never decide about their own claim."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length

from core.forms import Answered, Form, strip


class ColleagueForm(Form):
    """A member, and who of the staff they are."""

    whose = StringField(
        _l("Which member is it?"),
        [Answered(_l("Enter a member's number, e-mail address or phone number.")), Length(max=254)],
        filters=[strip],
        description=_l("The member's number, e-mail address or phone number."),
    )
    colleague = SelectField(_l("Which colleague are they?"), [Answered(_l("Choose the colleague."))])
