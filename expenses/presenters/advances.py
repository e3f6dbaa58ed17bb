"""What is left of money given before the day, in words for the person who is to give it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core import config
from expenses.advice import GIVE_BACK
from expenses.models import Outcome
from expenses.presenters.policy import Words
from expenses.queries.advances import Rest
from i18n import languages, negotiation
from i18n.web import day, money


def how(own: Mapping[str, str], tag: str) -> Words | None:
    """Return to whom and how money is given back in the administrator's words, in `tag` or else the source language."""
    found = next((language for language in (tag, languages.SOURCE.tag) if own.get(language)), None)
    return Words(own[found], found) if found else None


def told(rest: Rest | None, own: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what the person's page says of what is left: what to give back and how, or what became of it."""
    if rest is None:
        return None
    amount = money(rest.pence)
    if rest.settled is None:
        organisation = config.settings().organisation
        words = _("Please give %(amount)s back to %(organisation)s.", amount=amount, organisation=organisation)
        return {"words": words, "how": how(own, negotiation.current().tag), "give_back": GIVE_BACK}
    if rest.settled.outcome == Outcome.RETURNED:
        on = day(rest.settled.at)
        return {"words": _("You gave %(amount)s back. We noted it on %(date)s. Thank you.", amount=amount, date=on)}
    return {"words": _("You do not need to give the %(amount)s back that you did not spend.", amount=amount)}
