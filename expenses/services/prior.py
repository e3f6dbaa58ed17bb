"""Asking before the day: will it be repaid, will it be booked for me, can I have the money first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from accounts.models import Staff
from core import audit, clock, ids
from core.database import changed_by, db, lock_name
from expenses import emails, sealed
from expenses.errors import (
    ClaimMovedError,
    NoBudgetLeftError,
    NothingAskedError,
    NothingSaidError,
    OwnClaimError,
    PastDayError,
)
from expenses.models import Claim, ClaimKind, Payee, PriorKind, PriorRequest, PriorState
from expenses.queries import budgets
from expenses.queries import prior as queries
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
    event: str = "",
    made_by: Staff | None = None,
) -> PriorRequest:
    """Ask about a cost of a day to come, for an engagement or another event; `pence` is what it will cost, if known.

    Raises PastDayError, NothingAskedError.
    """
    request = begin(payee, kind, engagement_id=engagement_id, made_by=made_by)
    change(request, category=category, day=day, asked_pence=pence, event=event, words=words)
    send(request)
    return request


def begin(payee: Payee, kind: str, *, engagement_id: int | None = None, made_by: Staff | None = None) -> PriorRequest:
    """Begin a question as a draft, which is asked page by page and can be left and taken up again."""
    request = PriorRequest(
        seal_id=ids.random_id(),
        kind=kind,
        state=PriorState.DRAFT,
        payee_id=payee.id,
        made_by=made_by.id if made_by else None,
        engagement_id=engagement_id,
        asked_at=clock.now(),
    )
    db.session.add(request)
    db.session.flush()
    return request


def change(request: PriorRequest, **values: Any) -> None:
    """Change what a draft says: `kind`, `engagement_id`, `category`, `day`, `asked_pence`; `event`, `words` in clear.

    Raises PastDayError, ClaimMovedError.
    """
    if request.state != PriorState.DRAFT:
        raise ClaimMovedError
    if values.get("day") is not None and values["day"] < clock.today():
        raise PastDayError
    for name, value in values.items():
        if name in {"event", "words"}:
            sealed.put(request, name, value)
        else:
            setattr(request, name, value)
    db.session.flush()


def says_for_what(request: PriorRequest) -> bool:
    """Return whether it is said what the person takes part in."""
    return request.engagement_id is not None or request.event is not None


def is_whole(request: PriorRequest) -> bool:
    """Return whether a draft says enough to be sent: an advance needs an amount."""
    said = bool(says_for_what(request) and request.category and request.day and request.words)
    return said and (request.kind != PriorKind.ADVANCE or bool(request.asked_pence))


def send(request: PriorRequest) -> None:
    """Send a draft. Raises PastDayError when the day has come meanwhile, NothingAskedError, ClaimMovedError."""
    if not is_whole(request):
        raise NothingAskedError
    if request.day is not None and request.day < clock.today():
        raise PastDayError
    payee = db.session.get_one(Payee, request.payee_id)
    values = {"claimant_staff_id": duties.staff_id_of(payee), "asked_at": clock.now()}
    _move(request, PriorState.ASKED, before=PriorState.DRAFT, **values)


def drop(request: PriorRequest) -> None:
    """Throw a draft away. Raises ClaimMovedError."""
    if request.state != PriorState.DRAFT:
        raise ClaimMovedError
    db.session.delete(request)
    db.session.flush()


def agree(request: PriorRequest, pence: int, words: str = "", *, by: Staff) -> Claim | None:
    """Agree, up to so many pence. For an advance, return the claim that pays it: it is decided and paid like any other.

    What we book and pay ourselves is committed from now on: past the budget nobody agrees to it.
    Raises OwnClaimError, ClaimMovedError, OverBudgetError.
    """
    if request.kind == PriorKind.PREPAID:
        _check_budget(request, pence)
    _decide(request, PriorState.AGREED, words, by, agreed_pence=pence)
    emails.prior_agreed(request.id)
    if request.kind != PriorKind.ADVANCE:
        return None
    payee = db.session.get_one(Payee, request.payee_id)
    claim = claims.begin(
        payee, kind=ClaimKind.ADVANCE, language=payee.language, engagement_id=request.engagement_id, made_by=None
    )
    if claim.engagement_id is None:
        claims.describe(claim, event=sealed.read(request, "event") or sealed.read(request, "words"))
    claims.add_line(claim, category=request.category, spent_on=request.day, spent_pence=pence, prior_id=request.id)
    claims.send(claim, actor="system")
    db.session.refresh(request)
    return claim


def _check_budget(request: PriorRequest, pence: int) -> None:
    """Refuse what goes over the budget of the day: no claim follows that somebody else would authorise."""
    if request.engagement_id is None or request.day is None:
        return
    lock_name(f"expenses.budget:{request.engagement_id}")  # two at one moment cannot both take the last pound
    budget = budgets.find_budget(request.engagement_id, request.day)
    if budget is not None and budgets.authorised_pence(budget) + pence > budget.set_pence:
        raise NoBudgetLeftError


def claim(request: PriorRequest, *, language: str) -> Claim:
    """Return the claim for a cost that was agreed to, begun with all that was said before; when there is one, that.

    Raises ClaimMovedError before the day, and where no claim follows.
    """
    if request.kind != PriorKind.APPROVAL or request.state != PriorState.AGREED or request.day is None:
        raise ClaimMovedError
    if request.day > clock.today():
        raise ClaimMovedError
    lock_name(f"expenses.payee:{request.payee_id}")  # pressed twice, it is one claim all the same
    found = queries.find_claim(request.id)
    if found is not None:
        return found
    payee = db.session.get_one(Payee, request.payee_id)
    made = claims.begin(payee, language=language, engagement_id=request.engagement_id)
    if request.engagement_id is None:
        claims.describe(made, event=sealed.read(request, "event") or sealed.read(request, "words"))
    claims.add_line(made, category=request.category, spent_on=request.day, prior_id=request.id)
    return made


def refuse(request: PriorRequest, words: str, *, by: Staff) -> None:
    """Say no, and why. Raises NothingSaidError, OwnClaimError, ClaimMovedError."""
    if not words.strip():
        raise NothingSaidError
    _decide(request, PriorState.REFUSED, words, by)
    emails.prior_refused(request.id)


def withdraw(request: PriorRequest) -> None:
    """Take back what nobody has decided. Raises ClaimMovedError."""
    _move(request, PriorState.WITHDRAWN)


def _decide(request: PriorRequest, state: PriorState, words: str, by: Staff, **values: Any) -> None:
    payee = db.session.get_one(Payee, request.payee_id)
    if by.id in {request.made_by, request.claimant_staff_id, duties.staff_id_of(payee)}:
        raise OwnClaimError
    sealed.put(request, "answer", words)
    db.session.flush()
    _move(request, state, decided_by=by.id, decided_at=clock.now(), **values)


def _move(request: PriorRequest, state: PriorState, *, before: PriorState = PriorState.ASKED, **values: Any) -> None:
    """Take a question to `state`: of two people at one moment the second learns it."""
    db.session.flush()
    waiting = sa.update(PriorRequest).where(PriorRequest.id == request.id, PriorRequest.state == before)
    if not changed_by(waiting.values(state=state, **values)):
        raise ClaimMovedError
    db.session.refresh(request)
    audit.record(f"prior_request.{state}", f"prior_request:{request.id}", {"state": before}, {"state": state})
