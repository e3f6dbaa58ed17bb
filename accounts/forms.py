"""Forms of staff pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Regexp

from core.forms import Answered, Form, strip


class SignInForm(Form):
    email = StringField(_l("E-mail address"), [Answered(_l("Enter your e-mail address.")), Length(max=254)], [strip])
    password = PasswordField(_l("Password"), [Answered(_l("Enter your password."))])


class ForgottenPasswordForm(Form):
    email = StringField(_l("E-mail address"), [Answered(_l("Enter your e-mail address.")), Length(max=254)], [strip])


class CodeForm(Form):
    code = StringField(
        _l("Code from your app"),
        [Answered(_l("Enter the 6 figures that your app shows."))],
        [strip],
        description=_l("6 figures, such as 123 456."),
    )


class RecoveryCodeForm(Form):
    code = StringField(
        _l("Recovery code"),
        [Answered(_l("Enter one of your recovery codes."))],
        [strip],
        description=_l("12 characters, such as 7K3M-Q2XV-09BT. Each code works once."),
    )


class NewPasswordForm(Form):
    password = PasswordField(
        _l("New password"),
        [Answered(_l("Enter a new password."))],
        description=_l(
            "12 characters or more, without your name. Three or four words that have nothing to do with each other "
            "are good. You can paste it from a password manager."
        ),
    )


class ChangePasswordForm(NewPasswordForm):
    current_password = PasswordField(_l("Present password"), [Answered(_l("Enter your present password."))])


class ConfirmPasswordForm(Form):
    current_password = PasswordField(_l("Your password"), [Answered(_l("Enter your password."))])


class OwnDetailsForm(Form):
    name = StringField(
        _l("Name"), [Answered(_l("Enter your name.")), Length(max=200, message=_l("Your name is too long."))], [strip]
    )
    language = SelectField(_l("Language of your messages"))


class RolesForm(Form):
    roles = SelectMultipleField(_l("Roles"), description=_l("Somebody with no role can sign in but see nothing."))
    languages = SelectMultipleField(_l("Languages, for a translator"))

    def offer(self, roles: Sequence[Any], languages: Sequence[Any]) -> None:
        """Set what can be chosen."""
        self.roles.choices = list(roles)
        self.languages.choices = list(languages)


class InviteForm(RolesForm):
    name = StringField(
        _l("Name"),
        [Answered(_l("Enter the person's name.")), Length(max=200, message=_l("The name is too long."))],
        [strip],
    )
    email = StringField(
        _l("Work e-mail address"),
        [
            Answered(_l("Enter the person's e-mail address.")),
            Length(max=254, message=_l("The e-mail address is too long.")),
            Regexp(r"[^@\s]+@[^@\s]+\.[^@\s.]+$", message=_l("Enter an e-mail address such as name@example.org.")),
        ],
        [strip],
        description=_l("We send a link to this address."),
    )
    language = SelectField(_l("Language of their messages"))
