"""A question before the day in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core import clock
from core.errors import N_
from expenses import sealed
from expenses.models import PriorKind, PriorRequest, PriorState
from expenses.services.prior import says_for_what
from i18n.web import day, money, typed

KINDS: dict[str, str] = {
    PriorKind.APPROVAL: N_("I pay it, and want to know if you pay it back"),
    PriorKind.PREPAID: N_("Please book and pay it for me"),
    PriorKind.ADVANCE: N_("Please give me the money before the day"),
}
#: Kind -> what happens next, once it is agreed.
NEXT: dict[str, str] = {
    PriorKind.APPROVAL: N_("You pay it on the day. Keep the receipt. Then send us a claim, and we pay it back to you."),
    PriorKind.PREPAID: N_("We book and pay it for you. We tell you what you need to know before the day."),
    PriorKind.ADVANCE: N_(
        "We send you the money before the day. Keep the receipts. Afterwards tell us what you spent."
    ),
}
STATES: dict[str, tuple[str, str]] = {
    PriorState.DRAFT: (N_("Not sent yet"), "grey"),
    PriorState.ASKED: (N_("We are looking at it"), "blue"),
    PriorState.AGREED: (N_("We agree"), "green"),
    PriorState.REFUSED: (N_("We cannot agree"), "red"),
    PriorState.WITHDRAWN: (N_("You took it back"), "grey"),
    PriorState.USED: (N_("Claimed"), "green"),
}


def missing(row: PriorRequest) -> str:
    """Return the first page of a draft on which something is still to be said."""
    if not says_for_what(row):
        return "event"
    if not row.category:
        return "category"
    if row.day is None:
        return "day"
    return "cost" if row.kind == PriorKind.ADVANCE and not row.asked_pence else "why"


def following(row: PriorRequest) -> str:
    """Return what happens next."""
    if row.state == PriorState.ASKED:
        return _("We look at it and answer you before the day. You do not need to do anything.")
    return _(NEXT[row.kind]) if _shown_state(row) == PriorState.AGREED else ""


def can_claim(row: PriorRequest) -> bool:
    """Return whether the day has come for a cost that was agreed to and that the person paid."""
    agreed = row.kind == PriorKind.APPROVAL and row.state == PriorState.AGREED
    return agreed and row.day is not None and row.day <= clock.today()


def _shown_state(row: PriorRequest) -> str:
    """Return the state as people see it: an advance is claimed in the moment it is agreed."""
    claimed_at_once = row.kind == PriorKind.ADVANCE and row.state == PriorState.USED
    return PriorState.AGREED if claimed_at_once else row.state


def tag_of(row: PriorRequest) -> tuple[str, str]:
    """Return where a question stands, in words, and the colour of its tag."""
    name, colour = STATES[_shown_state(row)]
    return _(name), colour


def told(row: PriorRequest, named: Mapping[str, str], titles: Mapping[int, str]) -> dict[str, Any]:
    """Return what a page shows of a question; `titles` names the engagements."""
    name, colour = tag_of(row)
    return {
        "id": row.id,
        "kind": _(KINDS[row.kind]),
        "event": titles.get(row.engagement_id or 0, "") or typed(sealed.read(row, "event")),
        "category": named.get(row.category or "", row.category or ""),
        "day": day(row.day),
        "asked": money(row.asked_pence) if row.asked_pence is not None else _("Not known yet"),
        "agreed": money(row.agreed_pence) if row.state in {PriorState.AGREED, PriorState.USED} else "",
        "words": typed(sealed.read(row, "words")),
        "answer": sealed.read(row, "answer"),
        "state": name,
        "colour": colour,
        "following": following(row),
        "open": row.state == PriorState.ASKED,
        "can_claim": can_claim(row),
    }
