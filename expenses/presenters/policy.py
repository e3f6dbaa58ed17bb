"""The policy in words: each rule and each worked example is computed from the rows that hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from core.errors import N_
from expenses import pricing
from expenses.categories import CATEGORIES, ROLES, TIME
from expenses.models import ForWhom, PayeeKind, PolicyCategory, PolicyRate, Unit
from i18n import languages
from i18n.web import money, number, pounds

UNITS: dict[str, str] = {
    Unit.COST: N_("What it cost"),
    Unit.MILE: N_("An amount for each mile"),
    Unit.HOUR: N_("What it cost, up to an amount for each hour"),
    Unit.NIGHT: N_("What it cost, up to an amount for each night"),
    Unit.FIXED: N_("A fixed amount"),
}
FOR_WHOM: dict[str, str] = {
    ForWhom.SELF: N_("The person who takes part"),
    ForWhom.CARER: N_("Somebody who comes along to care for them"),
    ForWhom.ASSISTANT: N_("Their personal assistant"),
    PayeeKind.ORGANISATION: N_("An organisation"),
}
#: The examples: so many hundredths of a mile one way, and so many pence.
_MILES, _COST = 1200, 2000


@dataclass(frozen=True)
class Words:
    """A text and the language it is in, for `lang` where it is not the page's."""

    text: str
    tag: str


@dataclass(frozen=True)
class Section:
    """One category on the page."""

    key: str
    name: Words
    note: Words
    rules: list[str]
    example: str


def built_in(key: str) -> dict[str, str]:
    """Return what the program calls a category, untranslated; empty for one that an administrator added."""
    category = CATEGORIES.get(key)
    return {"name": category.name, "note": category.note} if category else {}


def words_of(category: PolicyCategory, part: str, tag: str) -> Words:
    """Return a part of a category's words: the administrator's in `tag`, else the program's, else in the source."""
    own = category.words.get(tag, {}).get(part)
    if own:
        return Words(own, tag)
    source = category.words.get(languages.SOURCE.tag, {}).get(part)
    if source:
        return Words(source, languages.SOURCE.tag)
    text = built_in(category.key).get(part, "")
    return Words(_(text) if text else "", tag)


def name_of(category: PolicyCategory, tag: str) -> str:
    """Return what a category is called."""
    return words_of(category, "name", tag).text or category.key


def rate_amount(hundredths: int | None) -> str:
    """Return hundredths of a penny as an amount: £0.45, or £0.225 where it takes three decimals."""
    if hundredths is None:
        return ""
    return pounds(Decimal(hundredths) / 10_000)


def sections(categories: list[PolicyCategory], rates: dict[str, pricing.Rate], tag: str, day: dt.date) -> list[Section]:
    """Return what is repaid on `day`, in the order people see it."""
    return [
        Section(
            category.key,
            words_of(category, "name", tag),
            words_of(category, "note", tag),
            rules(rates[category.key]),
            example(rates[category.key], day),
        )
        for category in categories
        if category.key in rates and category.key != TIME
    ]


def overview(
    categories: list[PolicyCategory], rows: list[PolicyRate], rates: list[pricing.Rate], tag: str, day: dt.date
) -> list[dict[str, Any]]:
    """Return for staff each category with what holds on `day`, whether it is to be checked, and what is to come."""
    unverified = {row.id for row in rows if row.unverified}
    found = []
    for category in categories:
        if category.key == TIME:
            continue
        held = pricing.in_force(rates, category.key, day)
        found.append(
            {
                "key": category.key,
                "name": name_of(category, tag),
                "rules": rules(held) if held else [],
                "unverified": held is not None and held.id in unverified,
                "coming": [r.valid_from for r in rates if r.category == category.key and r.valid_from > day],
            }
        )
    return found


