"""Forms for deciding: an amount, a reason and words for each line; questions, refusals, decisions made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import Answered, Form, strip
from expenses import pricing
from expenses.advice import DECLARED
from expenses.forms.fields import Pence
from expenses.models import ClaimLine
from expenses.reasons import LESS, MORE
from expenses.services.deciding import Given, reasons_for

WORDS_LIMIT = 2000
#: Flag -> the reason that goes with giving less because of it.
_REASON_OF = {
    pricing.OVER_CAP: "over_cap",
    pricing.LATE: "late",
    pricing.NO_RECEIPT: "no_receipt",
    pricing.NOT_AGREED: "not_agreed",
    pricing.NOT_IN_POLICY: "not_covered",
}


def _reasons(which: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value="", label=_l("No reason needed"))] + [
        SelectChoice(value=key, label=_l(words)) for key, words in which.items()
    ]


def _words(label: Any, *validators: Any) -> TextAreaField:
    too_long = Length(max=WORDS_LIMIT, message=_l("Write %(limit)s characters or fewer.", limit=WORDS_LIMIT))
    return TextAreaField(label, [*validators, too_long], filters=[strip])


class Moved(Form):
    """What every form about a claim carries: the version that the person saw."""

    version = IntegerField(validators=[Optional()])

    def seen(self) -> int:
        """Return the version that was seen; nothing fits 0, so a form without one is out of date."""
        return self.version.data or 0


def _must_be_ticked(form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError(
            _("Say that the claim is neither yours nor that of somebody close to you, or leave it to somebody else.")
        )


def _declared() -> BooleanField:
    (words,) = DECLARED["deciding"]
    return BooleanField(_l(words), [_must_be_ticked])


class DeclaredForm(Moved):
    """What every decision carries: that it is nobody's own, nor somebody's who is close."""

    declared = _declared()


@dataclass(frozen=True)
class LineFields:
    """The three fields of one line."""

    line: ClaimLine
    pence: Any
    reason: Any
    words: Any


class DecisionForm(DeclaredForm):
    """What is given on each line. Made for the lines of one claim by `decision_form`."""

    lines: Sequence[ClaimLine] = ()
    #: The button that was pressed: `all` gives everything that was asked for.
    give = HiddenField()

    def fields_of(self, line: ClaimLine) -> LineFields:
        """Return the fields of a line."""
        names = (f"pence_{line.number}", f"reason_{line.number}", f"words_{line.number}")
        return LineFields(line, *(self._fields[name] for name in names))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        for line in self.lines:
            fine = self._check(self.fields_of(line)) and fine
        return fine

    def _check(self, fields: LineFields) -> bool:
        """Say beside each line what is missing, as the service would for the whole claim."""
        if fields.pence.errors or fields.reason.errors:
            return False
        pence, reason, line = self._pence(fields), fields.reason.data, fields.line
        fitting = reasons_for(line, pence or 0)
        if pence is None:
            fields.pence.errors = [_("Enter how much is given, or 0.")]
        elif pence > line.claimed_pence:
            fields.pence.errors = [_("You cannot approve more than was asked for.")]
        elif fitting and reason not in fitting:
            fields.reason.errors = [
                _("Choose why it is given although the policy would not have it.")
                if pence == line.claimed_pence
                else _("Choose why less is given than was asked for.")
            ]
        elif reason and reason.startswith("other_") and not fields.words.data:
            fields.words.errors = [_("Write the reason, for the person to read.")]
        return not (fields.pence.errors or fields.reason.errors or fields.words.errors)

    def _pence(self, fields: LineFields) -> int | None:
        given: int | None = fields.line.claimed_pence if self.give.data == "all" else fields.pence.data
        return given

    def given(self) -> dict[int, Given]:
        """Return what is given, by the number of the line; a reason that is not needed is left out."""
        found = {}
        for line in self.lines:
            fields = self.fields_of(line)
            pence = self._pence(fields) or 0
            needed = reasons_for(line, pence)
            found[line.id] = Given(pence, fields.reason.data if needed else None, fields.words.data or "")
        return found


def decision_form(lines: Sequence[ClaimLine]) -> DecisionForm:
    """Return the form for these lines; the boxes begin with what the policy gives."""
    fields: dict[str, Any] = {"lines": lines}
    for line in lines:
        n, proposed = line.number, min(line.priced_pence, line.claimed_pence)
        less = next((_REASON_OF[flag] for flag in line.flags if flag in _REASON_OF), "")
        fields[f"pence_{n}"] = Pence(_l("How much is given?"), default=proposed, description=_l("In pounds."))
        fields[f"reason_{n}"] = SelectField(
            _l("Why not as asked, or not as the policy says?"),
            choices=_reasons({**LESS, **MORE}),
            default=less if proposed < line.claimed_pence else "",
        )
        fields[f"words_{n}"] = _words(_l("In your own words"))
        fields[f"words_{n}"].kwargs["description"] = _l("The person reads this, with the reason.")
    made: DecisionForm = type("LinesForm", (DecisionForm,), fields)()
    return made


class QuestionForm(Moved):
    """A question about a claim."""

    line = SelectField(_l("What is the question about?"), validators=[Optional()])
    words = _words(_l("What do you want to ask?"), Answered(_l("Write what you want to ask.")))


class RefuseForm(DeclaredForm):
    """The whole claim is refused for one reason."""

    reason = SelectField(_l("Why is it refused?"), [Answered(_l("Choose why it is refused."))])
    words = _words(_l("In your own words"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [SelectChoice(value="", label=_("Choose a reason"))] + [
            SelectChoice(value=key, label=_(words)) for key, words in LESS.items()
        ]

    def validate_words(self, field: Any) -> None:
        if (self.reason.data or "").startswith("other_") and not field.data:
            field.errors = [*field.errors, _("Write the reason, for the person to read.")]


class ReopenForm(Moved):
    """A decision is taken back."""

    words = _words(_l("Why is it decided again?"), Answered(_l("Write why it is decided again.")))


class AuthoriseForm(Form):
    """Claims that are authorised together; each choice is number and version, such as `17:3`."""

    claims = SelectMultipleField(
        _l("Which claims do you authorise?"),
        [Answered(_l("Choose at least one claim."))],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    declared = _declared()

    def chosen(self) -> dict[int, int]:
        """Return number -> version seen of the claims that were ticked."""
        pairs = [value.partition(":") for value in self.claims.data or []]
        return {int(number): int(seen) for number, _colon, seen in pairs if number.isdigit() and seen.isdigit()}
