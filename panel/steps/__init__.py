"""The pages on which people tell us about themselves, one thing a page: while joining, and on their own page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from panel.steps import attitudes, consent, contact, equality, needs, where
from panel.steps.base import Step

#: Every page of joining that is always there, in order; `joining` adds the questions on attitudes.
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

#: What a member can change on their own page; `own` adds the questions on attitudes. Consents, which are added and
#: never changed, are handled apart.
OWN: tuple[Step, ...] = tuple(s for s in STEPS if s not in {contact.AGE, equality.ASK, *consent.CONSENTS})
OWN_BY_SLUG: dict[str, Step] = {step.slug: step for step in OWN}


def joining() -> list[Step]:
    """Return every page of joining, in order: questions on attitudes stand after the equality questions."""
    place = STEPS.index(equality.QUESTIONS[-1]) + 1
    return [*STEPS[:place], *attitudes.asked(while_joining=True), *STEPS[place:]]


def own() -> list[Step]:
    """Return what a member can change on their own page."""
    return [*OWN, *attitudes.asked()]


def find(slug: str, pages: Sequence[Step]) -> Step | None:
    """Return the page of `pages` at a place in the address."""
    return next((step for step in pages if step.slug == slug), None)


def applicable(details: Mapping[str, Any]) -> list[Step]:
    """Return the pages of joining for somebody who told us `details` so far."""
    return [step for step in joining() if step.applies(details)]


def first_unanswered(details: Mapping[str, Any]) -> Step | None:
    """Return the first page not yet answered, None when all are."""
    return next((step for step in applicable(details) if not step.answered(details)), None)


def before(step: Step, details: Mapping[str, Any]) -> Step | None:
    """Return the page before `step`, None when it is the first."""
    pages = applicable(details)
    place = next((i for i, page in enumerate(pages) if page.slug == step.slug), 0)
    return pages[place - 1] if place else None
