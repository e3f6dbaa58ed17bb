"""What this room adds to the copy of everything held about a member: claims, questions before the day, the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

import engagements.queries
from engagements.wording import title_of
from expenses import bank, sealed
from expenses.models import Claim, ClaimLine, LineDecision, PriorRequest
from expenses.presenters import claiming as presenter
from expenses.presenters import prior as prior_words
from expenses.queries import bank_details, choices, policy, prior
from expenses.queries import claims as queries
from expenses.reasons import REASONS
from expenses.services.bank_details import read_numbers
from i18n import negotiation
from i18n.web import day, money
from panel.copies import Item, Part

#: More questions before the day than anybody asks.
_MOST = 1000


def of_member(member_id: int) -> Part | None:
    """Return what is held of a member's claims, with a number of queries that does not grow with them."""
    claims, asked = queries.list_all_own(member_id), prior.list_own(member_id, limit=_MOST)
    account = bank_details.find_of_member(member_id)
    if not claims and not asked and account is None:
        return None
    titles = _titles([*(row.engagement_id for row in claims), *(row.engagement_id for row in asked)])
    named = presenter.names(policy.list_categories(active=False))
    items = [*_claims(claims, named, titles), *(_asked(row, named, titles) for row in asked)]
    if account is not None:
        numbers = bank.masked(read_numbers(account))
        lines = [(_("Name on the account"), sealed.read(account, "holder")), (_("Account number"), numbers)]
        items.append(Item(_("Your bank details"), lines))
    return Part("claims", _("Your claims"), items)


def kept_of(member_id: int) -> str | None:
    """Say before somebody leaves that claims are kept, and why."""
    if not queries.has_sent(member_id):
        return None
    return _(
        "Your claims and payments, because they are records of public money. We delete them 6 years after the end of "
        "the financial year. If we still owe you money, we keep how to reach you until it is paid."
    )


def _titles(engagement_ids: Sequence[int | None]) -> dict[int, str]:
    found = engagements.queries.list_by_ids(sorted({each for each in engagement_ids if each}))
    return {each.id: title_of(each, negotiation.current().tag) for each in found}


def _claims(claims: Sequence[Claim], named: Mapping[str, str], titles: Mapping[int, str]) -> list[Item]:
    ids = [claim.id for claim in claims]
    questions, decided, chosen = queries.questions_of(ids), queries.decisions_of_all(ids), choices.choices_of(ids)
    receipts = queries.receipts_of([line.id for claim in claims for line in claim.lines])
    items = []
    for claim in claims:
        lines = [
            (_("State"), presenter.status(claim).name),
            (_("What it was for"), titles.get(claim.engagement_id or 0, "") or sealed.read(claim, "event")),
            (_("Whose cost it was"), presenter.whose(claim)),
            (_("How much"), money(presenter.amount(claim))),
            (_("How we pay you"), presenter.payment(chosen.get(claim.id))),
            (_("Anything we should know"), sealed.read(claim, "note")),
        ]
        lines += [_line(line, named, decided.get(line.id), len(receipts.get(line.id, []))) for line in claim.lines]
        for row in questions.get(claim.id, []):
            lines += [(_("We asked"), sealed.read(row, "question")), (_("You answered"), sealed.read(row, "answer"))]
        items.append(_item(_("Claim %(reference)s", reference=f"\u2068{claim.reference}\u2069"), lines))
    return items


def _line(line: ClaimLine, named: Mapping[str, str], decision: LineDecision | None, receipts: int) -> tuple[str, str]:
    said: list[Any] = [
        day(line.spent_on) if line.spent_on else "",
        presenter.how_much(line, presenter.unit_of(line), presenter.journey_of(line)),
        sealed.read(line, "note"),
        sealed.read(line, "no_receipt"),
        ngettext("%(num)s file", "%(num)s files", receipts) if receipts else "",
    ]
    if decision is not None:
        said.append(_("We agreed to %(amount)s.", amount=money(decision.approved_pence)))
        said += [_(REASONS[decision.reason]) if decision.reason in REASONS else "", sealed.read(decision, "words")]
    return presenter.line_title(line, named), " · ".join(str(each) for each in said if each)


def _asked(row: PriorRequest, named: Mapping[str, str], titles: Mapping[int, str]) -> Item:
    told = prior_words.told(row, named, titles)
    lines = [
        (_("State"), told["state"]),
        (_("What it was for"), told["event"]),
        (_("Kind of cost"), told["category"]),
        (_("Day"), told["day"]),
        (_("How much"), told["asked"]),
        (_("You asked"), told["words"]),
        (_("We answered"), told["answer"]),
    ]
    return _item(told["kind"], lines)


def _item(title: str, lines: Sequence[tuple[str, str]]) -> Item:
    return Item(title, [(key, value) for key, value in lines if value])
