"""Forms for staff: finding, adding, pausing and removing members."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from core.errors import N_
from core.forms import Answered, Form, strip
from i18n import languages
from panel.forms.fields import Choose, Tick, is_email, is_phone, is_postcode, labelled, named
from panel.models import Route

#: Why somebody was removed; free text would invite personal details into the record.
REASONS: dict[str, str] = {
    "asked": N_("The person asked us to"),
    "moved": N_("Moved away"),
    "died": N_("The person has died"),
    "duplicate": N_("On the panel twice"),
    "not_reached": N_("Could not be reached"),
    "not_real": N_("Not a real person"),
    "conduct": N_("Behaviour towards others"),
    "lapsed": N_("Not heard from for a long time"),
}
SOURCES: dict[str, str] = {
    "paper": N_("Paper form"),
    "phone": N_("On the phone"),
    "event": N_("At an event"),
    "partner": N_("Through a partner organisation"),
}


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=_l("Use at most %(limit)s characters.", limit=limit))


class AddForm(Form):
    """A person who joins on paper or by phone: what is needed to reach them. The rest is filled in later."""

    source = Choose(
        _l("How did the person come to us?"),
        message=_l("Choose how the person came."),
        choices=labelled(SOURCES.items()),
    )
    name = StringField(
        _l("Name (optional)"), [Length(max=120, message=_l("Use at most 120 characters."))], filters=[strip]
    )
    route = Choose(
        _l("How should we keep in touch?"),
        message=_l("Choose how we should keep in touch."),
        choices=labelled(
            [
                (Route.EMAIL, N_("E-mail")),
                (Route.TEXT, N_("Text message")),
                (Route.PHONE, N_("Phone call")),
                (Route.POST, N_("Post")),
            ]
        ),
    )
    email = StringField(_l("E-mail address"), filters=[strip])
    phone = StringField(_l("Phone number"), filters=[strip])
    address = TextAreaField(
        _l("Address"), [Length(max=500, message=_l("Use at most 500 characters."))], filters=[strip]
    )
    postcode = StringField(_l("Postcode (optional)"), filters=[strip])
    area = SelectField(_l("Area"), validate_choice=False)
    language = SelectField(_l("Language"), choices=named((item.tag, item.name) for item in languages.LANGUAGES))
    formats = Tick(_l("Formats the person needs"))
    old_enough = BooleanField(
        _l("The person is old enough to join"), [InputRequired(_l("Only people who are old enough can join."))]
    )
    panel = BooleanField(
        _l("The person agrees to be on the panel"), [InputRequired(_l("A person can only join if they agree."))]
    )
    newsletter = BooleanField(_l("The person wants the newsletter"))
    research_contact = BooleanField(_l("The person may be asked about research"))

    def validate_email(self, field: Any) -> None:
        """Need an address in the right form where mail is the way to reach the person."""
        _needed(field, self.route.data == Route.EMAIL, is_email, _l("Enter the person's e-mail address."))

    def validate_phone(self, field: Any) -> None:
        """Need a number where the person is rung or sent texts."""
        _needed(field, self.route.data in {Route.TEXT, Route.PHONE}, is_phone, _l("Enter the person's phone number."))

    def validate_address(self, field: Any) -> None:
        """Need an address where letters are the way."""
        _needed(field, self.route.data == Route.POST, lambda typed: len(typed) >= 10, _l("Enter the person's address."))

    def validate_postcode(self, field: Any) -> None:
        """Take any spacing, or nothing."""
        _needed(field, False, is_postcode, _l("Enter a full UK postcode, such as LE1 1AA, or leave the box blank."))

    def validate_area(self, field: Any) -> None:
        """Take one of the areas offered."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose an area from the list."))


def _needed(field: Any, needed: bool, right: Any, words: Any) -> None:
    if (needed and not field.data) or (field.data and not right(field.data)):
        raise ValidationError(words)


class FindForm(Form):
    """Look for one person by an exact e-mail address or phone number."""

    wanted = StringField(
        _l("E-mail address or phone number"),
        [Answered(_l("Enter a whole e-mail address or phone number."))],
        filters=[strip],
        description=_l("The whole address or number: details are stored so that they cannot be searched in part."),
    )


class RemoveForm(Form):
    """Why somebody is removed."""

    reason = Choose(
        _l("Why is this person removed?"),
        message=_l("Choose a reason."),
        choices=labelled((key, words) for key, words in REASONS.items() if key != "lapsed"),
    )
