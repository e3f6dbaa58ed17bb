"""A claim in words for the person it belongs to: where it is, what happens next, and what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from core.errors import N_
from engagements.queries import get_engagement
from engagements.wording import title_of
from expenses import pricing, sealed
from expenses.categories import ROLES, TIME
from expenses.forms import they
from expenses.models import (
    Claim,
    ClaimKind,
    ClaimLine,
    ForWhom,
    PayeeKind,
    PaymentChoice,
    PaymentMethod,
    PolicyCategory,
)
from expenses.models import ClaimState as S
from expenses.presenters import deciding
from expenses.presenters.policy import name_of, words_of
from expenses.queries import advances, choices, payees, policy
from expenses.queries import claims as queries
from expenses.reasons import REASONS
from expenses.services.claims import is_whole
from i18n import negotiation
from i18n.web import day, money, number, typed

_COME_BACK = N_("Please check your bank details, or choose another way to be paid. Then we pay you again.")
#: State -> its name, the colour of its tag, and what happens next.
STATES: dict[str, tuple[str, str, str]] = {
    S.DRAFT: (N_("Not sent yet"), "grey", N_("Check it and send it when you are ready.")),
    S.SUBMITTED: (N_("We have it"), "blue", N_("We look at it next. You do not need to do anything.")),
    S.QUESTION: (N_("We have a question"), "yellow", N_("Please answer our question. Then we go on.")),
    S.APPROVED: (N_("Agreed"), "green", N_("We will pay you. One more person checks it first.")),
    S.PARTLY_APPROVED: (N_("Agreed in part"), "green", N_("We will pay you a part. One more person checks it first.")),
    S.REFUSED: (N_("Not agreed"), "red", N_("We will not pay this. Ask us if you think that is wrong.")),
    S.AUTHORISED: (N_("Ready to be paid"), "green", N_("We will pay it with our next payments.")),
    S.IN_RUN: (N_("Being paid"), "green", N_("The money is on its way to you.")),
    S.PAID: (N_("Paid"), "green", N_("You do not need to do anything.")),
    S.FAILED: (N_("The payment came back"), "red", _COME_BACK),
    S.CORRECTED: (N_("To be paid again"), "green", N_("We will pay it with our next payments.")),
    S.WITHDRAWN: (N_("You took it back"), "grey", N_("We will not pay this.")),
    S.DECLINED: (N_("You wanted no payment"), "grey", N_("Thank you. You can still change your mind.")),
}
_PROMISED = frozenset(
    {S.SUBMITTED, S.QUESTION, S.APPROVED, S.PARTLY_APPROVED, S.AUTHORISED, S.IN_RUN, S.FAILED, S.CORRECTED}
)
METHODS: dict[str, str] = {
    PaymentMethod.BANK: N_("Into a bank account"),
    PaymentMethod.VOUCHER: N_("With a voucher"),
    PaymentMethod.CHARITY: N_("Give the money to a charity"),
    PaymentMethod.NONE: N_("I do not want to be paid"),
}
_METHOD_HINTS: dict[str, str] = {
    PaymentMethod.BANK: N_("We ask for your bank details next, unless we have them."),
    PaymentMethod.VOUCHER: N_("We send you a voucher that you can spend in shops. You do not need a bank account."),
    PaymentMethod.CHARITY: N_("We give all of it to the charity. You get no money."),
    PaymentMethod.NONE: N_("We thank you, and pay nothing."),
}
WHOM: dict[str, str] = {
    ForWhom.SELF: N_("My own cost"),
    ForWhom.CARER: N_("The cost of somebody who came to care for me"),
    ForWhom.ASSISTANT: N_("The cost of my personal assistant"),
}
KINDS: dict[str, str] = {
    ClaimKind.COSTS: N_("What you spent"),
    ClaimKind.TIME: N_("Your time"),
    ClaimKind.ADVANCE: N_("Money before the day"),
}


@dataclass(frozen=True)
class Status:
    """Where a claim stands."""

    name: str
    colour: str
    following: str
    #: By when it is promised to be paid, or when it was.
    date: str


def status(claim: Claim, *, is_accounted: bool = False) -> Status:
    """Return where a claim is, what happens next, by which date; `is_accounted`: an advance, accounted for."""
    name, colour, following = STATES[claim.state]
    if claim.kind == ClaimKind.ADVANCE and claim.state == S.PAID:
        following = N_("Keep your receipts. After the day, tell us what you spent.")
        if is_accounted:
            following = N_("You told us what you spent.")
    if is_paid_before(claim):
        return Status(
            _(name), colour, _("We gave you money for this before the day. There is nothing more to pay."), ""
        )
    date = ""
    if claim.paid_on and claim.state == S.PAID:
        date = _("We paid it on %(date)s.", date=day(claim.paid_on))
    elif claim.promised_on and claim.state in _PROMISED:
        date = _("We will pay you by %(date)s.", date=day(claim.promised_on))
    return Status(_(name), colour, _(following), date)


def is_paid_before(claim: Claim) -> bool:
    """Return whether an advance has paid all that was approved, so that nothing is to be paid any more."""
    return claim.settles_id is not None and 0 < claim.advance_pence == claim.approved_pence


def cards(claims: Sequence[Claim], of_them: bool = False) -> list[dict[str, Any]]:
    """Return a list of claims: reference, kind, amount, day, status."""
    kinds = deciding.KINDS if of_them else KINDS
    accounted = advances.accounted([claim.id for claim in claims if claim.kind == ClaimKind.ADVANCE])
    return [
        {
            "reference": claim.reference,
            "kind": _(kinds[claim.kind]),
            "amount": money(amount(claim)),
            "sent": day(claim.submitted_at),
            "status": status(claim, is_accounted=claim.id in accounted),
            "draft": claim.state == S.DRAFT,
        }
        for claim in claims
    ]


def amount(claim: Claim) -> int:
    """Return what the claim is worth to the person now, in pence."""
    return claim.approved_pence if claim.approved_by is not None else claim.claimed_pence


def names(categories: Sequence[PolicyCategory]) -> dict[str, str]:
    """Return category -> its name in the reader's language."""
    tag = negotiation.current().tag
    return {category.key: name_of(category, tag) for category in categories}


