"""Where a claim that is not sent was left."""

from __future__ import annotations

from typing import Any

from expenses import pricing, sealed
from expenses.models import Claim, ClaimKind, ClaimLine, PayeeKind
from expenses.queries import choices
from expenses.queries import claims as queries
from expenses.services.claims import is_whole

#: A page of a claim: the end of its endpoint, and what its address needs beside the claim's own.
Step = tuple[str, dict[str, Any]]


def next_step(claim: Claim) -> Step:
    """Return the first page of a draft on which something is still to be said; `check` when all is."""
    if claim.engagement_id is None and not claim.event:
        return "what_for", {}
    return _first_missing(claim) or _after_lines(claim)


def is_ready(claim: Claim) -> bool:
    """Return whether a draft says enough to be sent."""
    if not claim.lines or not all(is_whole(line) for line in claim.lines):
        return False
    return claim.kind != ClaimKind.TIME or choices.find_choice(claim.id) is not None


def _first_missing(claim: Claim) -> Step | None:
    with_receipt = queries.receipts_of([line.id for line in claim.lines])
    for line in claim.lines:
        page = _missing_of(line, line.id in with_receipt)
        if page:
            return page, {"number": line.number}
    return None


def _missing_of(line: ClaimLine, has_receipt: bool) -> str | None:
    if line.spent_on is None:
        return "when"
    if not is_whole(line):
        return "time" if line.role else "how_much"
    needs_receipt = pricing.NO_RECEIPT in line.flags and not has_receipt and not sealed.read(line, "no_receipt")
    return "receipt" if needs_receipt else None


def _after_lines(claim: Claim) -> Step:
    for_time, of_member = claim.kind == ClaimKind.TIME, claim.payee.kind == PayeeKind.MEMBER
    if not claim.lines:
        if for_time:
            return "new_time", {}
        return "who" if of_member else "new_line", {}
    if of_member and choices.find_choice(claim.id) is None:
        return "advice" if for_time else "another", {}
    return "check", {}
