"""A question before the day in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core.errors import N_
from expenses import sealed
from expenses.models import PriorKind, PriorRequest, PriorState
from i18n.web import day, money

KINDS: dict[str, str] = {
    PriorKind.APPROVAL: N_("I pay it, and want to know if you pay it back"),
    PriorKind.PREPAID: N_("Please book and pay it for me"),
    PriorKind.ADVANCE: N_("Please give me the money before the day"),
}
STATES: dict[str, tuple[str, str]] = {
    PriorState.ASKED: (N_("We are looking at it"), "blue"),
    PriorState.AGREED: (N_("We agree"), "green"),
    PriorState.REFUSED: (N_("We cannot agree"), "red"),
    PriorState.WITHDRAWN: (N_("You took it back"), "grey"),
    PriorState.USED: (N_("Claimed"), "green"),
}


def told(row: PriorRequest, named: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page shows of a question."""
    name, colour = STATES[row.state]
    return {
        "id": row.id,
        "kind": _(KINDS[row.kind]),
        "category": named.get(row.category, row.category),
        "day": day(row.day),
        "asked": money(row.asked_pence),
        "agreed": money(row.agreed_pence) if row.state in {PriorState.AGREED, PriorState.USED} else "",
        "words": sealed.read(row, "words"),
        "answer": sealed.read(row, "answer"),
        "state": _(name),
        "colour": colour,
        "open": row.state == PriorState.ASKED,
    }
