"""Forms for payers: a run, a payment that came back, the own account, the file for the ledger, the check tables."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from core.forms import Answered, DateParts, Form, strip
from expenses import bacs, bank, ledger
from expenses.returns import CODES


class RunForm(Form):
    """Which claims, and on which day. The page lists the claims itself; what cannot be paid, the service refuses."""

    pay_on = DateParts(
        _l("On which day should the money go out?"),
        validators=[Answered(_l("Enter the day on which the bank should pay."))],
        description=_l("A working day from tomorrow on. The money is in people's accounts on the working day after."),
    )
    which = RadioField(
        _l("Which claims?"),
        default="all",
        validators=[Answered(_l("Choose which claims to pay."))],
    )
    claims = SelectMultipleField(_l("Claims that are ready"), coerce=int, validate_choice=False, choices=[])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.which.choices = [("all", _("All that are ready")), ("some", _("Only those ticked below"))]


class FailedForm(Form):
    """Why a payment came back."""

    code = RadioField(_l("What did the bank say?"), validators=[Answered(_l("Choose what the bank said."))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code.choices = [(key, _(words)) for key, words in CODES.items()]


class FileForm(Form):
    """A file to read."""

    file = FileField(_l("The file"), validators=[Answered(_l("Choose a file."))])


class ModulusForm(Form):
    """The two tables of the modulus check."""

    weights = FileField(
        _l("The table of weights (valacdos.txt)"), validators=[Answered(_l("Choose the table of weights."))]
    )
    substitutions = FileField(_l("The table of substitutions (scsubtab.txt), if there is one"))


class PayerAccountForm(Form):
    """The organisation's own account."""

    name = StringField(
        _l("Name of the account"),
        filters=[strip],
        validators=[Answered(_l("Enter the name of the account.")), Length(max=18)],
        description=_l("As it stands in files for the bank, at most 18 letters."),
    )
    service_user_number = StringField(
        _l("Service user number"),
        filters=[strip],
        validators=[Answered(_l("Enter the service user number."))],
        description=_l("The six figures that Bacs gave your organisation."),
    )
    sort_code = StringField(_l("Sort code"), filters=[strip], validators=[Answered(_l("Enter the sort code."))])
    account = StringField(_l("Account number"), filters=[strip], validators=[Answered(_l("Enter the account number."))])

    def validate_name(self, field: StringField) -> None:
        if not bank.is_bank_name(field.data or ""):
            raise ValidationError(_("Use letters from A to Z."))
        field.data = bacs.clean(field.data or "")

    def validate_service_user_number(self, field: StringField) -> None:
        if not re.fullmatch(r"[0-9]{6}", field.data or ""):
            raise ValidationError(_("Enter six figures."))

    def validate_sort_code(self, field: StringField) -> None:
        check_sort_code(field)

    def validate_account(self, field: StringField) -> None:
        check_account(field)


def check_sort_code(field: StringField) -> None:
    """Refuse what is no sort code. Raises ValidationError."""
    if bank.sort_code(field.data or "") is None:
        raise ValidationError(_("Enter a sort code with 6 figures, such as 30-94-30."))


def check_account(field: StringField) -> None:
    """Refuse what is no account number. Raises ValidationError."""
    if bank.account_number(field.data or "") is None:
        raise ValidationError(_("Enter an account number with 6 to 8 figures."))


class LedgerForm(Form):
    """Columns and codes of the ledger's file, one a line, such as `Amount = pounds` and `taxi = 5510`."""

    columns = TextAreaField(
        _l("Columns"),
        filters=[strip],
        validators=[Answered(_l("Name at least one column.")), Length(max=4000)],
        description=_l("One on each line: the heading, an equals sign, and what stands in it."),
    )
    coding = TextAreaField(
        _l("Account codes"),
        filters=[strip],
        validators=[Length(max=4000)],
        description=_l("One on each line: the kind of cost, an equals sign, and the code. “default” is for the rest."),
    )

    def validate_columns(self, field: TextAreaField) -> None:
        for name, value in pairs(field.data):
            if not name or not (value in ledger.VALUES or value.startswith("text:")):
                raise ValidationError(_("This line cannot be used: %(line)s", line=f"{name} = {value}"))

    def validate_coding(self, field: TextAreaField) -> None:
        for name, value in pairs(field.data):
            if not name or not value:
                raise ValidationError(_("This line cannot be used: %(line)s", line=f"{name} = {value}"))


def pairs(text: str | None) -> list[tuple[str, str]]:
    """Return the (left, right) of each line `left = right`; a line without an equals sign has an empty right."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    return [(left.strip(), right.strip()) for left, _sign, right in (line.partition("=") for line in lines)]
