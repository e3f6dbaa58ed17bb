"""The pages of an engagement's plan: what each asks, and which columns and words it fills."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import N_
from core.forms import Form
from engagements import forms
from engagements.wording import PARTS


@dataclass(frozen=True)
class PlanPage:
    """One page of the plan. `needs` are the keys of services.missing_from_plan that it settles."""

    key: str
    title: str
    form: type[Form]
    words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def _page(key: str, title: str, form: type[Form], *columns: str, needs: tuple[str, ...] = ()) -> PlanPage:
    words = tuple(name for name in PARTS if hasattr(form, name))
    return PlanPage(key, title, form, words, columns, needs or tuple(p for p in words if PARTS[p].needed))


PAGES: dict[str, PlanPage] = {
    page.key: page
    for page in (
        _page("purpose", N_("Purpose, and what is already known"), forms.PurposeForm),
        _page("decision", N_("The decision"), forms.DecisionForm, "decision_on"),
        _page("options", N_("Options and reasons"), forms.OptionsForm),
        _page("level", N_("How much say people have"), forms.LevelForm, "level", "formal"),
        _page("about", N_("Areas and subjects"), forms.AboutForm, "subjects", needs=("areas",)),
        _page(
            "contact",
            N_("Contact"),
            forms.ContactForm,
            "contact_name",
            "contact_email",
            "contact_phone",
            needs=("contact",),
        ),
        _page("dates", N_("Dates"), forms.DatesForm, "starts_on", "ends_on", needs=("dates",)),
        _page("answers", N_("What happens with the answers"), forms.AnswersForm),
    )
}