def rules(rate: pricing.Rate) -> list[str]:
    """Return what holds for a category, a sentence each."""
    found = [_amount(rate)]
    if rate.threshold_hundredths is not None:
        found.append(
            _(
                "After %(miles)s miles in one tax year, we pay %(amount)s for each mile.",
                miles=number(rate.threshold_hundredths / 100),
                amount=rate_amount(rate.above_hundredths),
            )
        )
    if rate.cap_pence is not None:
        found.append(_("We pay up to %(amount)s.", amount=money(rate.cap_pence)))
    found.append(_receipt(rate))
    if rate.prior:
        found.append(_("Ask us before the day."))
    elif rate.prior_over_pence is not None:
        found.append(_("Ask us before the day if it is more than %(amount)s.", amount=money(rate.prior_over_pence)))
    found.append(
        ngettext("Send us your claim within %(num)s day.", "Send us your claim within %(num)s days.", rate.window_days)
    )
    return found


def _amount(rate: pricing.Rate) -> str:
    amount = rate_amount(rate.rate_hundredths)
    if rate.unit == Unit.MILE:
        return _("We pay %(amount)s for each mile.", amount=amount)
    if rate.unit == Unit.HOUR:
        return _("We pay what it cost, up to %(amount)s for each hour.", amount=amount)
    if rate.unit == Unit.NIGHT:
        return _("We pay what it cost, up to %(amount)s for each night.", amount=amount)
    if rate.unit == Unit.FIXED:
        return _("We pay %(amount)s.", amount=amount)
    return _("We pay what it cost.")


def _receipt(rate: pricing.Rate) -> str:
    if rate.receipt == "never":
        return _("You do not need a receipt.")
    if rate.receipt == "over":
        return _("We need a receipt if it is more than %(amount)s.", amount=money(rate.receipt_over_pence))
    return _("We need a receipt.")


def example(rate: pricing.Rate, day: dt.date) -> str:
    """Return a worked example, priced by the same code as a claim."""
    if rate.unit == Unit.MILE:
        there_and_back = pricing.Cost(rate.category, day, quantity_hundredths=_MILES * 2)
        found = pricing.price(there_and_back, rate, day)
        return _(
            "You travel %(one_way)s miles there and %(one_way)s miles back. "
            "That is %(miles)s miles. We pay %(amount)s.",
            one_way=number(_MILES / 100),
            miles=number(_MILES * 2 / 100),
            amount=money(found.pence),
        )
    if rate.unit in {Unit.HOUR, Unit.NIGHT}:
        spent = pricing.amount([pricing.Part(300, rate.rate_hundredths or 0)])
        found = pricing.price(pricing.Cost(rate.category, day, spent, 200, has_receipt=True), rate, day)
        text = (
            N_("It was 2 hours and cost you %(spent)s. We pay %(amount)s.")
            if rate.unit == Unit.HOUR
            else N_("It was 2 nights and cost you %(spent)s. We pay %(amount)s.")
        )
        return _(text, spent=money(spent), amount=money(found.pence))
    if rate.cap_pence is not None:
        spent = rate.cap_pence + rate.cap_pence // 2
        found = pricing.price(pricing.Cost(rate.category, day, spent, has_receipt=True), rate, day)
        return _("It cost you %(spent)s. We pay %(amount)s.", spent=money(spent), amount=money(found.pence))
    found = pricing.price(pricing.Cost(rate.category, day, _COST, has_receipt=True), rate, day)
    return _("It cost you %(spent)s. We pay %(amount)s.", spent=money(_COST), amount=money(found.pence))


def time_rows(rates: list[pricing.TimeRate], day: dt.date) -> list[dict[str, Any]]:
    """Return for each role its name and what is paid on `day`: a line for each length."""
    found = []
    for role, name in ROLES.items():
        lengths = sorted({rate.up_to_minutes for rate in rates if rate.role == role})
        held = [pricing.time_in_force(rates, role, minutes, day) for minutes in lengths]
        lines = [_time_line(rate) for rate in dict.fromkeys(rate for rate in held if rate)]
        found.append({"role": role, "name": _(name), "lines": lines})
    return found


def _time_line(rate: pricing.TimeRate) -> str:
    if rate.up_to_minutes == pricing.ANY_LENGTH:
        return _("For a longer time we pay %(amount)s.", amount=money(rate.pence))
    return _(
        "For up to %(hours)s hours we pay %(amount)s.",
        hours=number(rate.up_to_minutes / 60),
        amount=money(rate.pence),
    )
