"""How somebody wants to be paid: the choice, the words they read before it, and its date are kept."""

from __future__ import annotations

from typing import Any

from accounts.models import Staff
from core import audit, clock
from core.database import db
from expenses import emails, transitions
from expenses.advice import ADVICE
from expenses.errors import ClaimMovedError, OwnClaimError, SameWayError
from expenses.models import (
    ChoiceNotice,
    Claim,
    ClaimKind,
    ClaimState,
    Payee,
    PaymentChoice,
    PaymentMethod,
    TellBy,
)
from expenses.queries import bank_details, payments
from expenses.services import declarations, duties, payees, steps

#: While a claim stands here, the choice can still be changed; after a payment that came back, once more.
OPEN = transitions.DECLINED.before | {ClaimState.DECLINED, ClaimState.FAILED}


def choose(
    claim: Claim, method: str, *, language: str, how: str, charity_id: int | None = None, actor: str = ""
) -> PaymentChoice:
    """Record how the claim is to be paid; until it is authorised it can be changed. Raises ClaimMovedError.

    `none` ends a claim that has been sent; another choice later takes it up again. After a payment that came back the
    claim can be paid again once the new way is not the one that failed: see `_after_failure`. Raises SameWayError.
    """
    if claim.authorised_by is not None:
        db.session.refresh(claim, with_for_update=True)  # nobody corrects it, and no run takes it, in between
    if claim.state not in OPEN:
        raise ClaimMovedError
    purpose = "time" if claim.kind == ClaimKind.TIME else "costs"
    row = PaymentChoice(
        claim_id=claim.id,
        method=method,
        charity_id=charity_id,
        text_id=declarations.text_id(purpose, ADVICE[purpose]),
        language=language,
        at=clock.now(),
        how=how,
    )
    db.session.add(row)
    db.session.flush()
    if claim.authorised_by is not None:
        _after_failure(claim, row, actor)
    elif method == PaymentMethod.NONE and claim.state not in {ClaimState.DRAFT, ClaimState.DECLINED}:
        steps.take(claim, transitions.DECLINED, actor=actor, **NOT_DECIDED)
    elif method != PaymentMethod.NONE and claim.state == ClaimState.DECLINED:
        steps.take(claim, transitions.WANTED_AGAIN, actor=actor)
    return row


def choose_for(claim: Claim, method: str, *, language: str, by: Staff, charity_id: int | None = None) -> PaymentChoice:
    """Record what somebody whose payment came back said on the phone or on paper; they are told by another route.

    Raises OwnClaimError for who decided or paid it, ClaimMovedError, SameWayError.
    """
    if claim.authorised_by is None:
        raise ClaimMovedError
    if duties.signed(by, [claim.id]):
        raise OwnClaimError
    actor = f"staff:{by.id}"
    row = choose(claim, method, language=language, how=actor, charity_id=charity_id, actor=actor)
    payee = db.session.get_one(Payee, claim.payee_id)
    tell_by = payees.other_route(payee, actor)
    if tell_by == TellBy.EMAIL and emails.way_chosen(row.id) is None:
        tell_by = payees.other_route(payee, actor, may_email=False)
    db.session.add(ChoiceNotice(choice_id=row.id, tell_by=tell_by))
    db.session.flush()
    audit.record("claim.way_chosen", f"claim:{claim.id}", after={"method": method, "staff": by.id})
    return row


def mark_told(notice: ChoiceNotice, by: Staff) -> None:
    """Note that the person was told by phone or letter what staff chose for them."""
    if notice.told_at is None:
        notice.told_at, notice.told_by = clock.now(), by.id
        db.session.flush()
        audit.record("claim.way_told", f"payment_choice:{notice.choice_id}", after={"by": notice.tell_by})


def _after_failure(claim: Claim, choice: PaymentChoice, actor: str) -> None:
    """Pay it again by the new way; into an account only once it is not the one from which the money came back."""
    if choice.method == PaymentMethod.NONE:
        if claim.state == ClaimState.FAILED:
            steps.take(claim, transitions.GIVEN_UP, actor=actor)
        return
    if claim.state == ClaimState.DECLINED:
        steps.take(claim, transitions.TAKEN_UP, actor=actor)
    receiver = choice.charity_id or claim.payee_id
    if choice.method == PaymentMethod.BANK and bank_details.find_current(receiver) is None:
        return
    if choice.method == PaymentMethod.VOUCHER or not payments.came_back_from(claim.id, receiver):
        steps.take(claim, transitions.CORRECTED, actor=actor)
    elif choice.method == PaymentMethod.CHARITY:
        raise SameWayError


#: What a claim goes back to when a decision no longer holds.
NOT_DECIDED: dict[str, Any] = {"approved_by": None, "approved_at": None, "approved_pence": 0, "advance_pence": 0}
