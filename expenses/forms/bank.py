"""The form for bank details, for the person whose account it is and for staff who enter it for them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length, ValidationError

from core.forms import Answered, Form, strip
from expenses import bank
from expenses.forms.paying import check_account, check_sort_code


class BankDetailsForm(Form):
    """An account: any spacing, and a roll number where there is one."""

    holder = StringField(
        _l("Name on the account"),
        filters=[strip],
        validators=[Answered(_l("Enter the name on the account.")), Length(max=100)],
        description=_l("As it stands on your bank card."),
    )
    sort_code = StringField(
        _l("Sort code"),
        filters=[strip],
        validators=[Answered(_l("Enter the sort code."))],
        description=_l("It has 6 figures, such as 30-94-30. It is on your bank card."),
    )
    account = StringField(
        _l("Account number"),
        filters=[strip],
        validators=[Answered(_l("Enter the account number."))],
        description=_l("It has 6 to 8 figures. It is on your bank card."),
    )
    roll = StringField(
        _l("Building society roll number (optional)"),
        filters=[strip],
        description=_l("Only if you have one. It is on your card, statement or passbook."),
    )

    def validate_holder(self, field: StringField) -> None:
        if not bank.is_bank_name(field.data or ""):
            raise ValidationError(_("Write the name in the letters A to Z, as it stands on the bank card."))

    def validate_sort_code(self, field: StringField) -> None:
        check_sort_code(field)

    def validate_account(self, field: StringField) -> None:
        check_account(field)

    def validate_roll(self, field: StringField) -> None:
        if bank.roll_number(field.data or "") is None:
            raise ValidationError(_("A roll number has at most 18 letters and figures."))

    def numbers(self) -> bank.Numbers:
        """Return the account in plain figures; the form is valid."""
        return bank.Numbers(
            bank.sort_code(self.sort_code.data or "") or "",
            bank.account_number(self.account.data or "") or "",
            bank.roll_number(self.roll.data or "") or "",
        )
