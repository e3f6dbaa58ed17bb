"""Forms for staff who look after groups and benefits."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from core.errors import N_
from core.forms import Answered, DateParts, Form, strip
from panel import bands, groups
from panel.forms.fields import Choose, Tick, labelled
from panel.forms.worded import Part

GROUP_PARTS: dict[str, Part] = {
    "name": Part(N_("Name"), 200, needed=N_("Enter what the group is called.")),
    "about": Part(N_("What the group does"), 1000, long=True),
    "consent": Part(
        N_("What members agree to"),
        1000,
        long=True,
        hint=N_("Leave it empty for the usual words. New words become a new version; who agreed before keeps theirs."),
    ),
}
BENEFIT_PARTS: dict[str, Part] = {
    "title": Part(N_("Benefit"), 120, needed=N_("Enter what people get.")),
    "text": Part(N_("More about it"), 400, long=True),
}


def _whole(label: Any, lowest: int, highest: int, description: Any = "") -> IntegerField:
    message = _l(
        "Enter a whole number from %(lowest)s to %(highest)s, or leave it empty.", lowest=lowest, highest=highest
    )
    return IntegerField(label, [Optional(), NumberRange(lowest, highest, message)], description=description)


class GroupForm(Form):
    """The rules of a group. What it is called stands in fields for each language."""

    key = StringField(
        _l("Short name"),
        [
            Answered(_l("Enter a short name.")),
            Length(max=60, message=_l("Use at most 60 characters.")),
            Regexp(r"^[a-z][a-z0-9_]*$", message=_l("Use small letters, numbers and _, such as youth_board.")),
        ],
        filters=[strip],
        description=_l("For files and exports, such as youth_board. It cannot be changed later."),
    )
    joining = Choose(
        _l("How do people join?"), message=_l("Choose how people join."), choices=labelled(groups.JOINING.items())
    )
    minimum_age = _whole(_l("Youngest age (optional)"), 0, 120)
    maximum_age = _whole(_l("Oldest age (optional)"), 0, 120)
    areas = Tick(_l("For people of these areas"), description=_l("Tick none for everybody."))
    size_wanted = _whole(_l("How many members it should have (optional)"), 1, 1_000_000)
    mirrors = Choose(
        _l("Whom should it be like?"),
        message=_l("Choose whom it should be like."),
        choices=labelled(groups.MIRRORS.items()),
    )
    quotas = TextAreaField(
        _l("Shares of its own"),
        filters=[strip],
        description=_l("One a line: what is counted, the category, and the per cent, such as “sex, female, 50”."),
    )
    tenure = StringField(
        _l("Bands of how long people have belonged, in months"),
        [
            Regexp(
                r"^\d{1,3}(\s*,\s*\d{1,3}){0,9}$",
                message=_l("Enter months with commas between, such as 6, 12, 24, 36."),
            )
        ],
        filters=[strip],
    )
    rotation_share = _whole(
        _l("At most so many per cent make room each year (optional)"), 1, 100, _l("Drawn by lot. 33 is a third.")
    )
    rotation_after = _whole(_l("… of those who have belonged for so many months"), 0, 600)
    rotation_return = _whole(_l("… and who may come back after so many months"), 0, 600)
    closed_on = DateParts(_l("Nobody joins from this day on (optional)"))

    def validate_maximum_age(self, field: Any) -> None:
        """Need ages that leave somebody."""
        if field.data is not None and self.minimum_age.data is not None and field.data < self.minimum_age.data:
            raise ValidationError(_l("The oldest age must not be below the youngest."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Need all three numbers of the rotation, or none.

        Not as a check of one field: WTForms runs none on a field that may be empty and is.
        """
        valid = bool(super().validate(extra_validators))
        rule = [self.rotation_share, self.rotation_after, self.rotation_return]
        given = [field.data is not None for field in rule]
        if any(given) and not all(given) and not any(field.errors for field in rule):
            self.rotation_share.errors = [gettext("Fill in all three numbers of the rotation, or none.")]
            valid = False
        return valid

    def validate_tenure(self, field: Any) -> None:
        """Need bounds that rise."""
        if self.tenure_months() != sorted(set(self.tenure_months())):
            raise ValidationError(_l("Enter months with commas between, such as 6, 12, 24, 36."))

    def tenure_months(self) -> list[int]:
        """Return the bounds as numbers."""
        return [int(each) for each in re.findall(r"\d+", self.tenure.data or "")]

    def validate_quotas(self, field: Any) -> None:
        """Need lines that name a known feature and category, and shares that make up no more than the whole."""
        try:
            shares = read_quotas(field.data or "")
        except ValueError as error:
            raise ValidationError(_l("This line cannot be read: %(line)s", line=str(error))) from None
        if any(sum(of_feature.values()) > 100 for of_feature in shares.values()):
            raise ValidationError(_l("The shares of one thing that is counted cannot make up more than 100 per cent."))
        if self.mirrors.data == "own" and not shares:
            raise ValidationError(_l("Enter the shares the group should have."))


def read_quotas(text: str) -> dict[str, dict[str, int]]:
    """Return {feature: {category: per cent}} of lines such as `sex, female, 50`. Raises ValueError with the line."""
    found: dict[str, dict[str, int]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        feature, category, share = [part.strip() for part in [*line.split(","), "", ""][:3]]
        known = bands.FEATURES.get(feature)
        if known is None or category not in known.categories or not re.fullmatch(r"\d{1,3}", share) or int(share) > 100:
            raise ValueError(line[:80])
        found.setdefault(feature, {})[category] = int(share)
    return found


def write_quotas(quotas: dict[str, dict[str, int]]) -> str:
    """Return the lines of `read_quotas`."""
    return "\n".join(f"{feature}, {key}, {share}" for feature, keys in quotas.items() for key, share in keys.items())


class MemberNumberForm(Form):
    """Whom to invite or take in."""

    member = IntegerField(
        _l("Number of the member"),
        [
            InputRequired(_l("Enter the number of a member.")),
            NumberRange(1, 2**31 - 1, _l("Enter the number of a member.")),
        ],
    )
    agreed = BooleanField(
        _l("The person has agreed to the group's words, on paper or on the phone"),
        description=_l("Then they belong to it at once. Otherwise they are sent an invitation."),
    )


class RemoveFromGroupForm(Form):
    """Why somebody is taken out of a group; they are told so in these words."""

    reason = Choose(
        _l("Why does this person leave the group?"),
        message=_l("Choose a reason."),
        choices=labelled(groups.REASONS.items()),
        description=_l("The person is told so in these words. They stay on the panel."),
    )


class BenefitForm(Form):
    """When a benefit is shown. Its words stand in fields for each language."""

    shown_from = DateParts(_l("Shown from"), [Answered(_l("Enter the first day it is shown."))])
    shown_until = DateParts(_l("Shown until (optional)"))
    position = _whole(_l("Place in the list (optional)"), 0, 1000, _l("Lower numbers come first."))

    def validate_shown_until(self, field: Any) -> None:
        """Need an end that is not before the beginning."""
        if field.data is not None and self.shown_from.data is not None and field.data < self.shown_from.data:
            raise ValidationError(_l("The last day must not be before the first."))
