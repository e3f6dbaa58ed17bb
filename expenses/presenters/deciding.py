"""Claims in words for those who decide and authorise: states, what the policy would not have, likenesses, history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from core.database import db
from core.errors import N_
from expenses import pricing, sealed
from expenses.categories import CATEGORIES, ROLES
from expenses.models import (
    Claim,
    ClaimEntry,
    ClaimKind,
    ClaimLine,
    ClaimQuestion,
    ForWhom,
    LineDecision,
    Payee,
    PolicyCategory,
    Receipt,
)
from expenses.presenters.policy import FOR_WHOM, name_of, rate_amount
from expenses.queries import duplicates
from expenses.queries.duplicates import Likeness
from expenses.reasons import REASONS
from i18n import negotiation
from i18n.web import day, money, number
from panel import contact
from panel.models import Member

#: State -> its words for staff, and the colour of its tag.
STATES: dict[str, tuple[str, str]] = {
    "draft": (N_("Not sent yet"), "grey"),
    "submitted": (N_("Waits for a decision"), "blue"),
    "question": (N_("A question is open"), "yellow"),
    "approved": (N_("Approved"), "green"),
    "partly_approved": (N_("Approved in part"), "green"),
    "refused": (N_("Refused"), "red"),
    "authorised": (N_("Authorised"), "green"),
    "in_run": (N_("In a payment run"), "blue"),
    "paid": (N_("Paid"), "green"),
    "failed": (N_("Payment came back"), "red"),
    "corrected": (N_("To be paid again"), "yellow"),
    "withdrawn": (N_("Taken back"), "grey"),
    "declined": (N_("No payment wanted"), "grey"),
}
KINDS: dict[str, str] = {
    ClaimKind.COSTS: N_("Costs"),
    ClaimKind.TIME: N_("Payment for time"),
    ClaimKind.ADVANCE: N_("Money before the day"),
}
#: What the policy would not have, in words for the approver.
FLAGS: dict[str, str] = {
    pricing.OVER_CAP: N_("More was asked for than the policy gives."),
    pricing.LATE: N_("It was sent after the last day on which this could be claimed."),
    pricing.NO_RECEIPT: N_("The policy asks for a receipt, and there is none."),
    pricing.NOT_AGREED: N_("The policy asks for agreement before the day. There was none, or for less than this."),
    pricing.NOT_ALLOWED: N_("The policy does not repay this for the person whose cost it was."),
    pricing.NOT_IN_POLICY: N_("The policy did not repay this on that day."),
}
_LIKE: dict[str, str] = {
    duplicates.SAME_COST: N_("The same person claims the same kind of cost, the same day and the same amount."),
    duplicates.SAME_RECEIPT: N_("The same receipt was sent before."),
    duplicates.SAME_CAR: N_("Somebody else claims the same journey by car on the same day. Perhaps they shared it."),
}
_METHODS = {
    "bank": N_("Bank transfer"),
    "voucher": N_("Voucher"),
    "charity": N_("Gift to a charity"),
    "none": N_("No payment"),
}
_STEPS: dict[str, str] = {
    "sent": N_("Sent"),
    "withdrawn": N_("Taken back"),
    "declined": N_("No payment wanted"),
    "wanted_again": N_("Payment wanted after all"),
    "asked": N_("Question asked"),
    "answered": N_("Question answered"),
    "approved": N_("Approved"),
    "partly_approved": N_("Approved in part"),
    "refused": N_("Refused"),
    "reopened": N_("To be decided again"),
    "authorised": N_("Authorised"),
    "settled": N_("Settled by an advance"),
    "put_in_run": N_("Put into a payment run"),
    "taken_out": N_("Taken out of a payment run"),
    "paid": N_("Paid"),
    "failed": N_("Payment came back"),
    "corrected": N_("To be paid again"),
    "given_up": N_("No payment wanted after it came back"),
    "taken_up": N_("Payment wanted after all"),
}
#: Likenesses of one line that are listed; the rest is counted.
_LISTED = 5


@dataclass
class LineCard:
    """A line as an approver sees it."""

    number: int
    heading: str
    facts: list[tuple[str, str]]
    flags: list[str]
    receipts: list[dict[str, Any]]
    likenesses: list[dict[str, str]] = field(default_factory=list)
    more_likenesses: int = 0
    decision: dict[str, str] | None = None


def state_tag(state: str) -> dict[str, str]:
    """Return the words of a state and the colour of its tag."""
    words, colour = STATES[state]
    return {"text": _(words), "kind": colour}


def queue_rows(
    claims: Sequence[Claim], likenesses: Iterable[Likeness], titles: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Return what a queue shows of each claim: no name and nothing that somebody wrote."""
    alike = {like.line_id for like in likenesses}
    return [
        {
            "claim": claim,
            "kind": _(KINDS[claim.kind]),
            "engagement": titles.get(claim.engagement_id or 0, ""),
            "lines": ngettext("%(num)s line", "%(num)s lines", len(claim.lines)),
            "state": state_tag(claim.state),
            "alike": any(line.id in alike for line in claim.lines),
            "flagged": any(line.flags for line in claim.lines),
        }
        for claim in claims
    ]


