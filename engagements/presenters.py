"""What the pages of engagements show: rows, states, tasks, next steps, and sections that other rooms add."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from accounts import current
from core.errors import N_
from core.forms import Form
from engagements import queries, services, wording
from engagements.forms import LEVELS
from engagements.models import Engagement, EngagementState
from engagements.pages import PAGES
from engagements.subjects import SUBJECTS
from i18n import languages, negotiation
from i18n.web import day, listed, percent
from i18n.web import words as error_words
from panel import queries as panel_queries
from panel.models import Area

#: State -> its name, and the colour of its tag.
STATES: dict[str, tuple[str, str]] = {
    EngagementState.DRAFT: (N_("Draft"), "grey"),
    EngagementState.OPEN: (N_("Open"), "green"),
    EngagementState.CLOSED: (N_("Closed"), "yellow"),
    EngagementState.ARCHIVED: (N_("Archived"), "grey"),
}


@dataclass(frozen=True)
class Step:
    """Something to do next: words already translated."""

    text: str
    href: str
    #: A button of its own rather than a line.
    button: bool = False


@dataclass(frozen=True)
class Section:
    """What another room adds to the page of an engagement: a heading and HTML of its own template."""

    heading: str
    html: Markup
    order: int


_section_sources: list[Callable[[Engagement], Section | None]] = []
_step_sources: list[Callable[[Engagement], list[Step]]] = []


def add_section(source: Callable[[Engagement], Section | None]) -> None:
    """Show what `source` returns on the page of an engagement; None when the reader may not see it."""
    if source not in _section_sources:
        _section_sources.append(source)


def add_steps(source: Callable[[Engagement], list[Step]]) -> None:
    """List what `source` returns among the next steps of an engagement."""
    if source not in _step_sources:
        _step_sources.append(source)


def state_of(engagement: Engagement) -> tuple[str, str]:
    """Return the state in words, and the colour of its tag."""
    name, colour = STATES[engagement.state]
    return _(name), colour


def title(engagement: Engagement) -> str:
    """Return the title in the reader's language."""
    return wording.title_of(engagement, negotiation.current().tag)


def rows(engagements: Iterable[Engagement]) -> list[dict[str, Any]]:
    """Return what the list shows of each engagement."""
    return [
        {"engagement": e, "title": title(e), "state": state_of(e), "dates": _dates(e), "level": _(LEVELS[e.level][0])}
        for e in engagements
    ]


def _dates(engagement: Engagement) -> str:
    if not (engagement.starts_on and engagement.ends_on):
        return ""
    return _("%(start)s to %(end)s", start=day(engagement.starts_on), end=day(engagement.ends_on))


def page(engagement: Engagement) -> dict[str, Any]:
    """Return everything the page of one engagement shows."""
    missing = services.missing_from_plan(engagement)
    sections = [found for source in _section_sources if (found := source(engagement))]
    return {
        "title": title(engagement),
        "state": state_of(engagement),
        "tasks": _tasks(engagement, missing),
        "missing": missing,
        "steps": _steps(engagement, missing),
        "facts": _facts(engagement),
        "languages": _languages(engagement),
        "sections": sorted(sections, key=lambda s: s.order),
        "may_edit": current.may("engagements.edit") and engagement.state != EngagementState.ARCHIVED,
    }


def _tasks(engagement: Engagement, missing: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "key": page.key,
            "title": _(page.title),
            "done": not set(page.needs) & set(missing),
            "href": url_for("engagements.plan", engagement_id=engagement.id, page_key=page.key),
        }
        for page in PAGES.values()
    ]


def _steps(engagement: Engagement, missing: list[str]) -> list[Step]:
    steps = []
    if current.may("engagements.edit"):
        if engagement.state == EngagementState.DRAFT and missing:
            steps.append(Step(_("Fill in the rest of the plan."), "#plan"))
        steps += _moves(engagement, missing)
    for source in _step_sources:
        steps += source(engagement)
    return steps


def _moves(engagement: Engagement, missing: list[str]) -> list[Step]:
    def step(move: str, text: str) -> Step:
        return Step(text, url_for("engagements.ask_move", engagement_id=engagement.id, move=move), button=True)

    if engagement.state == EngagementState.DRAFT:
        return [] if missing else [step("open", _("Open this engagement"))]
    if engagement.state == EngagementState.OPEN:
        return [step("close", _("Close this engagement"))]
    if engagement.state == EngagementState.CLOSED:
        return [step("archive", _("Archive this engagement")), step("open", _("Open it again"))]
    return [step("unarchive", _("Take it out of the archive"))]


