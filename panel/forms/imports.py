"""Forms for bringing a partner's list of people in, one step a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from core import clock, config
from core.errors import N_
from core.forms import Answered, DateParts, Form, strip
from i18n import languages
from panel.forms.fields import Choose, labelled, named
from panel.recruiting.fields import BLANK, DATES, LEAVE_OUT, REFUSE, labels, plain

#: How people can have agreed outside our own pages.
HOW: dict[str, str] = {
    "paper": N_("On paper"),
    "phone": N_("On the phone"),
    "in_person": N_("Face to face"),
    "online_form": N_("On the partner’s own website"),
}
OURS, THEIRS = "ours", "theirs"


class UploadForm(Form):
    """Whose list it is, and the file."""

    partner = SelectField(_l("Which partner is the list from?"), validate_choice=False)
    channel = SelectField(_l("By which channel did the people come? (optional)"), validate_choice=False)
    file = FileField(
        _l("The list, as CSV or as an Excel workbook (.xlsx)"),
        description=_l(
            "The first row holds the headings, each row below it one person. At most 12 megabytes and 50,000 people."
        ),
    )

    def validate_partner(self, field: Field) -> None:
        """Take one of the partners offered."""
        _offered(field)

    def validate_channel(self, field: Field) -> None:
        """Take one of the channels offered."""
        _offered(field)

    def validate_file(self, field: Field) -> None:
        """Need a file."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("Choose a file."))


def _offered(field: Any) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_l("Choose one of the answers shown."))


def columns_form(columns: Sequence[str], areas: Iterable[tuple[str, str]], data: Mapping[str, Any]) -> Any:
    """Return the form on which staff say what each column means, filled in with `data` and with what was sent."""
    meanings = labelled(labels().items())
    fields: dict[str, Any] = {
        f"column{i}": SelectField(
            _l("Column %(number)s: %(heading)s", number=i + 1, heading=heading)
            if heading
            else _l("Column %(number)s, which has no heading", number=i + 1),
            choices=meanings,
            default=LEAVE_OUT,
        )
        for i, heading in enumerate(columns)
    }
    fields["dates"] = Choose(
        _l("How are dates written in this list?"),
        message=_l("Choose how dates are written."),
        choices=labelled(DATES.items()),
    )
    fields["language"] = SelectField(
        _l("Which language do people read, where the list does not say?"),
        choices=named((item.tag, item.name) for item in languages.LANGUAGES),
    )
    fields["area"] = SelectField(_l("Where do people live, where the list does not say?"), choices=named(areas))
    return type("ColumnsForm", (Form,), fields)(data=dict(data))


def answers_form(
    unknown: Mapping[int, Sequence[str]],
    columns: Sequence[str],
    offered: Mapping[int, Iterable[tuple[str, Any]]],
    told: Mapping[str, Mapping[str, str]],
) -> tuple[Any, dict[str, tuple[int, str]]]:
    """Return the form on which staff say what answers mean, and field name -> (column, plain text).

    Nothing is chosen beforehand but what was told before.
    """
    fields: dict[str, Any] = {}
    places: dict[str, tuple[int, str]] = {}
    for column, texts in unknown.items():
        for number, text in enumerate(texts):
            name = f"answer{column}_{number}"
            places[name] = (column, plain(text))
            fields[name] = SelectField(
                _l("%(heading)s: “%(text)s” means", heading=columns[column] or column + 1, text=text),
                [Answered(_l("Choose what “%(text)s” means.", text=text))],
                choices=[
                    *labelled([("", N_("Choose"))]),
                    *offered[column],
                    *labelled([(BLANK, N_("Nothing: leave it blank")), (REFUSE, N_("Do not take these rows in"))]),
                ],
                default=told.get(str(column), {}).get(plain(text), ""),
            )
    return type("AnswersForm", (Form,), fields)(), places


class EvidenceForm(Form):
    """How the people agreed. Without it nobody is taken in."""

    how = Choose(_l("How did the people agree?"), message=_l("Choose how they agreed."), choices=labelled(HOW.items()))
    given_on = DateParts(
        _l("When did they agree?"),
        description=_l("The last day, if it was several. Leave it blank if each row has its own day."),
    )
    wording = Choose(
        _l("Which words did they agree to?"),
        message=_l("Choose which words they agreed to."),
        choices=labelled([(OURS, N_("Our own, as on our pages and forms")), (THEIRS, N_("Other words"))]),
    )
    own_wording = TextAreaField(
        _l("The other words, exactly as people saw or heard them"),
        [Length(max=2000, message=_l("Use at most %(limit)s characters.", limit=2000))],
        filters=[strip],
    )
    kept_at = StringField(
        _l("Where are the papers, recordings or records kept?"),
        [
            Answered(_l("Enter where they are kept.")),
            Length(max=200, message=_l("Use at most %(limit)s characters.", limit=200)),
        ],
        filters=[strip],
        description=_l("For example “with the partner, ring binder A”. No names."),
    )
    agreed = BooleanField(
        _l("Everybody on this list agreed to be on the panel, and to us having their details"),
        [InputRequired(_l("Only people who agreed can be taken in."))],
    )
    old_enough = BooleanField(
        _l("Everybody on this list is old enough to join"),
        [InputRequired(_l("Only people who are old enough can join."))],
    )

    def __init__(self, *, dated: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._dated = dated
        self.old_enough.label.text = _l("Everybody on this list is %(age)s or over", age=config.settings().minimum_age)

    def validate_given_on(self, field: Field) -> None:
        """Need a day, here or in the list, that is not to come."""
        if field.errors:
            return
        if field.data is None and not self._dated:
            raise ValidationError(_l("Enter when they agreed: no column of the list holds it."))
        if field.data and not clock.today() - dt.timedelta(days=3653) <= field.data <= clock.today():
            raise ValidationError(_l("Enter a day of the past ten years."))

    def validate_own_wording(self, field: Field) -> None:
        """Need the words where they are not ours."""
        if self.wording.data == THEIRS and len(field.data or "") < 20:
            raise ValidationError(_l("Enter the words people agreed to."))
