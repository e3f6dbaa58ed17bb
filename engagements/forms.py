"""Forms of engagements: one for each page of the plan, one for a translation, one for a pre-election period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, Regexp

from core.errors import N_
from core.forms import Answered, DateParts, Form, strip
from engagements.models import Level
from engagements.subjects import SUBJECTS
from engagements.wording import PARTS, Part, source_hash
from i18n.translating import Box

#: Level -> its name, and what it means for people.
LEVELS: dict[str, tuple[str, str]] = {
    Level.INFORM: (N_("Inform"), N_("We tell people what is happening. We do not ask for their views.")),
    Level.LISTEN: (N_("Listen"), N_("We ask people what they think and what happened to them.")),
    Level.DISCUSS: (N_("Discuss"), N_("We talk with people about the choices before anything is decided.")),
    Level.CO_PRODUCE: (N_("Co-produce"), N_("We plan and do the work together with people, as equals.")),
    Level.EMPOWER: (N_("Empower"), N_("People decide, and we do what they decide.")),
}


def _text(key: str, long: bool = True) -> Field:
    part = PARTS[key]
    too_long = _l("Write %(limit)s characters or fewer.", limit=part.limit)
    kind = TextAreaField if long else StringField
    return kind(
        _l(part.label),
        [Length(max=part.limit, message=too_long)],
        filters=[strip],
        description=_l(part.hint) if part.hint else "",
    )


def _title() -> StringField:
    part = PARTS["title"]
    return StringField(
        _l(part.label),
        [
            Answered(_l("Enter a title.")),
            Length(max=part.limit, message=_l("Use %(limit)s characters or fewer.", limit=part.limit)),
        ],
        filters=[strip],
        description=_l(part.hint),
    )


class NewForm(Form):
    """All that is needed to begin."""

    title = _title()


class PlanForm(Form):
    """A page of the plan: it carries a digest of what its reader saw."""

    seen = HiddenField()


class PurposeForm(PlanForm):
    title = _title()
    purpose = _text("purpose")
    what_is_known = _text("what_is_known")


class DecisionForm(PlanForm):
    decision = _text("decision")
    decision_how = _text("decision_how")
    decision_when = _text("decision_when")
    decision_on = DateParts(
        _l("Date of the decision (optional)"), description=_l("If you know it. For example, 27 3 2027.")
    )


class OptionsForm(PlanForm):
    options = _text("options")
    reasons = _text("reasons")


class LevelForm(PlanForm):
    level = RadioField(
        _l("How much say will people have?"),
        [Answered(_l("Choose how much say people will have."))],
        choices=[SelectChoice(key, _l(name)) for key, (name, _) in LEVELS.items()],
    )
    formal = BooleanField(
        _l("This is a formal consultation"),
        description=_l("Its surveys stay open for at least 84 days instead of 30."),
    )


class AboutForm(PlanForm):
    areas = SelectMultipleField(_l("Which areas is it about?"), coerce=int, description=_l("Choose all that apply."))
    subjects = SelectMultipleField(
        _l("Which subjects is it about?"),
        choices=[SelectChoice(key, _l(name)) for key, name in SUBJECTS.items()],
        description=_l("People find it under these. Choose all that apply."),
    )


class ContactForm(PlanForm):
    contact_name = StringField(
        _l("Name"),
        [Length(max=200, message=_l("Use %(limit)s characters or fewer.", limit=200))],
        filters=[strip],
        description=_l("A person the public can ask. Their name is shown on every survey of this engagement."),
    )
    contact_email = StringField(
        _l("E-mail address"),
        [
            Optional(),
            Length(max=254, message=_l("Use %(limit)s characters or fewer.", limit=254)),
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", message=_l("Enter an e-mail address such as name@example.org.")),
        ],
        filters=[strip],
    )
    contact_phone = StringField(
        _l("Phone number"),
        [
            Optional(),
            Regexp(r"^[+\d][\d ()+.-]{5,39}$", message=_l("Enter a phone number such as 0116 496 0000.")),
        ],
        filters=[strip],
    )


class DatesForm(PlanForm):
    starts_on = DateParts(_l("When does the work with people start?"), description=_l("For example, 27 3 2027."))
    ends_on = DateParts(_l("When does it end?"), description=_l("The last day on which people can take part."))


class AnswersForm(PlanForm):
    use_of_answers = _text("use_of_answers")


class PeriodForm(Form):
    """A pre-election period."""

    name = StringField(
        _l("Name"),
        [
            Answered(_l("Enter a name, such as “County council elections 2027”.")),
            Length(max=200, message=_l("Use %(limit)s characters or fewer.", limit=200)),
        ],
        filters=[strip],
    )
    starts_on = DateParts(
        _l("First day"), [Answered(_l("Enter the first day."))], description=_l("For example, 27 3 2027.")
    )
    ends_on = DateParts(
        _l("Last day"), [Answered(_l("Enter the last day."))], description=_l("Usually the day of the election.")
    )


class EmptyForm(Form):
    """A button that changes something."""


def translation_boxes(parts: Iterable[Part], source: Mapping[str, str], own: Mapping[str, str]) -> list[Box]:
    """Return a box for each of `parts`, with what stands there in the source and in the translation."""
    return [
        Box(
            name=part.key,
            label=_l(part.label),
            present=own.get(part.key, ""),
            source=source_hash(source[part.key]),
            limit=part.limit * 2,
            long=part.key != "title",
        )
        for part in parts
    ]
