"""Forms of the member's own page that are not about the person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from core.errors import N_
from core.forms import Form
from panel.forms.fields import Choose, labelled

#: How long a break lasts, in days; 0 for until the person comes back.
BREAKS: dict[str, str] = {
    "30": N_("One month"),
    "91": N_("Three months"),
    "183": N_("Six months"),
    "0": N_("Until I come back myself"),
}


class PauseForm(Form):
    """How long to be left in peace."""

    days = Choose(
        _l("How long do you want to take a break?"), message=_l("Choose how long."), choices=labelled(BREAKS.items())
    )


class LeaveForm(Form):
    """A last look before leaving."""

    sure = BooleanField(_l("Yes, I want to leave the panel"), [InputRequired(_l("Tick the box if you want to leave."))])


class JoinGroupForm(Form):
    """A group's words, agreed to; the words are the box's hint."""

    agree = BooleanField(_l("Yes, I agree"), [InputRequired(_l("Tick the box if you agree and want to join."))])


class LeaveGroupForm(Form):
    """A press of a button."""


class ConsentForm(Form):
    """Yes or no to one thing."""

    agree = Choose(
        _l("Do you agree?"),
        message=_l("Choose yes or no."),
        choices=labelled([("yes", N_("Yes, I agree")), ("no", N_("No"))]),
    )
