"""The form of the page on whom to recruit next."""

from __future__ import annotations

import datetime as dt

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from core.forms import Form


class PlanForm(Form):
    """By when, and for a panel of how many."""

    class Meta(Form.Meta):
        csrf = False  # it only asks

    month = SelectField(_l("By the beginning of"))
    size = IntegerField(
        _l("How many people should the panel have? (optional)"),
        [Optional(), NumberRange(min=10, max=1_000_000, message=_l("Enter a number from 10 to 1,000,000."))],
        description=_l("Leave it blank for as many as now."),
    )


def months(today: dt.date, how_many: int) -> list[dt.date]:
    """Return the first days of the months to come."""
    return [dt.date(today.year + (today.month + i) // 12, (today.month + i) % 12 + 1, 1) for i in range(how_many)]
