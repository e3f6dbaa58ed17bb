"""Forms for staff: finding, adding, pausing and removing members."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from core import clock
from core.errors import N_
from core.forms import Answered, DateParts, Form, strip
from i18n import languages
from panel import questions
from panel.forms.fields import Choose, PartialDate, Tick, is_email, is_phone, is_postcode, labelled, named
from panel.models import Route
from panel.steps.needs import POINTS, SUPPORT

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
    channel = SelectField(_l("By which channel did the person come? (optional)"), validate_choice=False)
    name = StringField(
        _l("Name (optional)"), [Length(max=120, message=_l("Use at most 120 characters."))], filters=[strip]
    )
    pronouns = StringField(_l("Pronouns (optional)"), [_at_most(60)], filters=[strip])
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
    large_print_points = SelectField(
        _l("Size of large print (optional)"),
        choices=[*labelled([("", N_("Not said"))]), *named((str(p), _l("%(points)s point", points=p)) for p in POINTS)],
    )
    support = Tick(_l("Support the person needs"), choices=labelled(SUPPORT.items()))
    support_text = StringField(
        _l("Anything else that helps the person take part (optional)"), [_at_most(500)], filters=[strip]
    )
    agreed_on = DateParts(
        _l("On which day did the person agree?"),
        [Answered(_l("Enter the date on the paper, or of the call."))],
        description=_l("The date on the paper, or the day of the call."),
    )
    taken_by = SelectField(_l("Who took the call or checked the paper?"), validate_choice=False)
    kept_at = StringField(
        _l("Where is the paper or the note of the call kept? (optional)"), [_at_most(200)], filters=[strip]
    )
    old_enough = BooleanField(
        _l("The person is old enough to join"), [InputRequired(_l("Only people who are old enough can join."))]
    )
    panel = BooleanField(
        _l("The person agrees to be on the panel"), [InputRequired(_l("A person can only join if they agree."))]
    )
    newsletter = BooleanField(_l("The person wants the newsletter"))
    research_contact = BooleanField(_l("The person may be asked about research"))

    def validate_channel(self, field: Any) -> None:
        """Take one of the channels offered."""
        _offered(field)

    def validate_taken_by(self, field: Any) -> None:
        """Take one of the staff offered."""
        _offered(field)

    def validate_agreed_on(self, field: Any) -> None:
        """Need a day that has been."""
        if field.data and not clock.today() - dt.timedelta(days=3653) <= field.data <= clock.today():
            raise ValidationError(_l("Enter a day of the past ten years."))

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


def _offered(field: Any) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_l("Choose one of the answers shown."))


def _question_fields() -> dict[str, Any]:
    """Return a field for each equality question, all of which may be left alone, and for answers in own words."""
    fields: dict[str, Any] = {"about_date_of_birth": PartialDate(_l(questions.DATE_OF_BIRTH.text))}
    for question in questions.QUESTIONS:
        if question is questions.DATE_OF_BIRTH:
            continue
        answers = [(o.value, o.label) for o in question.options] + [(questions.PREFER_NOT, N_("Prefer not to say"))]
        choices = labelled([("", N_("Not answered")), *answers])
        fields[f"about_{question.key}"] = SelectField(_l(question.text), choices=choices)
        words = [option.writes_in for option in question.options if option.writes_in]
        if words:
            fields[f"words_{question.key}"] = StringField(_l(words[0]), [_at_most(200)], filters=[strip])
    return fields


#: The whole of joining on one page, for keying in from paper or the phone.
KeyingForm: type[AddForm] = type("KeyingForm", (AddForm,), _question_fields())


def keyed_answers(form: Any) -> dict[str, Any]:
    """Return the equality answers keyed in; what was left alone was not answered."""
    answers: dict[str, Any] = {}
    born = form["about_date_of_birth"].data
    if born and any(born.values()):
        answers["date_of_birth"] = born
    for question in questions.QUESTIONS:
        if question is questions.DATE_OF_BIRTH or not (value := form[f"about_{question.key}"].data):
            continue
        answers[question.key] = {"value": value}
        option, text = question.option(value), getattr(form, f"words_{question.key}", None)
        if option and option.writes_in and text is not None and text.data:
            answers[question.key]["text"] = text.data
    return questions.keep_what_applies(answers)


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
