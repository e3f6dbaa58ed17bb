"""Fieldwork in words, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from core import clock
from core.errors import N_
from i18n import languages
from i18n.web import day, listed, moment
from panel.contact import Contact
from panel.models import Route
from surveys import checklist
from surveys.models import Fieldwork, FieldworkState, Kind
from surveys.queries.answering import GRACE

KIND_WORDS: dict[str, str] = {
    Kind.ANONYMOUS: N_("Anonymous"),
    Kind.CONFIDENTIAL: N_("Confidential"),
    Kind.OPEN: N_("Open to everybody"),
}
STATES: dict[str, tuple[str, str]] = {
    FieldworkState.DRAFT: (N_("Draft"), "grey"),
    FieldworkState.SCHEDULED: (N_("Opens by itself"), "blue"),
    FieldworkState.OPEN: (N_("Open"), "green"),
    FieldworkState.CLOSED: (N_("Closed"), "white"),
}
_CLOSING = (N_("Closing"), "yellow")
_ROUTES: dict[str, str] = {Route.TEXT: N_("Text message"), Route.PHONE: N_("Phone"), Route.POST: N_("Post")}


def state(fieldwork: Fieldwork) -> tuple[str, str]:
    """Return the words and the colour of a fieldwork's state."""
    words, colour = _CLOSING if is_closing(fieldwork) else STATES[fieldwork.state]
    return gettext(words), colour


def is_closing(fieldwork: Fieldwork) -> bool:
    """Return whether the closing time has passed and who had begun may still finish."""
    return fieldwork.state == FieldworkState.OPEN and fieldwork.closes_at <= clock.now()


def rows(found: list[Fieldwork], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the lines of a list of fieldwork; `names` are those of the surveys, by id."""
    return [
        {
            "href": url_for("fieldwork.show", fieldwork_id=f.id),
            "name": names[f.survey_id],
            "state": state(f),
            "kind": gettext(KIND_WORDS[f.kind]),
            "opens": moment(f.opens_at),
            "closes": moment(f.closes_at),
        }
        for f in found
    ]


def facts(fieldwork: Fieldwork) -> list[dict[str, str]]:
    """Return what was decided, for a summary list."""
    names = listed(languages.get(tag).name for tag in fieldwork.languages)
    lines = [
        {"key": gettext("Kind"), "value": gettext(KIND_WORDS[fieldwork.kind])},
        {"key": gettext("Languages"), "value": names},
        {"key": gettext("Opens"), "value": moment(fieldwork.opens_at)},
        {"key": gettext("Closes"), "value": moment(fieldwork.closes_at)},
    ]
    if fieldwork.state == FieldworkState.OPEN:
        lines.append(
            {"key": gettext("Those who have begun can finish until"), "value": moment(fieldwork.closes_at + GRACE)}
        )
    return lines


@dataclass(frozen=True)
class Point:
    """A point of the checklist in words."""

    code: str
    words: str
    must: bool


def finding(found: checklist.Finding) -> Point:
    """Return a finding of the checklist in the reader's language."""
    params = {name: _shown(value) for name, value in found.params.items()}
    return Point(found.code, gettext(found.words, **params), found.severity == checklist.MUST)


def _shown(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return day(value)
    return gettext(value) if isinstance(value, str) and value else value


def person(found: Contact, route: str, language: str, code: str) -> dict[str, str]:
    """Return a line of the call and letter list."""
    return {
        "name": found.name or gettext("No name given"),
        "route": gettext(_ROUTES.get(route, N_("Phone"))),
        "reach": "\n".join(found.address_lines) if route == Route.POST else found.phone,
        "language": languages.get(language).name,
        "code": code,
    }