def category_names(categories: Iterable[PolicyCategory]) -> dict[str, str]:
    """Return key -> what a kind of cost is called in the reader's language."""
    tag = negotiation.current().tag
    return {category.key: name_of(category, tag) for category in categories}


def person_name(payee: Payee) -> str:
    """Return who is paid: a member by the panel's own record, others by what was kept of them."""
    if payee.member_id is not None:
        name = contact.unseal(db.session.get_one(Member, payee.member_id), "name")
        if name:
            return name
    if payee.kept:
        return str(json.loads(sealed.read(payee, "kept")).get("name") or "")
    return sealed.read(payee, "name") or _("Somebody who has left the panel")


def line_cards(
    claim: Claim,
    names: Mapping[str, str],
    receipts: Mapping[int, Sequence[Receipt]],
    decisions: Mapping[int, LineDecision],
) -> dict[int, LineCard]:
    """Return the lines of a claim by their number in the database."""
    return {
        line.id: LineCard(
            number=line.number,
            heading=names.get(line.category or "", _(CATEGORIES["other"].name)),
            facts=_facts(line),
            flags=[_(FLAGS[flag]) for flag in line.flags if flag in FLAGS],
            receipts=[_receipt(row, place) for place, row in enumerate(receipts.get(line.id, []), 1)],
            decision=_decision(decisions.get(line.id)),
        )
        for line in claim.lines
    }


def add_likenesses(
    cards: Mapping[int, LineCard], likenesses: Iterable[Likeness], references: Mapping[int, str], own_id: int, page: str
) -> None:
    """Put onto each line what it is like, with a link to the other claim on its `page` (an endpoint)."""
    for like in likenesses:
        card = cards.get(like.line_id)
        if card is None:
            continue
        if len(card.likenesses) == _LISTED:
            card.more_likenesses += 1
            continue
        reference = references.get(like.other_claim_id, "")
        card.likenesses.append(
            {
                "words": _(_LIKE[like.kind]),
                "href": url_for(page, reference=reference),
                "text": _("Another line of this claim") if like.other_claim_id == own_id else reference,
            }
        )


def _facts(line: ClaimLine) -> list[tuple[str, str]]:
    """Return what a line says, pair by pair, without what was left empty."""
    found = [(_("Day"), day(line.spent_on)), *_quantity(line)]
    if line.journey:
        ends = json.loads(sealed.read(line, "journey"))
        found.append((_("Journey"), _("%(start)s to %(end)s", start=ends["from"], end=ends["to"])))
    found.append((_("Asked for"), money(line.claimed_pence)))
    found.append((_("The policy gives"), money(line.priced_pence)))
    for part in (line.rate_copy or {}).get("parts", []) if line.quantity_hundredths else []:
        found.append((_("Worked out from"), _part(part)))
    if line.no_receipt:
        found.append((_("Why there is no receipt"), sealed.read(line, "no_receipt")))
    if line.note:
        found.append((_("What they want us to know"), sealed.read(line, "note")))
    return found