def line_title(line: ClaimLine, named: Mapping[str, str]) -> str:
    """Return what a line is called: its kind of cost, or the role in which time was given."""
    if line.category == TIME and line.role:
        return _(ROLES[line.role]) if line.role in ROLES else line.role
    return named.get(line.category or "", "") or _("A cost")


def how_much(line: ClaimLine, unit: str, journey: Mapping[str, str]) -> str:
    """Return how much a line is in words, before the policy is asked."""
    if line.minutes:
        return _("%(hours)s hours", hours=number(line.minutes / 60))
    quantity = number((line.quantity_hundredths or 0) / 100)
    if unit == "mile" and line.quantity_hundredths is not None:
        ends = {
            "origin": f"\u2068{journey.get('from', '')}\u2069",
            "destination": f"\u2068{journey.get('to', '')}\u2069",
        }
        if line.return_journey:
            return _("%(miles)s miles from %(origin)s to %(destination)s and back", miles=quantity, **ends)
        return _("%(miles)s miles from %(origin)s to %(destination)s", miles=quantity, **ends)
    spent = money(line.spent_pence)
    if unit == "hour" and line.quantity_hundredths is not None:
        return _("%(amount)s for %(hours)s hours", amount=spent, hours=quantity)
    if unit == "night" and line.quantity_hundredths is not None:
        return _("%(amount)s for %(nights)s nights", amount=spent, nights=quantity)
    return spent


def whose(claim: Claim, of_them: bool = False) -> str:
    """Return whose cost it was, said to the person or of them."""
    words = sealed.read(claim, "for_words")
    name = _((they.WHOM if of_them else WHOM)[claim.for_whom])
    return f"{name} (\u2068{words}\u2069)" if words else name


def payment(choice: PaymentChoice | None, of_them: bool = False) -> str:
    """Return how the person wants to be paid, with the charity's name, said to the person or of them."""
    if choice is None:
        return ""
    words = _((they.METHODS if of_them else METHODS)[choice.method])
    if choice.charity_id is None:
        return words
    return f"{words} (\u2068{payees.name_of(choice.charity_id)}\u2069)"


def method_hints(of_them: bool = False) -> dict[str, str]:
    """Return what each way to be paid means."""
    hints = dict(_METHOD_HINTS)
    if of_them:
        hints = {PaymentMethod.BANK: N_("Ask for their bank details next.")}
    return {method: _(words) for method, words in hints.items()}


def note_of(category: PolicyCategory) -> str:
    """Return what people should know of a kind of cost, in the reader's language."""
    return words_of(category, "note", negotiation.current().tag).text


def journey_of(line: ClaimLine) -> dict[str, str]:
    """Return {"from", "to"} of a line, or nothing."""
    text = sealed.read(line, "journey")
    return dict(json.loads(text)) if text else {}


def unit_of(line: ClaimLine) -> str:
    """Return what the rate counts that a line was priced with."""
    return str((line.rate_copy or {}).get("rate", {}).get("unit", "cost"))


