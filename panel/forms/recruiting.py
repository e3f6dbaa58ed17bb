"""Forms of recruiting: channels, partner organisations, campaigns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from core.errors import N_
from core.forms import Answered, DateParts, Form, strip
from panel import bands
from panel.forms.fields import Choose, Tick, is_email, is_phone, labelled, named
from panel.recruiting.kinds import AIMED, CHANNELS, KEY, PARTNERS

_POUNDS = re.compile(r"£?\s*(\d{1,7})(?:\.(\d{2}))?")


def at_most(limit: int) -> Length:
    """Return the check for texts of so many characters."""
    return Length(max=limit, message=_l("Use at most %(limit)s characters.", limit=limit))


class Pounds(StringField):
    """An amount of money; `data` is in pence, None where nothing was entered."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read an amount such as 120 or £99.50."""
        typed = (valuelist[0] if valuelist else "").strip().replace(",", "")
        self.data = None
        if not typed:
            return
        found = _POUNDS.fullmatch(typed)
        if found is None:
            raise ValueError(_l("Enter an amount in pounds, such as 120 or 99.50."))
        self.data = int(found[1]) * 100 + int(found[2] or 0)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data / 100:.2f}" if self.data is not None else ""


class KeyForm(Form):
    """What is asked once, when something is added."""

    key = StringField(
        _l("Short name for links"),
        [Answered(_l("Enter a short name."))],
        filters=[strip, lambda typed: typed.lower() if isinstance(typed, str) else typed],
        description=_l("Small letters, numbers and hyphens, such as oakham-library. It cannot be changed later."),
    )

    def validate_key(self, field: Field) -> None:
        """Take what can be typed from a poster and stands in a link as it is."""
        if not KEY.fullmatch(field.data or ""):
            raise ValidationError(_l("Use at most 40 small letters, numbers and hyphens, such as oakham-library."))


def _name(words: Any) -> StringField:
    return StringField(words, [Answered(_l("Enter a name.")), at_most(200)], filters=[strip])


def group_fields() -> dict[str, Any]:
    """Return a field of boxes for each feature that people can be aimed at by."""
    return {
        f"group_{feature}": Tick(_l(bands.FEATURES[feature].label), choices=labelled(_categories(feature)))
        for feature in AIMED
    }


def _categories(feature: str) -> Iterable[tuple[str, str]]:
    return ((f"{feature}:{c}", label) for c, label in bands.FEATURES[feature].categories.items())


def chosen_groups(form: Any) -> list[str]:
    """Return the groups ticked in all fields of `group_fields`."""
    return [group for feature in AIMED for group in form[f"group_{feature}"].data or []]


def filled_groups(groups: Iterable[str]) -> dict[str, list[str]]:
    """Return what to fill the fields of `group_fields` in with."""
    kept = list(groups)
    return {f"group_{feature}": [g for g in kept if g.startswith(f"{feature}:")] for feature in AIMED}


class _Partner(Form):
    kind = Choose(
        _l("What kind of organisation is it?"),
        message=_l("Choose what kind of organisation it is."),
        choices=labelled(PARTNERS.items()),
    )
    name = _name(_l("Name of the organisation"))
    areas = Tick(_l("Where does it work? (optional)"))
    reaches = TextAreaField(
        _l("Whom does it reach? (optional)"),
        [at_most(1000)],
        filters=[strip],
        description=_l("For example people in temporary housing, Deaf people or farming families. No names."),
    )
    contact_name = StringField(_l("Whom do we know there? (optional)"), [at_most(120)], filters=[strip])
    contact_email = StringField(_l("Their e-mail address (optional)"), filters=[strip])
    contact_phone = StringField(_l("Their phone number (optional)"), filters=[strip])
    agreement_on = DateParts(_l("When was the agreement signed? (optional)"))
    agreement_review_on = DateParts(_l("When is the agreement to be looked at again? (optional)"))
    data_sharing = TextAreaField(
        _l("What does the agreement say about sharing data? (optional)"),
        [at_most(2000)],
        filters=[strip],
        description=_l("Who is responsible for what, what people are told, and how lists come to us."),
    )

    def validate_contact_email(self, field: Field) -> None:
        """Take an address, or nothing."""
        if field.data and not is_email(field.data):
            raise ValidationError(_l("Enter an e-mail address in the right form, such as name@example.com."))

    def validate_contact_phone(self, field: Field) -> None:
        """Take a number, or nothing."""
        if field.data and not is_phone(field.data):
            raise ValidationError(_l("Enter a phone number, such as 0116 496 0000 or 07700 900123."))

    def validate_agreement_review_on(self, field: Field) -> None:
        """Need an agreement, and a day after it."""
        if field.data and not self.agreement_on.data and not self.agreement_on.errors:
            raise ValidationError(_l("Enter when the agreement was signed first."))
        if field.data and self.agreement_on.data and field.data < self.agreement_on.data:
            raise ValidationError(_l("Enter a day after the agreement was signed."))


