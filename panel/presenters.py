"""From what is held to what a page needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from core.errors import N_
from i18n import languages
from panel.consents import PURPOSES
from panel.models import MemberEvent, MemberState, Route
from panel.steps.base import Row, Step
from panel.steps.contact import ROUTES
from panel.steps.needs import FORMATS

STATES: dict[str, tuple[str, str]] = {
    MemberState.APPLIED: (N_("Waiting to be confirmed"), "yellow"),
    MemberState.ACTIVE: (N_("On the panel"), "green"),
    MemberState.PAUSED: (N_("Paused"), "blue"),
    MemberState.LAPSED: (N_("Not heard from"), "grey"),
    MemberState.LEFT: (N_("Left"), "grey"),
    MemberState.REMOVED: (N_("Removed"), "grey"),
}
EVENTS: dict[str, str] = {
    "applied": N_("Asked to join"),
    "confirmed": N_("Confirmed"),
    "paused": N_("Paused"),
    "resumed": N_("Came back"),
    "bounced": N_("A message came back"),
    "left": N_("Left"),
    "removed": N_("Removed"),
}


def summary(
    steps: Iterable[Step], details: Mapping[str, Any], href: Callable[[Step], str | None]
) -> list[dict[str, Any]]:
    """Return the lines of a summary list: what was told, each with the address of the page that changes it."""
    lines = []
    for step in steps:
        for row in step.rows(details):
            lines.append({"key": row.key, "value": shown(row), "href": href(step), "change": row.key})
    return lines


def shown(row: Row) -> Markup:
    """Return what a row says, line by line, set apart from the direction of the page where it has one of its own."""
    value = Markup("<br>").join(escape(part.strip()) for part in row.value.split("\n"))
    return Markup('<bdi dir="ltr">{}</bdi>').format(value) if row.left_to_right and value else value


def state(key: str) -> dict[str, str]:
    """Return the words and colour of a state's tag."""
    words, colour = STATES[MemberState(key)]
    return {"text": _(words), "kind": colour}


def event(step: MemberEvent) -> str:
    """Return what a step of a membership is called."""
    return _(EVENTS[step.kind]) if step.kind in EVENTS else step.kind


def consent_lines(said: Mapping[str, bool]) -> list[dict[str, Any]]:
    """Return the lines of a summary list of consents; being on the panel is changed by leaving."""
    lines = []
    for purpose in PURPOSES.values():
        words = _("Yes, I agree") if said.get(purpose.key) else _("No")
        page = None if purpose.key == "panel" else url_for("panel.change_consent", purpose=purpose.key)
        lines.append({"key": _(purpose.short), "value": words, "href": page, "change": _(purpose.short)})
    return lines


def route(key: str) -> str:
    """Return how somebody is reached, in words."""
    return _(ROUTES[Route(key)])


def language(tag: str) -> str:
    """Return a language's own name."""
    return languages.get(tag).name


def formats(keys: Iterable[str]) -> Markup:
    """Return the formats somebody needs, one a line."""
    return Markup("<br>").join(escape(_(FORMATS[key])) for key in keys if key in FORMATS)


def source(key: str, sources: Mapping[str, str]) -> str:
    """Return how somebody came to us."""
    return _(sources[key]) if key in sources else _("Online") if key == "online" else key
