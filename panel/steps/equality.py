"""Pages of the equality questions: whether to answer them, then each, all optional."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from core import config
from core.errors import N_
from core.forms import Form, strip
from panel import bands, questions
from panel.details import Details
from panel.errors import TooYoungError
from panel.forms.fields import Choose, PartialDate, labelled
from panel.questions import PREFER_NOT, Question
from panel.steps.base import Row, Step


class AskStep(Step):
    slug, key, template = "equality", "equality", "panel/steps/equality.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class AskForm(Form):
            equality = Choose(
                _l("Do you want to answer the equality questions?"),
                message=_l("Choose yes or no."),
                choices=labelled([("yes", N_("Yes, answer the questions")), ("no", N_("No, skip the questions"))]),
            )

        return AskForm(data={"equality": details.get("equality")})

    def save(self, form: Any, details: Details) -> None:
        details["equality"] = form.equality.data
        if form.equality.data == "no":
            details.pop("about", None)

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        said = {"yes": _("Yes, answer the questions"), "no": _("No, skip the questions")}
        return [Row(_("Equality questions"), said[details["equality"]])]


class QuestionStep(Step):
    """One question with answers to choose from; some can be put in one's own words."""

    template = "panel/steps/question.html"

    def __init__(self, question: Question) -> None:
        self.question = question
        self.slug = question.slug
        self.key = question.key

    def applies(self, details: Mapping[str, Any]) -> bool:
        return details.get("equality") == "yes" and self.question.applies(details.get("about") or {})

    def answered(self, details: Mapping[str, Any]) -> bool:
        return self.key in (details.get("about") or {})

    def form(self, details: Mapping[str, Any]) -> Form:
        question = self.question
        said = (details.get("about") or {}).get(question.key) or {}
        choices = [(o.value, o.label) for o in question.options] + [(PREFER_NOT, N_("Prefer not to say"))]
        fields: dict[str, Any] = {
            "answer": Choose(
                _l(question.text),
                description=_l(question.hint) if question.hint else "",
                message=_l("Choose an answer. You can choose “Prefer not to say”."),
                choices=labelled(choices),
            )
        }
        for option in question.options:
            if option.writes_in:
                too_long = Length(max=200, message=_l("Use at most %(limit)s characters.", limit=200))
                fields[f"text_{option.value}"] = StringField(_l(option.writes_in), [too_long], filters=[strip])
        filled = {"answer": said.get("value"), f"text_{said.get('value')}": said.get("text")}
        return type("QuestionForm", (Form,), fields)(data=filled)

    def save(self, form: Any, details: Details) -> None:
        value = form.answer.data
        text = getattr(form, f"text_{value}", None)
        answer = {"value": value} | ({"text": text.data} if text is not None and text.data else {})
        about = {**(details.get("about") or {}), self.key: answer}
        details["about"] = questions.keep_what_applies(about)

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        said = (details.get("about") or {}).get(self.key) or {}
        return [Row(_(self.question.short), self._shown(said))]

    def _shown(self, said: Mapping[str, Any]) -> str:
        if said.get("value") == PREFER_NOT:
            return _("Prefer not to say")
        option = self.question.option(said.get("value", ""))
        label = _(option.label) if option else ""
        return _("%(answer)s: %(own_words)s", answer=label, own_words=said["text"]) if said.get("text") else label

    def context(self, details: Mapping[str, Any]) -> dict[str, Any]:
        return {"question": self.question, "prefer_not": PREFER_NOT}


class BirthStep(QuestionStep):
    """The date of birth, of which any part may be left out."""

    template = "panel/steps/birth.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        question = self.question

        class BirthForm(Form):
            answer = PartialDate(_l(question.text), description=_l(question.hint))

        said = (details.get("about") or {}).get(self.key) or {}
        return BirthForm(data={"answer": said if "year" in said else None})

    def save(self, form: Any, details: Details) -> None:
        born = form.answer.data
        youngest = config.settings().minimum_age
        if born and bands.surely_younger(born, youngest):
            raise TooYoungError(age=youngest)
        answer = born if born and any(born.values()) else {"value": PREFER_NOT}
        details["about"] = {**(details.get("about") or {}), self.key: answer}

    def _shown(self, said: Mapping[str, Any]) -> str:
        return _born(said) if "year" in said else super()._shown(said)


def _born(said: Mapping[str, Any]) -> str:
    """Return the parts of a date that were given, in the reader's format."""
    year, month, day = (said.get(part) for part in ("year", "month", "day"))
    if year and month and day:
        return format_date(dt.date(year, month, day), "long")
    if year and month:
        return format_date(dt.date(year, month, 1), "LLLL y")
    if month and day:
        return format_date(dt.date(2000, month, day), "d MMMM")
    return str(year or "")


ASK = AskStep()
QUESTIONS: tuple[Step, ...] = tuple(
    BirthStep(q) if q is questions.DATE_OF_BIRTH else QuestionStep(q) for q in questions.QUESTIONS
)
