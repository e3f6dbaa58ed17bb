"""What an approver does with a claim: ask, decide line by line, decide again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from accounts.models import Staff
from core import clock, ids
from core.database import db
from expenses import emails, pricing, reasons, sealed, transitions
from expenses.errors import ClaimMovedError, NoReasonError, NothingSaidError, TooMuchError, WrongReasonError
from expenses.models import Claim, ClaimLine, ClaimQuestion, LineDecision
from expenses.queries import advances
from expenses.reasons import REASONS
from expenses.services import claims, duties, steps
from expenses.services.choices import NOT_DECIDED
from expenses.transitions import Duty

#: Flags that stand against paying anything at all without a reason; over the cap, only what goes over it does.
_AGAINST_ALL = {
    pricing.LATE,
    pricing.NO_RECEIPT,
    pricing.NOT_AGREED,
    pricing.NOT_ALLOWED,
    pricing.NOT_IN_POLICY,
}


@dataclass(frozen=True)
class Given:
    """What is given on one line; `reason` is a key of expenses.reasons, needed for less or for more than the policy."""

    pence: int
    reason: str | None = None
    words: str = ""


def ask(claim: Claim, words: str, *, by: Staff, version: int, line_id: int | None = None) -> ClaimQuestion:
    """Ask whoever claims; they are sent the question. Raises NothingSaidError, ClaimMovedError, OwnClaimError."""
    if not words.strip():
        raise NothingSaidError
    steps.take(claim, transitions.ASKED, by=by, version=version)
    question = ClaimQuestion(
        seal_id=ids.random_id(),
        claim_id=claim.id,
        line_id=line_id,
        language=claim.language,
        asked_by=by.id,
        asked_at=clock.now(),
    )
    sealed.put(question, "question", words)
    db.session.add(question)
    db.session.flush()
    emails.question(claim.id, question.id)
    return question


def decide(claim: Claim, given: Mapping[int, Given], *, by: Staff, version: int, declared: str = "") -> None:
    """Decide every line (by its id). All in full: approved; nothing: refused; else partly approved.

    `declared` is what services.declarations keeps of the words that were ticked.
    Raises ClaimMovedError when somebody was faster, OwnClaimError, NoReasonError, WrongReasonError, TooMuchError.
    """
    # Locked before lines are written: of two at one moment the second waits, and then sees that the claim has moved.
    db.session.refresh(claim, with_for_update=True)
    if claim.version != version or claim.state not in transitions.APPROVED.before:
        raise ClaimMovedError
    duties.check(by, Duty.APPROVER, [claim.id])
    lines = claims.lines_of(claim)
    if {line.id for line in lines} != set(given):
        raise ClaimMovedError
    for line in lines:
        _check(line, given[line.id])
    rounds = _rounds(claim.id)
    for line in lines:
        _write(line, given[line.id], by, rounds.get(line.id, 0) + 1)
    total = sum(part.pence for part in given.values())
    step = _outcome(total, claim.claimed_pence)
    steps.take(
        claim,
        step,
        by=by,
        version=version,
        detail=declared,
        approved_by=by.id,
        approved_at=clock.now(),
        approved_pence=total,
        advance_pence=min(total, _advanced(claim)),
    )
    emails.decided(claim.id, step.done, claim.version)


def refuse(claim: Claim, reason: str, words: str = "", *, by: Staff, version: int, declared: str = "") -> None:
    """Refuse the whole claim for one reason."""
    given = {line.id: Given(0, reason, words) for line in claims.lines_of(claim)}
    decide(claim, given, by=by, version=version, declared=declared)


def reopen(claim: Claim, words: str, *, by: Staff, version: int) -> None:
    """Take a decision back before it is authorised, saying why; what was decided stays in the ledger."""
    if not words.strip():
        raise NothingSaidError
    rest = advances.find_rest(claim)
    if rest is not None and rest.settled is not None:  # money came back because of this decision
        raise ClaimMovedError
    steps.take(claim, transitions.REOPENED, by=by, version=version, words=words, **NOT_DECIDED)
    db.session.execute(sa.update(ClaimLine).where(ClaimLine.claim_id == claim.id).values(approved_pence=None))


def beyond_policy(line: ClaimLine, pence: int) -> bool:
    """Return whether giving `pence` on the line is more than the policy gives, or against one of its rules."""
    return pence > 0 and (pence > line.priced_pence or bool(_AGAINST_ALL & set(line.flags)))


def reasons_for(line: ClaimLine, pence: int) -> Mapping[str, str]:
    """Return the reasons that fit giving `pence` on the line; empty where it is as asked and as the policy says."""
    return reasons.fitting(in_full=pence == line.claimed_pence, beyond=beyond_policy(line, pence))


def _check(line: ClaimLine, part: Given) -> None:
    if not 0 <= part.pence <= line.claimed_pence:
        raise TooMuchError
    fitting = reasons_for(line, part.pence)
    if fitting and part.reason not in REASONS:
        raise NoReasonError
    if fitting and part.reason not in fitting:
        raise WrongReasonError


def _rounds(claim_id: int) -> dict[int, int]:
    query = (
        sa.select(LineDecision.line_id, sa.func.max(LineDecision.round))
        .join(ClaimLine, ClaimLine.id == LineDecision.line_id)
        .where(ClaimLine.claim_id == claim_id)
        .group_by(LineDecision.line_id)
    )
    return {line_id: number for line_id, number in db.session.execute(query)}  # noqa: C416  rows are no tuples to mypy


def _write(line: ClaimLine, part: Given, by: Staff, number: int) -> None:
    decision = LineDecision(
        seal_id=ids.random_id(),
        line_id=line.id,
        round=number,
        claimed_pence=line.claimed_pence,
        approved_pence=part.pence,
        beyond_policy=beyond_policy(line, part.pence),
        reason=part.reason,
        by_id=by.id,
        at=clock.now(),
    )
    sealed.put(decision, "words", part.words)
    db.session.add(decision)
    line.approved_pence = part.pence


def _outcome(given: int, claimed: int) -> transitions.Step:
    if given == 0:
        return transitions.REFUSED
    return transitions.APPROVED if given == claimed else transitions.PARTLY_APPROVED


def _advanced(claim: Claim) -> int:
    """Return what was paid in advance for what this claim accounts for."""
    if claim.settles_id is None:
        return 0
    advance = db.session.get_one(Claim, claim.settles_id)
    return advance.approved_pence if advance.paid_on else 0
