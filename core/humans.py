"""Telling people from programs without a puzzle: a box nobody sees, and how long the form lay open.

A form adds the `Humans` mixin and its page the `humans(form)` macro. What it refuses can be sent again by a person.
"""

from __future__ import annotations

import itsdangerous
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, HiddenField, StringField
from wtforms.validators import ValidationError

from core import clock, config

#: Nobody reads and fills in a page faster than this many seconds.
QUICKEST = 2
#: A form that lay open for longer must be sent once more, with a fresh token.
LONGEST = 24 * 60 * 60


def _signer() -> itsdangerous.Signer:
    return itsdangerous.Signer(config.settings().secret_key, salt="core.humans")


def token() -> str:
    """Return the present moment, signed."""
    return _signer().sign(str(int(clock.now().timestamp()))).decode()


def seconds_since(signed: str | None) -> float | None:
    """Return how long ago `token()` was asked for, or None when it is not one of ours."""
    try:
        then = int(_signer().unsign((signed or "").encode()))
    except (itsdangerous.BadData, ValueError):
        return None
    return clock.now().timestamp() - then


class Humans(Form):
    """Mixin for forms that anybody may send."""

    #: Hidden from people; programs that fill in everything fill it in. Not called anything a browser would fill in.
    anything_else = StringField(_l("Leave this box empty"))
    opened = HiddenField()

    def validate_anything_else(self, field: Field) -> None:
        """Refuse what only a program would send."""
        if field.data:
            raise ValidationError(_l("Leave the last box empty."))

    def validate_opened(self, field: Field) -> None:
        """Refuse what came too fast, or from a page of another day, and let the next try pass."""
        elapsed = seconds_since(field.data)
        if elapsed is None or elapsed > LONGEST:
            field.data = token()
            raise ValidationError(_l("This page was open for too long. Press the button again."))
        if elapsed < QUICKEST:
            raise ValidationError(_l("That was very quick. Wait a moment, then press the button again."))
