"""A page for staff that shows every component there is, as it stands and with an error, for whoever builds a page."""

from __future__ import annotations

import datetime as dt

from flask import Flask, render_template, request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from core import access
from core.forms import Answered, DateParts, Form

_COLOURS = [
    SelectChoice("red", _l("Red")),
    SelectChoice("green", _l("Green")),
    SelectChoice("blue", _l("Blue")),
    SelectChoice("none", _l("None of these")),
]


class Example(Form):
    """One field of each kind; nothing is done with it."""

    text = StringField(_l("Short text"), [Answered(_l("Enter a short text."))], description=_l("A hint in grey."))
    email = StringField(_l("E-mail address"), [Answered(_l("Enter an e-mail address."))])
    amount = StringField(_l("Amount"), [Answered(_l("Enter an amount."))])
    long_text = TextAreaField(_l("Long text"), [Answered(_l("Enter a long text."))])
    choice = SelectField(
        _l("One from a list"), [Answered(_l("Choose one."))], choices=[SelectChoice("", ""), *_COLOURS]
    )
    radios = RadioField(_l("One choice"), [Answered(_l("Choose a colour."))], choices=_COLOURS, default="blue")
    inline = RadioField(
        _l("One choice in a row"),
        [Answered(_l("Choose yes or no."))],
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
    )
    boxes = SelectMultipleField(
        _l("Several choices"), [Answered(_l("Choose one or more."))], choices=_COLOURS, default=["red"]
    )
    agreed = BooleanField(_l("A box on its own"), description=_l("What agreeing means."))
    date = DateParts(_l("A date"), [Answered(_l("Enter a date."))])
    file = FileField(_l("A file"))


def init_app(app: Flask) -> None:
    """Show the components at /staff/components."""

    @app.get("/staff/components")
    @access.signed_in_staff
    def components() -> str:
        form = Example(formdata=None, meta={"csrf": False})
        if request.args.get("state") == "refused":
            typed = MultiDict({"date-day": "31", "date-month": "2", "date-year": "2026"})
            form = Example(formdata=typed, meta={"csrf": False})
            form.validate()
        return render_template("components_page.html", form=form, today=dt.date(2026, 3, 3))
