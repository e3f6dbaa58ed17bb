"""Forms for planning fieldwork and for its moves."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from core import clock
from core.forms import Answered, DateParts, Form, strip
from surveys.models import Fieldwork, Kind
from surveys.services.fieldwork import Plan

_TIME = Regexp(r"^([01]?\d|2[0-3])[:.][0-5]\d$", message=_l("Enter a time such as 9:00 or 17:30."))

#: What staff choose between; the public reads templates/surveys/answer/_kind.html.
KINDS = (
    (Kind.ANONYMOUS, _l("Anonymous: nobody can tell which answers are whose")),
    (Kind.CONFIDENTIAL, _l("Confidential: answers lie under a number, and people can take them back")),
    (Kind.OPEN, _l("Open: a public link that anybody can answer")),
)


class Boxes(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def moment_of(day: dt.date | None, time: str | None) -> dt.datetime | None:
    """Return the moment at which it is `time` on `day` here."""
    if day is None or not time:
        return None
    hours, minutes = map(int, re.split("[:.]", time))
    return dt.datetime.combine(day, dt.time(hours, minutes), tzinfo=clock.zone()).astimezone(dt.UTC)


class PlanForm(Form):
    """What is decided about a fieldwork. Choices are passed in by the view."""

    version_id = SelectField(_l("Version of the questionnaire"), coerce=int)
    kind = RadioField(
        _l("What can be seen of who answered?"),
        choices=[SelectChoice(kind, words) for kind, words in KINDS],
        validators=[InputRequired(_l("Choose a kind."))],
    )
    languages = Boxes(_l("Languages"), [Answered(_l("Choose at least one language."))])
    opens_on = DateParts(_l("Opens on"), [Answered(_l("Enter the day it opens."))])
    opens_time = StringField(_l("Opens at"), [Answered(_l("Enter a time such as 9:00.")), _TIME], filters=[strip])
    closes_on = DateParts(_l("Closes on"), [Answered(_l("Enter the day it closes."))])
    closes_time = StringField(_l("Closes at"), [Answered(_l("Enter a time such as 17:00.")), _TIME], filters=[strip])
    area_ids = Boxes(_l("Invite people of these areas"), coerce=int, description=_l("None: of all areas."))
    draw_ids = Boxes(
        _l("Invite the people these draws have found"),
        coerce=int,
        description=_l("None: do not invite by lottery. Only draws whose audit sheet is published are shown."),
    )
    group_ids = Boxes(_l("Invite people of these groups"), coerce=int, description=_l("None: of all groups."))
    audience_languages = Boxes(_l("Invite people who use these languages"), description=_l("None: of all languages."))

    def plan(self) -> Plan:
        """Return what was decided; call it after the form has been checked."""
        opens_at = moment_of(self.opens_on.data, self.opens_time.data)
        closes_at = moment_of(self.closes_on.data, self.closes_time.data)
        if opens_at is None or closes_at is None:
            raise ValueError("the form has not been checked")
        return Plan(
            version_id=self.version_id.data,
            kind=Kind(self.kind.data),
            languages=self.languages.data or [],
            opens_at=opens_at,
            closes_at=closes_at,
            audience={
                "area_ids": self.area_ids.data or [],
                "group_ids": self.group_ids.data or [],
                "draw_ids": self.draw_ids.data or [],
                "languages": self.audience_languages.data or [],
            },
        )


def values_of(fieldwork: Fieldwork) -> dict[str, Any]:
    """Return what PlanForm shows of a fieldwork."""
    opens, closes = (m.astimezone(clock.zone()) for m in (fieldwork.opens_at, fieldwork.closes_at))
    return {
        "version_id": fieldwork.version_id,
        "kind": fieldwork.kind,
        "languages": fieldwork.languages,
        "opens_on": opens.date(),
        "opens_time": f"{opens:%H:%M}",
        "closes_on": closes.date(),
        "closes_time": f"{closes:%H:%M}",
        "area_ids": fieldwork.audience.get("area_ids", []),
        "group_ids": fieldwork.audience.get("group_ids", []),
        "draw_ids": fieldwork.audience.get("draw_ids", []),
        "audience_languages": fieldwork.audience.get("languages", []),
    }


_REASON = [
    Answered(_l("Give a reason. It is kept in the record of changes.")),
    Length(max=1000, message=_l("Use 1,000 characters or fewer.")),
]


class ExtendForm(Form):
    """Close later."""

    closes_on = DateParts(_l("Closes on"), [Answered(_l("Enter the day it closes."))])
    closes_time = StringField(_l("Closes at"), [Answered(_l("Enter a time such as 17:00.")), _TIME], filters=[strip])
    reason = TextAreaField(_l("Why?"), _REASON, filters=[strip])


class CloseForm(Form):
    """Close now."""

    reason = TextAreaField(_l("Why does it close early?"), _REASON, filters=[strip])


class MoveForm(Form):
    """A button that changes something."""


def release_form(codes: list[tuple[str, str]]) -> type[Form]:
    """Return a form with a box for the reason of each (code, words) of the checklist."""
    fields: dict[str, Any] = {
        f"reason-{code}": TextAreaField(words, [Length(max=1000, message=_l("Use 1,000 characters or fewer."))])
        for code, words in codes
    }
    return type("ReleaseForm", (Form,), fields)
