"""Forms for staff: population targets, groupings of categories, questions on attitudes."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from core import clock
from core.forms import Answered, DateParts, Form, strip
from panel.models import AttitudeQuestion

#: The most a form can carry from the preview on; larger files go through the command.
LARGEST = 300_000
MOST_OPTIONS = 8


class _Dated(Form):
    source = StringField(
        _l("Where do the figures come from?"),
        [Length(max=300, message=_l("Use at most %(limit)s characters.", limit=300))],
        filters=[strip],
        description=_l(
            "For example: ONS Census 2021, table TS021. Leave it blank if the file has a column called source."
        ),
    )
    as_of = DateParts(
        _l("Which day do they describe?"),
        description=_l("For example, census day: 21 3 2021. Leave it blank if the file has a column called as_of."),
    )
    valid_from = DateParts(
        _l("From which day should the panel be compared with them? (optional)"),
        description=_l("Leave it blank for today."),
    )

    def validate_as_of(self, field: Any) -> None:
        """Nobody has been counted tomorrow."""
        if field.data and field.data > clock.today():
            raise ValidationError(_l("Enter a day that has been."))


class UploadForm(_Dated):
    """A file of figures, to look at before it counts."""

    file = FileField(_l("File (CSV)"), description=_l("Columns: area, feature, category, count."))

    text: str = ""

    def validate_file(self, field: Any) -> None:
        """Take text in UTF-8 of a size that a form can carry."""
        content = field.data.read(LARGEST + 1) if field.data else b""
        if not content:
            raise ValidationError(_l("Choose a file that is not empty."))
        if len(content) > LARGEST:
            raise ValidationError(_l("The file is too large. Load it with the command flask panel load-targets."))
        try:
            self.text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError(_l("The file is not text in UTF-8. Save it as “CSV UTF-8”.")) from None


class ConfirmForm(_Dated):
    """The same file, looked at."""

    text = HiddenField()


class EndForm(Form):
    """A last look before figures stop to count."""

    sure = BooleanField(
        _l("Yes, compare nothing with these figures any more"), [InputRequired(_l("Tick the box if you are sure."))]
    )


class GroupingForm(Form):
    """A name, and for every category the group it goes to; a subclass made for the feature adds those fields."""

    name = StringField(
        _l("Name of the grouping"),
        [
            Answered(_l("Enter a name, such as “Age in three groups”.")),
            Length(max=120, message=_l("Use at most %(limit)s characters.", limit=120)),
        ],
        filters=[strip],
    )


def grouping_form(categories: list[tuple[str, str]]) -> type[GroupingForm]:
    """Return the form for a feature's categories (key, label in the reader's language)."""
    fields: dict[str, Any] = {}
    for place, (_key, label) in enumerate(categories):
        checks = [Length(max=120, message=_l("Use at most %(limit)s characters.", limit=120))]
        required = Answered(_l("Say to which group “%(category)s” goes.", category=label))
        fields[f"to_{place}"] = StringField(label, [required, *checks], filters=[strip])
    return type("FeatureGroupingForm", (GroupingForm,), fields)


class GroupingFeatureForm(Form):
    """Which feature is grouped."""

    feature = SelectField(_l("What do you want to group?"))


def _lines(text: str | None) -> list[str]:
    return [line for line in (re.sub(r"\s+", " ", part).strip() for part in (text or "").split("\n")) if line]


class AttitudeForm(Form):
    """A question and its answers in one language; one answer a line."""

    question = StringField(
        _l("Question"),
        [
            Answered(_l("Enter the question.")),
            Length(max=200, message=_l("Use at most %(limit)s characters.", limit=200)),
        ],
        filters=[strip],
    )
    options = TextAreaField(
        _l("Answers, one on each line"),
        [Answered(_l("Enter the answers, one on each line."))],
        filters=[strip],
        description=_l("Everybody can choose “Prefer not to say” as well: leave it out here."),
    )

    #: How many answers there must be; None where that is still to be decided.
    expected: int | None = None

    @property
    def lines(self) -> list[str]:
        """Return the answers."""
        return _lines(self.options.data)

    def validate_options(self, field: Any) -> None:
        """Keep answers few, short and different."""
        lines = self.lines
        if any(len(line) > 100 for line in lines):
            raise ValidationError(_l("Use at most %(limit)s characters for an answer.", limit=100))
        if len({line.lower() for line in lines}) != len(lines):
            raise ValidationError(_l("Two answers are the same."))
        if self.expected is not None and len(lines) != self.expected:
            raise ValidationError(
                _l("Enter exactly %(number)s answers, in the same order as in English.", number=self.expected)
            )
        if not 2 <= len(lines) <= MOST_OPTIONS:
            raise ValidationError(_l("Enter from 2 to %(most)s answers.", most=MOST_OPTIONS))


class NewAttitudeForm(AttitudeForm):
    """A new question, in English."""

    at_joining = BooleanField(_l("Ask it when people join, too"))


def filled(question: AttitudeQuestion, tag: str) -> dict[str, str]:
    """Return what a question says in a language, for its form."""
    words = question.wording.get(tag) or {"question": "", "options": {}}
    return {
        "question": words["question"],
        "options": "\n".join(words["options"].get(key, "") for key in question.options),
    }
