"""Figures of a telling as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core.errors import N_
from feedback.models import ToldState
from i18n.web import number

#: How people are reached, as staff read it; `left` for those who may not be contacted any more.
ROUTES: dict[str, str] = {
    "email": N_("E-mail"),
    "post": N_("Letter"),
    "phone": N_("Phone call"),
    "text": N_("Text message"),
    "left": N_("Left the panel: not contacted"),
}
STATES: dict[str, str] = {
    ToldState.TO_TELL: N_("To do"),
    ToldState.SENT: N_("On its way"),
    ToldState.TOLD: N_("Told"),
    ToldState.FAILED: N_("Did not arrive"),
    ToldState.UNREACHABLE: N_("Cannot be reached"),
}


def table(progress: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return the head and rows of routes by states."""
    head = [_("How"), *(_(text) for text in STATES.values())]
    rows = [
        [_(text), *(number(progress[route].get(state, 0)) for state in STATES)]
        for route, text in ROUTES.items()
        if route in progress
    ]
    return {"head": head, "rows": rows, "numeric": list(range(1, len(head)))}


def to_be_told(counts: Mapping[str, int]) -> dict[str, Any]:
    """Return how many people will be told in which way, and how many that is in all."""
    rows = [[_(text), number(counts[route])] for route, text in ROUTES.items() if counts.get(route)]
    return {"total": sum(people for route, people in counts.items() if route != "left"), "rows": rows}
