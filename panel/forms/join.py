"""Forms of joining and signing in that are not about the person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import ValidationError

from core.forms import Answered, Form, strip
from core.humans import Humans
from panel.forms.fields import is_email


class CheckForm(Form, Humans):
    """The button under the answers, and what tells people from programs."""


class AddressForm(Form):
    """An e-mail address to which a link is sent."""

    email = StringField(
        _l("What is your e-mail address?"), filters=[strip], validators=[Answered(_l("Enter your e-mail address."))]
    )

    def validate_email(self, field: Field) -> None:
        """Refuse what is no address; say nothing on whether we know it."""
        if not is_email(field.data):
            raise ValidationError(_l("Enter an e-mail address in the right form, such as name@example.com."))
