"""Pages on how a person needs to get information and take part, after the Accessible Information Standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from core.errors import N_
from core.forms import Form, strip
from i18n import languages, negotiation
from panel.details import Details
from panel.forms.fields import Choose, Tick, labelled, named
from panel.steps.base import Row, Step

NONE = "none"
FORMATS: dict[str, str] = {
    "large_print": N_("Large print"),
    "easy_read": N_("Easy Read: simple words with pictures"),
    "braille": N_("Braille"),
    "audio": N_("Audio: something to listen to"),
    "bsl": N_("British Sign Language video"),
    "plain_text": N_("Plain text, for a screen reader"),
    "coloured_paper": N_("Paper of another colour than white"),
}
SUPPORT: dict[str, str] = {
    "bsl_interpreter": N_("A British Sign Language interpreter"),
    "language_interpreter": N_("An interpreter for a spoken language"),
    "hearing_loop": N_("A hearing loop"),
    "lip_speaker": N_("A lip speaker or someone to write down what is said"),
    "longer_time": N_("More time"),
    "step_free": N_("A place without steps"),
    "supporter": N_("Somebody I bring along to support me"),
}
POINTS = (16, 18, 20, 24, 28)


def _chosen(details: Mapping[str, Any], key: str) -> list[str] | None:
    if key not in details:
        return None
    return list(details[key]) or [NONE]


class FormatsStep(Step):
    slug, key, template = "formats", "formats", "panel/steps/formats.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class FormatsForm(Form):
            formats = Tick(
                _l("Do you need information in another format?"),
                description=_l("Choose all that you need, or none."),
                exclusive=NONE,
                choices=labelled([*FORMATS.items(), (NONE, N_("No, standard print is fine"))]),
            )

        return FormatsForm(data={"formats": _chosen(details, "formats")})

    def save(self, form: Any, details: Details) -> None:
        details["formats"] = [value for value in form.formats.data if value != NONE]
        if "large_print" not in details["formats"]:
            details.pop("large_print_points", None)

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        said = [_(FORMATS[value]) for value in details.get("formats") or [] if value in FORMATS]
        return [Row(_("Formats"), "\n".join(said) or _("No, standard print is fine"))]


class LargePrintStep(Step):
    slug, key = "large-print", "large_print_points"

    def applies(self, details: Mapping[str, Any]) -> bool:
        return "large_print" in (details.get("formats") or [])

    def answered(self, details: Mapping[str, Any]) -> bool:
        return bool(details.get(self.key))

    def form(self, details: Mapping[str, Any]) -> Form:
        class LargePrintForm(Form):
            large_print_points = Choose(
                _l("Which size of print do you need?"),
                message=_l("Choose a size of print."),
                choices=named((str(points), _l("%(points)s point", points=points)) for points in POINTS),
            )

        said = details.get("large_print_points")
        return LargePrintForm(data={"large_print_points": str(said) if said else None})

    def save(self, form: Any, details: Details) -> None:
        details["large_print_points"] = int(form.large_print_points.data)

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        said = details.get("large_print_points")
        return [Row(_("Size of print"), _("%(points)s point", points=said) if said else "")]


class SupportStep(Step):
    slug, key, template = "support", "support", "panel/steps/support.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class SupportForm(Form):
            support = Tick(
                _l("Do you need support to take part?"),
                description=_l("Choose all that you need, or none."),
                exclusive=NONE,
                choices=labelled([*SUPPORT.items(), (NONE, N_("No, I do not need support"))]),
            )
            support_text = StringField(
                _l("Anything else that helps you take part (optional)"),
                [Length(max=500, message=_l("Use at most %(limit)s characters.", limit=500))],
                filters=[strip],
            )

        return SupportForm(data={"support": _chosen(details, "support"), "support_text": details.get("support_text")})

    def save(self, form: Any, details: Details) -> None:
        details["support"] = [value for value in form.support.data if value != NONE]
        details["support_text"] = form.support_text.data or ""

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        said = [_(SUPPORT[value]) for value in details.get("support") or [] if value in SUPPORT]
        said += [details["support_text"]] if details.get("support_text") else []
        return [Row(_("Support"), "\n".join(said) or _("No, I do not need support"))]


class LanguageStep(Step):
    slug, key, template = "language", "language", "panel/steps/language.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class LanguageForm(Form):
            language = Choose(
                _l("Which language should we use with you?"),
                message=_l("Choose a language."),
                choices=named((language.tag, language.name) for language in languages.LANGUAGES),
            )

        return LanguageForm(data={"language": details.get("language") or negotiation.current().tag})

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [Row(_("Language"), languages.get(details.get("language")).name)]


FORMATS_STEP = FormatsStep()
LARGE_PRINT = LargePrintStep()
SUPPORT_STEP = SupportStep()
LANGUAGE = LanguageStep()
