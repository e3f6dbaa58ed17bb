"""The one form of this room: what to do about a message nobody else can settle."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from core.forms import Answered, Form


class SettleForm(Form):
    """`choices` depend on what happened to the message."""

    choice = RadioField(_l("What should happen?"), validators=[Answered(_l("Choose what should happen."))])