class _Channel(Form):
    kind = Choose(
        _l("What kind of channel is it?"),
        message=_l("Choose what kind of channel it is."),
        choices=labelled(CHANNELS.items()),
    )
    name = _name(_l("Name of the channel"))
    partner = SelectField(_l("Which partner does it go through?"), validate_choice=False)
    starts_on = DateParts(_l("From when is it used?"), [Answered(_l("Enter the first day."))])
    ends_on = DateParts(_l("Until when is it used? (optional)"))
    cost = Pounds(_l("What does it cost, in pounds? (optional)"))
    areas = Tick(_l("Which areas is it for? (optional)"))

    def validate_partner(self, field: Field) -> None:
        """Take one of the partners offered."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose one of the answers shown."))

    def validate_ends_on(self, field: Field) -> None:
        """Need a day that is not before the first."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("Enter a day that is not before the first day."))


def _with_groups(name: str, *bases: type[Form]) -> type[Form]:
    return type(name, bases, group_fields())


PartnerForm = _with_groups("PartnerForm", _Partner)
NewPartnerForm = _with_groups("NewPartnerForm", KeyForm, _Partner)
ChannelForm = _with_groups("ChannelForm", _Channel)
NewChannelForm = _with_groups("NewChannelForm", KeyForm, _Channel)

#: Rows for aims that are offered empty.
SPARE = 3
MOST_AIMS = 20


class _Campaign(Form):
    name = _name(_l("Name of the campaign"))
    starts_on = DateParts(_l("When does it begin?"), [Answered(_l("Enter the first day."))])
    due_on = DateParts(_l("By when should the people be there?"), [Answered(_l("Enter the last day."))])
    channels = Tick(_l("Which channels are used? (optional)"))
    partners = Tick(_l("Which partners help? (optional)"))

    def validate_due_on(self, field: Field) -> None:
        """Need a day after the first."""
        if field.data and self.starts_on.data and field.data <= self.starts_on.data:
            raise ValidationError(_l("Enter a day after the first day."))


class CampaignFields:
    """What a campaign's form offers, and its rows of aims: group, area, number."""

    def __init__(self, areas: Iterable[tuple[str, str]], aims: int) -> None:
        self._areas = named(areas)
        self.rows = min(aims + SPARE, MOST_AIMS)

    def form(self, data: Mapping[str, Any]) -> Any:
        """Return the form, filled in with `data` and with what was sent."""
        fields: dict[str, Any] = {}
        for row in range(self.rows):
            fields |= self._row(row)
        return type("CampaignForm", (_Campaign,), fields)(data=data)

    def _row(self, row: int) -> dict[str, Any]:
        groups: list[Any] = [*labelled([("", N_("Anybody"))])]
        for feature in AIMED:
            named_feature = bands.FEATURES[feature]
            groups += [
                *named(
                    (key, _l("%(feature)s: %(category)s", feature=_l(named_feature.label), category=_l(label)))
                    for key, label in _categories(feature)
                )
            ]
        number = row + 1
        return {
            f"aim{row}_group": SelectField(_l("Group %(number)s", number=number), choices=groups),
            f"aim{row}_area": SelectField(_l("Area of group %(number)s", number=number), choices=self._areas),
            f"aim{row}_wanted": IntegerField(
                _l("How many people of group %(number)s (leave blank if not used)", number=number),
                [
                    Optional(),
                    NumberRange(1, 100_000, _l("Enter a whole number from 1 to 100,000.")),
                ],
            ),
        }

    def aims(self, form: Any) -> list[dict[str, Any]]:
        """Return the rows that were filled in."""
        found = []
        for row in range(self.rows):
            wanted = form[f"aim{row}_wanted"].data
            if wanted:
                feature, _colon, category = form[f"aim{row}_group"].data.partition(":")
                area = int(form[f"aim{row}_area"].data)
                found.append({"area_id": area, "feature": feature, "category": category, "wanted": wanted})
        return found


class EndForm(Form):
    """Nothing but the button: ending is asked about on a page of its own."""
