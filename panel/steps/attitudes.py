"""Pages of the questions on attitudes that staff have written: each optional, kept with the profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.database import db
from core.forms import Form
from i18n import languages, negotiation
from panel.details import Details
from panel.forms.fields import Choose, named
from panel.models import AttitudeQuestion, AttitudeState
from panel.questions import PREFER_NOT, VIEW
from panel.steps.base import Row, Step

_SLUG = "view-"


class ViewStep(Step):
    """One question on what a person thinks."""

    template = "panel/steps/view.html"

    def __init__(self, question: AttitudeQuestion) -> None:
        self.slug = f"{_SLUG}{question.key}"
        self.key = f"{VIEW}{question.key}"
        self.at_joining = question.at_joining
        tag = negotiation.current().tag
        self.language = languages.get(tag if tag in question.wording else languages.SOURCE.tag)
        self.words = question.wording[self.language.tag]
        self.options = question.options

    def answered(self, details: Mapping[str, Any]) -> bool:
        return self.key in (details.get("about") or {})

    def form(self, details: Mapping[str, Any]) -> Form:
        choices = [(key, self.words["options"][key]) for key in self.options]

        class ViewForm(Form):
            answer = Choose(
                self.words["question"],
                message=_l("Choose an answer. You can choose “Prefer not to say”."),
                choices=named([*choices, (PREFER_NOT, _l("Prefer not to say"))]),
            )

        said = (details.get("about") or {}).get(self.key) or {}
        return ViewForm(data={"answer": said.get("value")})

    def save(self, form: Any, details: Details) -> None:
        details["about"] = {**(details.get("about") or {}), self.key: {"value": form.answer.data}}

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        value = ((details.get("about") or {}).get(self.key) or {}).get("value", "")
        shown = _("Prefer not to say") if value == PREFER_NOT else self.words["options"].get(value, "")
        return [Row(self.words["question"], shown)]

    def context(self, details: Mapping[str, Any]) -> dict[str, Any]:
        return {"prefer_not": PREFER_NOT}


def asked(*, while_joining: bool = False) -> list[Step]:
    """Return the pages of the questions that are asked now, the oldest first."""
    query = sa.select(AttitudeQuestion).where(AttitudeQuestion.state == AttitudeState.ASKED)
    if while_joining:
        query = query.where(AttitudeQuestion.at_joining.is_(True))
    return [ViewStep(question) for question in db.session.scalars(query.order_by(AttitudeQuestion.id))]