def _facts(engagement: Engagement) -> list[dict[str, Any]]:
    """Return the plan as rows of a summary list."""
    words = wording.words_in(engagement, languages.SOURCE.tag)
    names = area_names(engagement)

    def href(page_key: str) -> str:
        if not current.may("engagements.edit") or engagement.state == EngagementState.ARCHIVED:
            return ""
        return url_for("engagements.plan", engagement_id=engagement.id, page_key=page_key)

    found = []
    for page in PAGES.values():
        found += [
            {"key": _(wording.PARTS[p].label), "value": words[p], "href": href(page.key), "language": languages.SOURCE}
            for p in page.words
        ]
        if page.key == "decision":
            found.append(
                {"key": _("Date of the decision"), "value": day(engagement.decision_on), "href": href("decision")}
            )
        if page.key == "level":
            kind = _("A formal consultation") if engagement.formal else _("Not a formal consultation")
            found.append({"key": _("Level"), "value": _(LEVELS[engagement.level][0]), "href": href("level")})
            found.append({"key": _("Kind"), "value": kind, "href": href("level")})
        if page.key == "about":
            subjects = listed(_(SUBJECTS[key]) for key in engagement.subjects if key in SUBJECTS)
            found.append({"key": _("Areas"), "value": listed(names), "href": href("about")})
            found.append({"key": _("Subjects"), "value": subjects, "href": href("about")})
        if page.key == "contact":
            contact = [engagement.contact_name, engagement.contact_email, engagement.contact_phone]
            found.append({"key": _("Contact"), "value": listed(filter(None, contact), "unit"), "href": href("contact")})
        if page.key == "dates":
            found.append({"key": _("Dates"), "value": _dates(engagement), "href": href("dates")})
    return found


def _languages(engagement: Engagement) -> list[dict[str, Any]]:
    person = current.staff()
    found = []
    for language in languages.LANGUAGES:
        if language is languages.SOURCE:
            continue
        progress = wording.progress(engagement, language.tag)
        may = person is not None and person.may("surveys.translate") and person.may_translate(language.tag)
        found.append(
            {
                "name": _(language.english_name),
                "share": percent(progress.done / progress.total if progress.total else 0),
                "missing": len(progress.missing),
                "stale": len(progress.stale),
                "href": url_for("engagements.translation", engagement_id=engagement.id, tag=language.tag)
                if may
                else "",
            }
        )
    return found


def area_names(engagement: Engagement) -> list[str]:
    """Return the names of the areas, larger ones first."""
    wanted = set(queries.area_ids(engagement.id))
    return [area.name for area in panel_queries.list_areas() if area.id in wanted] if wanted else []


def differences(form: Form, stored: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what is stored under each field of a plan's page whose value in the form is another: label and words."""
    return [
        {"key": str(form[name].label.text), "value": _stored_words(form[name], value)}
        for name, value in stored.items()
        if _comparable(form[name].data) != _comparable(value)
    ]


def _comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value or ""


def _stored_words(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(field, (RadioField, SelectMultipleField)):
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(str(choice.label) for choice in field.choices if choice.value in chosen)
    return str(value or "")


def area_choices() -> list[SelectChoice]:
    """Return every area as a choice, each under the one it lies in."""
    areas = panel_queries.list_areas()
    inside: dict[int | None, list[Area]] = {}
    for area in areas:
        inside.setdefault(area.parent_id, []).append(area)
    choices: list[SelectChoice] = []

    def add(area: Area, within: str) -> None:
        # Translators: a neighbourhood and the place it lies in, such as “Leicester: Evington”
        name = _("%(place)s: %(area)s", place=within, area=area.name) if within else area.name
        choices.append(SelectChoice(area.id, name))
        for child in inside.get(area.id, []):
            add(child, area.name if area.level >= 2 else "")

    for area in inside.get(None, []):
        add(area, "")
    return choices


def moved(move: str) -> str:
    """Return what is said after a move."""
    return {
        "open": _("The engagement is open."),
        "close": _("The engagement is closed."),
        "archive": _("The engagement is archived."),
        "unarchive": _("The engagement is out of the archive."),
    }[move]


def move_question(engagement: Engagement, move: str) -> dict[str, Any]:
    """Return what is asked before a move: heading, explanation, button, and what stands against it."""
    heading, text, button = {
        "open": (
            _("Open this engagement?"),
            _("Its plan can still be changed. Its surveys open at their own times."),
            _("Open it"),
        ),
        "close": (
            _("Close this engagement?"),
            _("Nobody can take part any more. You can still record what came of it and tell everyone."),
            _("Close it"),
        ),
        "archive": (
            _("Archive this engagement?"),
            _("It leaves the list of current work. Nothing is deleted, and you can take it out again."),
            _("Archive it"),
        ),
        "unarchive": (
            _("Take this engagement out of the archive?"),
            _("It goes back to the list as closed."),
            _("Take it out"),
        ),
    }[move]
    against = services.why_not_archive(engagement) if move == "archive" else []
    return {
        "title": title(engagement),
        "heading": heading,
        "text": text,
        "button": button,
        "against": [error_words(problem) for problem in against],
    }
