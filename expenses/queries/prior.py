"""Reads of what people ask about before the day."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from expenses.models import Claim, ClaimLine, ClaimState, Payee, PriorKind, PriorRequest, PriorState


def get(request_id: int) -> PriorRequest:
    """Return a question. Raises NotFoundError."""
    found = db.session.get(PriorRequest, request_id)
    if found is None:
        raise NotFoundError
    return found


def get_own(request_id: int, member_id: int) -> PriorRequest:
    """Return a question of a member; that of somebody else is not found. Raises NotFoundError."""
    mine = sa.select(PriorRequest).join(Payee, Payee.id == PriorRequest.payee_id).where(Payee.member_id == member_id)
    found = db.session.scalar(mine.where(PriorRequest.id == request_id))
    if found is None:
        raise NotFoundError
    return found


def list_own(member_id: int, *, limit: int = 20) -> list[PriorRequest]:
    """Return what a member asked, the newest first."""
    mine = sa.select(PriorRequest).join(Payee, Payee.id == PriorRequest.payee_id).where(Payee.member_id == member_id)
    return list(db.session.scalars(mine.order_by(PriorRequest.id.desc()).limit(limit)))


def list_asked(*, limit: int = 50, offset: int = 0) -> list[PriorRequest]:
    """Return what waits for an answer, the nearest day first."""
    query = sa.select(PriorRequest).where(PriorRequest.state == PriorState.ASKED)
    return list(db.session.scalars(query.order_by(PriorRequest.day, PriorRequest.id).limit(limit).offset(offset)))


def find_agreed(payee_id: int, category: str, day: dt.date) -> int | None:
    """Return what was agreed for a payee, a kind of cost and a day, where the cost is claimed afterwards."""
    return db.session.scalar(
        sa.select(PriorRequest.id)
        .where(
            PriorRequest.payee_id == payee_id,
            PriorRequest.category == category,
            PriorRequest.day == day,
            PriorRequest.kind == PriorKind.APPROVAL,
            PriorRequest.state == PriorState.AGREED,
        )
        .order_by(PriorRequest.id.desc())
        .limit(1)
    )


def find_claim(request_id: int) -> Claim | None:
    """Return the claim with a cost that refers to a question, sent or not; not one that was taken back."""
    query = sa.select(Claim).join(ClaimLine, ClaimLine.claim_id == Claim.id)
    mine = query.where(ClaimLine.prior_id == request_id, Claim.state != ClaimState.WITHDRAWN)
    return db.session.scalar(mine.order_by(Claim.id.desc()).limit(1))


def silent_drafts(before: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a question was begun before a moment and never sent."""
    return sa.and_(PriorRequest.state == PriorState.DRAFT, PriorRequest.asked_at < before)
