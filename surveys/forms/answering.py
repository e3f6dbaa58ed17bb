"""Forms around answering: the code somebody types, and the questions about themselves after an open survey."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from core import clock
from core.forms import Answered, Form, strip
from panel import bands, questions
from panel.questions import PREFER_NOT


class CodeForm(Form):
    """The code of an invitation letter, or of an earlier visit."""

    code = StringField(
        _l("Your code"),
        [Answered(_l("Enter your code.")), Length(max=40, message=_l("A code has 12 letters and numbers."))],
        filters=[strip],
        description=_l("It has 12 letters and numbers, such as 7K3M-Q2XV-09BT."),
    )


#: The standard questions asked after an open survey: few, and coarse, so that nobody stands out.
_ASKED = ("condition", "condition_effect", "ethnic_group", "sex")


class AboutYouForm(Form):
    """Equality questions; every one may be left out. Choices are in the reader's language."""

    age_band = RadioField(_l("How old are you?"), validate_choice=True)
    condition = RadioField()
    condition_effect = RadioField()
    ethnic_group = RadioField()
    sex = RadioField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.age_band.choices = [SelectChoice(k, gettext(v)) for k, v in bands.FEATURES["age_band"].categories.items()]
        for key in _ASKED:
            question, field = questions.BY_KEY[key], self[key]
            field.label.text = gettext(question.text)
            field.choices = [SelectChoice(o.value, gettext(o.label)) for o in question.options]
        self.condition_effect.description = gettext("Answer this if you said yes to the question before.")
        for field in self.asked:
            field.choices = [*field.choices, SelectChoice(PREFER_NOT, gettext("Prefer not to say"))]
            # Nothing chosen is an answer, too.
            field.validate_choice = bool(field.data and field.data != "None")
            field.errors = []

    @property
    def asked(self) -> list[RadioField]:
        """The questions in order."""
        return [self.age_band, *(self[key] for key in _ASKED)]

    def said(self) -> dict[str, str]:
        """Return what was chosen, by field."""
        return {f.name: f.data for f in self.asked if f.data and f.data != "None"}

    def bands(self) -> dict[str, Any]:
        """Return the coarse categories of what was said."""
        said = self.said()
        age = said.pop("age_band", None)
        found: dict[str, Any] = {
            **bands.from_answers({key: {"value": value} for key, value in said.items()}, clock.today()),
            "age_band": age,
        }
        return {key: value for key, value in found.items() if value not in (None, PREFER_NOT)}
