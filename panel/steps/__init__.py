"""The pages on which people tell us about themselves, one thing a page: while joining, and on their own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from panel.steps import consent, contact, equality, needs, where
from panel.steps.base import Step

#: Every page of joining, in order.
STEPS: tuple[Step, ...] = (
    contact.AGE,
    contact.ROUTE,
    contact.EMAIL,
    contact.PHONE,
    contact.ADDRESS,
    contact.NAME,
    where.POSTCODE,
    where.AREA,
    equality.ASK,
    *equality.QUESTIONS,
    needs.FORMATS_STEP,
    needs.LARGE_PRINT,
    needs.SUPPORT_STEP,
    needs.LANGUAGE,
    *consent.CONSENTS,
)
BY_SLUG: dict[str, Step] = {step.slug: step for step in STEPS}

#: What a member can change on their own page. Consents, which are added and never changed, are handled apart.
OWN: tuple[Step, ...] = tuple(s for s in STEPS if s not in {contact.AGE, equality.ASK, *consent.CONSENTS})
OWN_BY_SLUG: dict[str, Step] = {step.slug: step for step in OWN}


def applicable(details: Mapping[str, Any]) -> list[Step]:
    """Return the pages of joining for somebody who told us `details` so far."""
    return [step for step in STEPS if step.applies(details)]


def first_unanswered(details: Mapping[str, Any]) -> Step | None:
    """Return the first page not yet answered, None when all are."""
    return next((step for step in applicable(details) if not step.answered(details)), None)


def before(step: Step, details: Mapping[str, Any]) -> Step | None:
    """Return the page before `step`, None when it is the first."""
    pages = applicable(details)
    place = pages.index(step) if step in pages else 0
    return pages[place - 1] if place else None
