"""The form of a budget."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from core.forms import Answered, DateParts, Form, strip
from expenses.forms.fields import Pence


class BudgetForm(Form):
    """What is set aside, from when until when, who answers for it, and what is expected."""

    set_pence = Pence(
        _l("How much is set aside?"),
        [Answered(_l("Enter the amount that is set aside."))],
        description=_l("In pounds."),
    )
    starts_on = DateParts(_l("From which day?"), [Answered(_l("Enter the first day."))])
    ends_on = DateParts(_l("Until which day?"), [Answered(_l("Enter the last day."))])
    holder_id = SelectField(
        _l("Who holds the budget?"),
        [Answered(_l("Choose who holds the budget."))],
        description=_l("Only this person can authorise claims that go past it."),
    )
    expected_people = IntegerField(
        _l("How many people are expected to claim?"),
        [Optional(), NumberRange(0, 100_000, _l("Enter a number of people from 0 to 100,000."))],
        description=_l("Leave it empty if nobody knows yet. The forecast is made from it."),
    )
    expected_each_pence = Pence(_l("What is each expected to cost?"), description=_l("In pounds, on average."))
    coding = StringField(
        _l("Cost centre or project"),
        [Length(max=60, message=_l("Use %(limit)s characters or fewer.", limit=60))],
        filters=[strip],
        description=_l("As the ledger calls it."),
    )

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day cannot be before the first day."))

    def validate_expected_each_pence(self, field: Any) -> None:
        if (field.data is None) != (self.expected_people.data is None) and not field.errors:
            raise ValidationError(_("Enter both how many people and what each costs, or neither."))

    def values(self) -> dict[str, Any]:
        """Return the columns of a Budget."""
        found = {name: field.data for name, field in self._fields.items() if name != "csrf_token"}
        return found | {"holder_id": int(found["holder_id"]), "coding": found["coding"] or ""}
