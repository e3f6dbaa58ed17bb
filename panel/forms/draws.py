"""Forms of draws, one decision each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from core.forms import Answered, DateParts, Form, strip
from panel.draws.naming import METHODS
from panel.draws.planning import PLAN
from panel.forms.fields import Choose, Tick, named
from panel.lottery.algorithms import ALGORITHMS
from panel.models import Draw, DrawQuota

_MOST = 100_000
_WHOLE = _l("Enter a whole number.")


def _between(low: int, high: int, words: Any) -> NumberRange:
    return NumberRange(low, high, message=words)


class AboutForm(Form):
    """What the draw is for."""

    title = StringField(
        _l("What are people chosen for?"),
        [
            Answered(_l("Say in a few words what people are chosen for.")),
            Length(max=200, message=_l("Use 200 characters or fewer.")),
        ],
        filters=[strip],
        description=_l("Everybody reads this. For example: People’s jury on GP appointments"),
    )
    engagement_id = SelectField(
        _l("Which engagement is it part of?"), coerce=lambda value: int(value) if value else None, validate_choice=True
    )


class WhoForm(Form):
    """Who can be chosen."""

    area_ids = Tick(_l("People of which areas?"), coerce=int, description=_l("None: of all areas."))
    group_ids = Tick(_l("People of which groups?"), coerce=int, description=_l("None: of the whole panel."))


class SizeForm(Form):
    """How many."""

    size = IntegerField(
        _l("How many people do you want?"),
        [Answered(_l("Enter how many people you want.")), _between(1, _MOST, _l("Enter a number from 1 to 100,000."))],
    )
    reserves = IntegerField(
        _l("How many more stand ready?"),
        [Optional(), _between(0, _MOST, _l("Enter a number from 0 to 100,000."))],
        description=_l("Reserves are called in their order when somebody says no."),
    )


class MethodForm(Form):
    """How chances are shared out."""

    algorithm = Choose(
        _l("How are chances shared out?"),
        message=_l("Choose one of the ways."),
        choices=named((key, _l(METHODS[key])) for key in ALGORITHMS),
    )


class FeaturesForm(Form):
    """What the group must be like the population in."""

    features = Tick(_l("In what must the group be like the people who live here?"))
    within = IntegerField(
        _l("By how many seats may it be off?"),
        [Answered(_WHOLE), _between(0, 1000, _l("Enter a number from 0 to 1,000."))],
        description=_l("With 2, a group that should have 10 carers may have 8 to 12."),
    )

    def validate_features(self, field: Any) -> None:
        """Something must be chosen."""
        Answered(_l("Choose at least one."))(self, field)


class ResponsesForm(Form):
    """How many are expected to say yes."""

    everybody = Choose(
        _l("Will everybody who is asked say yes?"),
        message=_l("Choose one."),
        choices=named(
            [("yes", _l("Yes: draw as many as are wanted")), ("no", _l("No: draw more, so that enough say yes"))]
        ),
    )
    rate = IntegerField(
        _l("How many of 100 people will say yes?"),
        [Optional(), _between(1, 100, _l("Enter a number from 1 to 100."))],
    )
    feature = SelectField(
        _l("Is it different for some people?"),
        description=_l("Choose what it depends on. You can then enter a number for each group."),
    )

    def validate_rate(self, field: Any) -> None:
        """Without a number nothing can be worked out."""
        if self.everybody.data == "no":
            Answered(_l("Enter how many of 100 people will say yes."))(self, field)


def rates_form(pairs: Iterable[tuple[str, str]]) -> type[Form]:
    """Return a form with one number for each (category, label)."""
    ranged = _between(1, 100, _l("Enter a number from 1 to 100."))
    fields = {f"rate-{key}": IntegerField(label, [Answered(_WHOLE), ranged]) for key, label in pairs}
    return type("RatesForm", (Form,), fields)


def quotas_form(rows: Iterable[DrawQuota], size: int) -> type[Form]:
    """Return a form with the least and the most of each quota, which may cross nowhere."""
    ranged = _between(0, size, _l("Enter a number from 0 to the number of people you want."))
    fields: dict[str, Any] = {}
    for row in rows:
        fields[f"least-{row.order}"] = IntegerField(_l("At least"), [Answered(_WHOLE), ranged])
        fields[f"most-{row.order}"] = IntegerField(_l("At most"), [Answered(_WHOLE), ranged, _not_below(row.order)])
    return type("QuotasForm", (Form,), fields)


def _not_below(order: int) -> Any:
    def check(form: Any, field: Any) -> None:
        least = form[f"least-{order}"].data
        if least is not None and field.data is not None and field.data < least:
            raise ValidationError(_l("“At most” must not be less than “at least”."))

    return check


class FixForm(Form):
    """Where the randomness will come from."""

    source = TextAreaField(
        _l("Which value will it be, and where can everybody look it up?"),
        [
            Answered(_l("Say which value it is and where to find it.")),
            Length(max=500, message=_l("Use 500 characters or fewer.")),
        ],
        filters=[strip],
        description=_l(
            "For example: the six main numbers of the national lottery on Saturday, as its website shows them, in "
            "rising order with spaces between."
        ),
    )
    source_on = DateParts(_l("On which day will it be known?"), [Answered(_l("Enter the day."))])


class HoldForm(Form):
    """The public value."""

    public_value = StringField(
        _l("The public value"),
        [Answered(_l("Enter the value.")), Length(max=500, message=_l("Use 500 characters or fewer."))],
        filters=[strip],
    )


class CancelForm(Form):
    """Why a draw is given up."""

    reason = TextAreaField(
        _l("Why is it cancelled?"),
        [Answered(_l("Give a reason.")), Length(max=1000, message=_l("Use 1,000 characters or fewer."))],
        filters=[strip],
        description=_l("Once a draw was fixed everybody can read this."),
    )


def values_of(draw: Draw) -> dict[str, Any]:
    """Return what the forms of the plan show of a draw."""
    rates = draw.responses.get("rates") or {}
    return {name: getattr(draw, name) for name in PLAN} | {
        "area_ids": draw.audience.get("area_ids", []),
        "group_ids": draw.audience.get("group_ids", []),
        "everybody": "no" if rates else "yes",
        "rate": rates.get(""),
        "feature": draw.responses.get("feature", ""),
    }
