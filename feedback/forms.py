"""Forms of this room; choices are passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import Answered, DateParts, Form, strip
from feedback import wording
from i18n.translating import Box


class Checkboxes(SelectMultipleField):
    """Several of a list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _text(part: str, label: Any, description: Any, *validators: Any) -> TextAreaField:
    limit = wording.LIMITS[part]
    too_long = _l("Use %(limit)s characters or fewer.", limit=limit)
    return TextAreaField(
        label, [*validators, Length(max=limit, message=too_long)], filters=[strip], description=description
    )


def _fits_said_by(form: OutcomeForm, field: IntegerField) -> None:
    """Refuse one figure without the other, and a part larger than its whole. Runs before Optional ends the chain."""
    if field.data is None and any(text.strip() for text in field.raw_data or []):
        return  # no number at all, which is already said
    if (field.data is None) != (form.said_by.data is None):
        raise StopValidation(_l("Enter both numbers, or neither."))
    if field.data is not None and field.data < (form.said_by.data or 0):
        raise StopValidation(_l("This cannot be fewer people than said it."))


class OutcomeForm(Form):
    """What an editor says of one outcome, in the source language."""

    heard = _text(
        "heard",
        _l("What we heard"),
        _l("One thing people told you, in their words as far as you can. Begin with “You …” if it helps."),
        Answered(_l("Write what you heard.")),
    )
    said_by = IntegerField(
        _l("How many people said this? (optional)"),
        [Optional(), NumberRange(min=0, message=_l("Enter a whole number."))],
        description=_l("The public sees a percentage, and only when at least 8 people said it and at least 8 did not."),
    )
    out_of = IntegerField(
        _l("Of how many who answered? (optional)"),
        [_fits_said_by, Optional(), NumberRange(min=1, message=_l("Enter a whole number."))],
    )
    answer = RadioField(_l("What came of it?"), [InputRequired(_l("Choose what came of it."))])
    response = _text(
        "response",
        _l("What we did, will do or will not do"),
        _l("Short sentences. Say what changes for people, where and when."),
        Answered(_l("Write what came of it.")),
    )
    why = _text("why", _l("Why"), _l("Always needed when you will not do it."))
    do_by = DateParts(_l("When will it be done?"), description=_l("Only if you will do it. The public sees this date."))
    evidence = TextAreaField(
        _l("Evidence (optional)"),
        [Length(max=4000, message=_l("Use %(limit)s characters or fewer.", limit=4000))],
        filters=[strip],
        description=_l("Where this comes from: a report, minutes, a page. Only staff see this."),
    )
    subjects = Checkboxes(_l("Subjects"), description=_l("People find outcomes by these."))
    areas = Checkboxes(_l("Areas"), coerce=int)
    owner = SelectField(_l("Who answers for it?"), coerce=lambda value: int(value) if value else None)
    due_on = DateParts(
        _l("By when must everyone have been told?"),
        description=_l("The owner is reminded 7 days before, and each week after this day."),
    )
    revision = HiddenField()

    def validate_why(self, field: TextAreaField) -> None:
        if self.answer.data == "will_not_do" and not field.data:
            raise StopValidation(_l("Say why you will not do it."))


def translation_boxes(words: Mapping[str, Mapping[str, str]], parts: Iterable[str], tag: str) -> list[Box]:
    """Return a box for each of these parts of an outcome, with what stands there in `tag`.

    All parts come in one language, so what a translator saw of the source is all of it.
    """
    return [
        Box(
            name=part,
            label=_l(wording.PARTS[part]),
            present=words.get(tag, {}).get(part, ""),
            source=wording.source_hash(words),
            limit=wording.LIMITS[part],
        )
        for part in parts
    ]


class ReadyForm(Form):
    """Nothing but the reasons for missing languages, one field each, added by `with_reasons`."""


def ready_form(missing: Mapping[str, str]) -> type[ReadyForm]:
    """Return a form with a field for the reason of each language of `missing` (tag -> its name)."""
    fields = {
        f"reason-{tag}": TextAreaField(
            _l("Why is it not in %(language)s?", language=name),
            [Length(max=300, message=_l("Use %(limit)s characters or fewer.", limit=300))],
            filters=[strip],
            description=_l("The public sees this. Leave it empty if you are still translating."),
        )
        for tag, name in missing.items()
    }
    return type("ReadyFormWithReasons", (ReadyForm,), fields)


class PeopleForm(Form):
    """Some people of a list, and what to note about them."""

    people = Checkboxes(_l("People"), [InputRequired(_l("Choose at least one person."))], coerce=int)
    action = RadioField(_l("What do you want to note?"), [InputRequired(_l("Choose what to note."))])
    reason = SelectField(_l("Reason (if they could not be told)"))

    def offer(
        self, people: Sequence[tuple[int, str]], actions: Sequence[tuple[str, str]], reasons: Mapping[str, str]
    ) -> None:
        """Set what may be chosen."""
        self.people.choices = list(people)
        self.action.choices = list(actions)
        self.reason.choices = [("", _l("Choose a reason")), *reasons.items()]


class PublishForm(Form):
    """Only the CSRF field: the page says what will happen."""