def whole(claim: Claim, url: Callable[..., str], of_them: bool = False) -> dict[str, Any]:
    """Return what the last page before sending shows: each answer with the address where it is changed."""
    named = names(policy.list_categories(active=False))
    added = queries.receipts_of([line.id for line in claim.lines])

    def link(endpoint: str, **values: Any) -> str:
        return url(endpoint, reference=claim.reference, change=1, **values)

    for_time = claim.kind == ClaimKind.TIME
    about = [{"key": _("What it was for"), "value": what_for(claim), "href": link("what_for")}]
    if not for_time and claim.payee.kind == PayeeKind.MEMBER:
        about.append({"key": _("Whose cost it was"), "value": whose(claim, of_them), "href": link("who")})
    if claim.payee.kind == PayeeKind.MEMBER:
        how = payment(choices.find_choice(claim.id), of_them)
        key = _("How we pay them") if of_them else _("How we pay you")
        about.append({"key": key, "value": how, "href": link("advice" if for_time else "payment")})
    lines = [
        {
            "line": line,
            "title": line_title(line, named),
            "rows": _time_rows(line, link, of_them)
            if for_time
            else _cost_rows(line, named, len(added.get(line.id, [])), link),
            "flags": flags(line, of_them),
        }
        for line in claim.lines
    ]
    return {"claim": claim, "about": about, "lines": lines, "for_time": for_time}


def _time_rows(line: ClaimLine, link: Callable[..., str], of_them: bool) -> list[dict[str, Any]]:
    done = _("What they did") if of_them else _("What you did")
    return [
        {"key": done, "value": how_much(line, "", {}), "href": link("time", number=line.number)},
        {"key": _("Day"), "value": day(line.spent_on), "href": link("when", number=line.number)},
        {"key": _("What we pay for it"), "value": money(line.claimed_pence)},
    ]


def _cost_rows(line: ClaimLine, named: Mapping[str, str], files: int, link: Callable[..., str]) -> list[dict[str, Any]]:
    unit = unit_of(line)
    number_ = {"number": line.number}
    receipts = ngettext("%(num)s file", "%(num)s files", files) if files else typed(sealed.read(line, "no_receipt"))
    if not receipts and is_whole(line) and pricing.NO_RECEIPT not in line.flags:
        receipts = _("Not needed")
    rows = [
        {"key": _("Kind of cost"), "value": line_title(line, named), "href": link("kind", **number_)},
        {"key": _("Day"), "value": day(line.spent_on), "href": link("when", **number_)},
        {
            "key": _("How much"),
            "value": how_much(line, unit, journey_of(line)),
            "href": link("how_much", **number_),
        },
        {"key": _("Receipt"), "value": receipts, "href": link("receipt", **number_)},
        {
            "key": _("Anything we should know"),
            "value": typed(sealed.read(line, "note")),
            "href": link("note", **number_),
        },
    ]
    if line.spent_pence != line.claimed_pence:
        rows.append({"key": _("That makes"), "value": money(line.claimed_pence)})
    return rows


def what_for(claim: Claim) -> str:
    """Return what a claim was for."""
    if claim.engagement_id is None:
        return typed(sealed.read(claim, "event"))
    return title_of(get_engagement(claim.engagement_id), negotiation.current().tag)


def told(claim: Claim) -> dict[str, Any]:
    """Return what the page of a sent claim shows: lines with what was decided, questions, choice."""
    named = names(policy.list_categories(active=False))
    decided = queries.decisions_of(claim.id)
    added = queries.receipts_of([line.id for line in claim.lines])
    lines = []
    for line in claim.lines:
        decision = decided.get(line.id) if claim.approved_by is not None or claim.state == S.REFUSED else None
        unit = unit_of(line)
        lines.append(
            {
                "line": line,
                "title": line_title(line, named),
                "words": how_much(line, unit, journey_of(line)),
                "receipts": added.get(line.id, []),
                "given": decision.approved_pence if decision else None,
                "reason": _(REASONS[decision.reason]) if decision and decision.reason in REASONS else "",
                "said": sealed.read(decision, "words") if decision else "",
            }
        )
    asked = [
        {"question": sealed.read(row, "question"), "answer": sealed.read(row, "answer"), "row": row}
        for row in queries.questions(claim.id)
    ]
    return {
        "claim": claim,
        "status": status(claim, is_accounted=claim.id in advances.accounted([claim.id])),
        "for_what": what_for(claim),
        "amount": amount(claim),
        "lines": lines,
        "asked": asked,
        "payment": payment(choices.find_choice(claim.id)),
    }


#: What the policy would not have, told before sending.
FLAGS: dict[str, str] = {
    "over_cap": N_("This is more than we can normally pay. We may pay a part of it."),
    "late": N_("This day is long ago. We may not be able to pay it. Tell us why it is late."),
    "no_receipt": N_("There is no receipt. We may have to ask you about it."),
    "not_agreed": N_("You need to ask us before you spend this. We may not be able to pay it."),
    "not_allowed": N_("We do not normally pay this for this person."),
    "not_in_policy": N_("This is not on our list. We may not be able to pay it."),
}


def flags(line: ClaimLine, of_them: bool = False) -> list[str]:
    """Return what stands against a line, in words for the person or for staff."""
    words = deciding.FLAGS if of_them else FLAGS
    return [_(words[flag]) for flag in line.flags if flag in words]
