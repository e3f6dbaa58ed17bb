"""Reads of claims: one, a person's own, its lines with what hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from core.database import db
from core.errors import NotFoundError
from expenses.models import Claim, ClaimEntry, ClaimLine, ClaimQuestion, ClaimState, LineDecision, Payee, Receipt


def get_claim(claim_id: int) -> Claim:
    """Return a claim with its payee and lines. Raises NotFoundError."""
    return _one(Claim.id == claim_id)


def get_by_reference(reference: str) -> Claim:
    """Return a claim by what people say on the phone. Raises NotFoundError."""
    return _one(Claim.reference == reference)


def get_own(reference: str, member_id: int) -> Claim:
    """Return a claim of a member; that of somebody else is not found. Raises NotFoundError."""
    return _one(Claim.reference == reference, Claim.payee.has(Payee.member_id == member_id))


def _one(*which: sa.ColumnElement[bool]) -> Claim:
    query = sa.select(Claim).where(*which).options(selectinload(Claim.lines), selectinload(Claim.payee))
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError
    return found


def list_own(member_id: int, *, limit: int = 50, offset: int = 0) -> list[Claim]:
    """Return a member's claims, the newest first."""
    query = sa.select(Claim).join(Payee, Payee.id == Claim.payee_id).where(Payee.member_id == member_id)
    return list(db.session.scalars(query.order_by(Claim.id.desc()).limit(limit).offset(offset)))


def list_all_own(member_id: int) -> list[Claim]:
    """Return all of a member's claims with their lines, the newest first: one person makes few."""
    query = sa.select(Claim).join(Payee, Payee.id == Claim.payee_id).where(Payee.member_id == member_id)
    return list(db.session.scalars(query.options(selectinload(Claim.lines)).order_by(Claim.id.desc())))


def has_sent(member_id: int) -> bool:
    """Return whether a member has sent any claim."""
    query = sa.select(Claim.id).join(Payee, Payee.id == Claim.payee_id)
    return (
        db.session.scalar(query.where(Payee.member_id == member_id, Claim.submitted_at.is_not(None)).limit(1))
        is not None
    )


def list_entered(staff_id: int, *, limit: int = 50) -> list[Claim]:
    """Return what a member of staff entered for people and has not sent, the newest first."""
    query = sa.select(Claim).where(Claim.made_by == staff_id, Claim.state == ClaimState.DRAFT)
    return list(db.session.scalars(query.order_by(Claim.id.desc()).limit(limit)))


def list_in(states: Collection[str], *, limit: int = 50, offset: int = 0) -> list[Claim]:
    """Return claims in one of `states` with their payees, the longest waiting first."""
    query = sa.select(Claim).where(Claim.state.in_(states)).options(selectinload(Claim.payee))
    return list(db.session.scalars(query.order_by(Claim.submitted_at, Claim.id).limit(limit).offset(offset)))


def entries(claim_id: int) -> list[ClaimEntry]:
    """Return the ledger of a claim in its order."""
    query = sa.select(ClaimEntry).where(ClaimEntry.claim_id == claim_id).order_by(ClaimEntry.number)
    return list(db.session.scalars(query))


def questions(claim_id: int) -> list[ClaimQuestion]:
    """Return what was asked and answered, in order."""
    query = sa.select(ClaimQuestion).where(ClaimQuestion.claim_id == claim_id).order_by(ClaimQuestion.id)
    return list(db.session.scalars(query))


def questions_of(claim_ids: Sequence[int]) -> dict[int, list[ClaimQuestion]]:
    """Return claim -> what was asked and answered, in order."""
    query = sa.select(ClaimQuestion).where(ClaimQuestion.claim_id.in_(claim_ids)).order_by(ClaimQuestion.id)
    found: dict[int, list[ClaimQuestion]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.claim_id, []).append(row)
    return found


def receipts_of(line_ids: Sequence[int]) -> dict[int, list[Receipt]]:
    """Return line -> its receipts that still count, without their content."""
    query = sa.select(Receipt).where(Receipt.line_id.in_(line_ids), Receipt.withdrawn_at.is_(None)).order_by(Receipt.id)
    found: dict[int, list[Receipt]] = {}
    for receipt in db.session.scalars(query):
        found.setdefault(receipt.line_id, []).append(receipt)
    return found


def get_receipt(receipt_id: int) -> tuple[Receipt, Claim]:
    """Return a receipt that still counts, and its claim. Raises NotFoundError."""
    query = (
        sa.select(Receipt, Claim)
        .join(ClaimLine, ClaimLine.id == Receipt.line_id)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(Receipt.id == receipt_id, Receipt.withdrawn_at.is_(None))
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError
    receipt, claim = found
    return receipt, claim


def decisions_of(claim_id: int) -> dict[int, LineDecision]:
    """Return line -> the decision that holds."""
    return decisions_of_all([claim_id])


def decisions_of_all(claim_ids: Sequence[int]) -> dict[int, LineDecision]:
    """Return line -> the decision that holds, of several claims."""
    latest = (
        sa.select(sa.func.max(LineDecision.id))
        .join(ClaimLine, ClaimLine.id == LineDecision.line_id)
        .where(ClaimLine.claim_id.in_(claim_ids))
        .group_by(LineDecision.line_id)
    )
    return {row.line_id: row for row in db.session.scalars(sa.select(LineDecision).where(LineDecision.id.in_(latest)))}
