"""Asking before the day: will it be repaid, will it be booked for me, can I have the money first."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from accounts.models import Staff
from core import audit, clock, ids
from core.database import changed_by, db
from expenses import sealed
from expenses.errors import ClaimMovedError, NothingSaidError, OwnClaimError, PastDayError
from expenses.models import Claim, ClaimKind, Payee, PriorKind, PriorRequest, PriorState
from expenses.services import claims, duties


def ask(
    payee: Payee,
    kind: str,
    category: str,
    day: dt.date,
    *,
    pence: int | None,
    words: str,
    engagement_id: int | None = None,
    made_by: Staff | None = None,
) -> PriorRequest:
    """Ask about a cost of a day to come; `pence` is what it will cost, if that is known. Raises PastDayError."""
    if day < clock.today():
        raise PastDayError
    request = PriorRequest(
        seal_id=ids.random_id(),
        kind=kind,
        payee_id=payee.id,
        claimant_staff_id=duties.staff_id_of(payee),
        made_by=made_by.id if made_by else None,
        engagement_id=engagement_id,
        category=category,
        day=day,
        asked_pence=pence,
        asked_at=clock.now(),
    )
    sealed.put(request, "words", words)
    db.session.add(request)
    db.session.flush()
    audit.record("prior_request.asked", f"prior_request:{request.id}", after={"kind": kind, "pence": pence})
    return request


def agree(request: PriorRequest, pence: int, words: str = "", *, by: Staff) -> Claim | None:
    """Agree, up to so many pence. For an advance, return the claim that pays it: it is decided and paid like any other.

    Raises OwnClaimError, ClaimMovedError.
    """
    _decide(request, PriorState.AGREED, words, by, agreed_pence=pence)
    if request.kind != PriorKind.ADVANCE:
        return None
    payee = db.session.get_one(Payee, request.payee_id)
    claim = claims.begin(
        payee, kind=ClaimKind.ADVANCE, language=payee.language, engagement_id=request.engagement_id, made_by=None
    )
    claims.add_line(claim, category=request.category, spent_on=request.day, spent_pence=pence, prior_id=request.id)
    claims.send(claim, actor="system")
    db.session.refresh(request)
    return claim


def refuse(request: PriorRequest, words: str, *, by: Staff) -> None:
    """Say no, and why. Raises NothingSaidError, OwnClaimError, ClaimMovedError."""
    if not words.strip():
        raise NothingSaidError
    _decide(request, PriorState.REFUSED, words, by)


def withdraw(request: PriorRequest) -> None:
    """Take back what nobody has decided. Raises ClaimMovedError."""
    _move(request, PriorState.WITHDRAWN)


def _decide(request: PriorRequest, state: PriorState, words: str, by: Staff, **values: object) -> None:
    payee = db.session.get_one(Payee, request.payee_id)
    if by.id in {request.made_by, request.claimant_staff_id, duties.staff_id_of(payee)}:
        raise OwnClaimError
    sealed.put(request, "answer", words)
    db.session.flush()
    _move(request, state, decided_by=by.id, decided_at=clock.now(), **values)


def _move(request: PriorRequest, state: PriorState, **values: object) -> None:
    """Take a question that waits to `state`: of two people at one moment the second learns it."""
    waiting = sa.update(PriorRequest).where(PriorRequest.id == request.id, PriorRequest.state == PriorState.ASKED)
    if not changed_by(waiting.values(state=state, **values)):
        raise ClaimMovedError
    db.session.refresh(request)
    audit.record(f"prior_request.{state}", f"prior_request:{request.id}", {"state": PriorState.ASKED}, {"state": state})
