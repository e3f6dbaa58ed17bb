"""The one table of what may happen to a claim: from which states, to which, and whose duty it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from expenses.models import ClaimState as S


class Duty(StrEnum):
    """Whose step it is. The same person never has two of the three duties on one claim: see services.duties."""

    CLAIMANT = "claimant"
    APPROVER = "approver"
    AUTHORISER = "authoriser"
    PAYER = "payer"


@dataclass(frozen=True)
class Step:
    """One way from state to state; `done` is its name in the ledger and the record of changes."""

    done: str
    before: frozenset[S]
    after: S
    duty: Duty


def _step(done: str, before: set[S], after: S, duty: Duty) -> Step:
    return Step(done, frozenset(before), after, duty)


_OPEN = {S.SUBMITTED, S.QUESTION}
_APPROVED = {S.APPROVED, S.PARTLY_APPROVED}

SENT = _step("sent", {S.DRAFT}, S.SUBMITTED, Duty.CLAIMANT)
WITHDRAWN = _step("withdrawn", _OPEN, S.WITHDRAWN, Duty.CLAIMANT)
#: "I want no payment for my time"; can be changed until authorised, and back.
DECLINED = _step("declined", {S.DRAFT, *_OPEN, *_APPROVED}, S.DECLINED, Duty.CLAIMANT)
WANTED_AGAIN = _step("wanted_again", {S.DECLINED}, S.SUBMITTED, Duty.CLAIMANT)
ASKED = _step("asked", {S.SUBMITTED}, S.QUESTION, Duty.APPROVER)
ANSWERED = _step("answered", {S.QUESTION}, S.SUBMITTED, Duty.CLAIMANT)
APPROVED = _step("approved", _OPEN, S.APPROVED, Duty.APPROVER)
PARTLY_APPROVED = _step("partly_approved", _OPEN, S.PARTLY_APPROVED, Duty.APPROVER)
REFUSED = _step("refused", _OPEN, S.REFUSED, Duty.APPROVER)
#: A decision turns out wrong before it is authorised: it is made again, and the first one stays in the ledger.
REOPENED = _step("reopened", {*_APPROVED, S.REFUSED}, S.SUBMITTED, Duty.APPROVER)
AUTHORISED = _step("authorised", _APPROVED, S.AUTHORISED, Duty.AUTHORISER)
#: Nothing is left to pay: an advance has paid it all.
SETTLED = _step("settled", {S.AUTHORISED}, S.PAID, Duty.AUTHORISER)
PUT_IN_RUN = _step("put_in_run", {S.AUTHORISED, S.CORRECTED}, S.IN_RUN, Duty.PAYER)
TAKEN_OUT = _step("taken_out", {S.IN_RUN}, S.AUTHORISED, Duty.PAYER)
PAID = _step("paid", {S.IN_RUN}, S.PAID, Duty.PAYER)
#: The bank sends some back days after they were counted as paid.
FAILED = _step("failed", {S.IN_RUN, S.PAID}, S.FAILED, Duty.PAYER)
CORRECTED = _step("corrected", {S.FAILED}, S.CORRECTED, Duty.CLAIMANT)
#: After a payment that came back: "I want no payment any more"; what was signed stays signed. And back.
GIVEN_UP = _step("given_up", {S.FAILED}, S.DECLINED, Duty.CLAIMANT)
TAKEN_UP = _step("taken_up", {S.DECLINED}, S.FAILED, Duty.CLAIMANT)

#: By name in the ledger.
STEPS: dict[str, Step] = {
    step.done: step
    for step in (
        *(SENT, WITHDRAWN, DECLINED, WANTED_AGAIN, ASKED, ANSWERED, APPROVED, PARTLY_APPROVED, REFUSED, REOPENED),
        *(AUTHORISED, SETTLED, PUT_IN_RUN, TAKEN_OUT, PAID, FAILED, CORRECTED, GIVEN_UP, TAKEN_UP),
    )
}

#: Nothing more is owed and nothing more is expected.
SETTLED_STATES = frozenset({S.PAID, S.REFUSED, S.WITHDRAWN, S.DECLINED})
#: Approved and not yet paid: what a budget is committed to.
COMMITTED_STATES = frozenset({*_APPROVED, S.AUTHORISED, S.IN_RUN, S.FAILED, S.CORRECTED})
#: Miles of these claims use up a yearly threshold.
COUNTING_STATES = frozenset(set(S) - {S.DRAFT, S.REFUSED, S.WITHDRAWN, S.DECLINED})
