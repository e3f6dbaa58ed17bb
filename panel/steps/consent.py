"""Pages on what a person agrees to, each for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from core.errors import N_
from core.forms import Form
from panel.consents import PURPOSES, Purpose
from panel.details import Details
from panel.forms.fields import Choose, labelled
from panel.steps.base import Row, Step


class ConsentStep(Step):
    template = "panel/steps/consent.html"

    def __init__(self, purpose: Purpose) -> None:
        self.purpose = purpose
        self.key = purpose.key
        self.slug = f"agree-{purpose.key.replace('_', '-')}"

    def answered(self, details: Mapping[str, Any]) -> bool:
        return self.key in (details.get("consents") or {})

    def form(self, details: Mapping[str, Any]) -> Form:
        purpose = self.purpose

        class ConsentForm(Form):
            agree = Choose(
                _l(purpose.title),
                description=_l(purpose.wording),
                message=_l("Choose yes or no."),
                choices=labelled([("yes", N_("Yes, I agree")), ("no", N_("No"))]),
            )

            def validate_agree(self, field: Field) -> None:
                if purpose.key == "panel" and field.data == "no":
                    raise ValidationError(
                        _l("You can only join if you agree. If you do not want to join, you can close this page.")
                    )

        said = (details.get("consents") or {}).get(self.key)
        return ConsentForm(data={"agree": None if said is None else "yes" if said else "no"})

    def save(self, form: Any, details: Details) -> None:
        details["consents"] = {**(details.get("consents") or {}), self.key: form.agree.data == "yes"}

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        said = (details.get("consents") or {}).get(self.key)
        return [Row(_(self.purpose.short), _("Yes, I agree") if said else _("No"))]


CONSENTS: tuple[Step, ...] = tuple(ConsentStep(purpose) for purpose in PURPOSES.values())