def _quantity(line: ClaimLine) -> list[tuple[str, str]]:
    if line.role:
        return [(_("Role"), _(ROLES.get(line.role, line.role))), (_("Minutes"), number(line.minutes))]
    if line.quantity_hundredths is None:
        return []
    words = number(line.quantity_hundredths / 100)
    if line.return_journey:
        words = _("%(number)s, there and back", number=words)
    return [(_("How many"), words)]


def _part(part: Mapping[str, int]) -> str:
    return _(
        "%(number)s at %(amount)s each",
        number=number(part["quantity_hundredths"] / 100),
        amount=rate_amount(part["rate_hundredths"]),
    )


def _receipt(row: Receipt, place: int) -> dict[str, Any]:
    served = "expenses.receipt" in current_app.view_functions
    pdf = row.media_type == "application/pdf"
    words = ngettext("Receipt as PDF, %(num)s page", "Receipt as PDF, %(num)s pages", row.pages)
    return {
        "href": url_for("expenses.receipt", receipt_id=row.id) if served else "",
        "is_picture": not pdf,
        "text": words if pdf else _("Receipt %(number)s in full size", number=number(place)),
    }


def _decision(row: LineDecision | None) -> dict[str, str] | None:
    if row is None:
        return None
    reason = _(REASONS[row.reason]) if row.reason in REASONS else ""
    return {"given": money(row.approved_pence), "reason": reason, "words": sealed.read(row, "words")}


def about(claim: Claim, *, engagement: str, method: str | None) -> list[dict[str, str]]:
    """Return the facts about a whole claim as rows of a summary list."""
    rows = [
        (_("Who is paid"), person_name(claim.payee)),
        (_("What it was for"), engagement or sealed.read(claim, "event")),
        (_("Kind"), _(KINDS[claim.kind])),
        (_("Asked for"), money(claim.claimed_pence)),
        (_("Sent on"), day(claim.submitted_at)),
        (_("Promised to be paid by"), day(claim.promised_on)),
        (_("How they want to be paid"), _(_METHODS[method or "bank"])),
    ]
    if claim.for_whom != ForWhom.SELF:
        rows.append((_("Whose cost it was"), _(FOR_WHOM[claim.for_whom])))
        rows.append((_("In their words"), sealed.read(claim, "for_words")))
    if claim.note:
        rows.append((_("What they want us to know"), sealed.read(claim, "note")))
    if claim.made_how != "online":
        rows.append((_("Entered by staff"), _("From paper") if claim.made_how == "paper" else _("On the phone")))
    if claim.approved_by is not None:
        rows.append((_("Approved"), money(claim.approved_pence)))
    if claim.advance_pence:
        rows.append((_("Paid in advance"), money(claim.advance_pence)))
        rows.append((_("Left to pay"), money(claim.to_pay_pence)))
    return [{"key": key, "value": value} for key, value in rows if value]


def history(entries: Iterable[ClaimEntry], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the ledger in words: what, when, by whom, what was written."""
    return [
        {
            "words": _(_STEPS.get(entry.kind, entry.kind)),
            "at": entry.at,
            "who": _who(entry.actor, names),
            "pence": entry.pence,
            "said": sealed.read(entry, "words"),
        }
        for entry in entries
    ]


def staff_in(entries: Iterable[ClaimEntry], questions: Iterable[ClaimQuestion]) -> set[int]:
    """Return the members of staff who took part in a claim."""
    actors = [entry.actor.partition(":") for entry in entries]
    found = {int(number) for kind, _colon, number in actors if kind == "staff" and number.isdigit()}
    return found | {question.asked_by for question in questions}


def _who(actor: str, names: Mapping[int, str]) -> str:
    kind, _colon, number_ = actor.partition(":")
    if kind == "staff" and number_.isdigit():
        return names.get(int(number_), "")
    return _("The person themselves") if kind == "member" else _("The program")


def asked(questions: Iterable[ClaimQuestion], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return what was asked and answered."""
    return [
        {
            "question": sealed.read(row, "question"),
            "asked_at": row.asked_at,
            "asked_by": names.get(row.asked_by, ""),
            "answer": sealed.read(row, "answer"),
            "answered_at": row.answered_at,
        }
        for row in questions
    ]
