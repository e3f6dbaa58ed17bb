"""What looks as if it had been claimed before: shown before anything is approved, never decided by the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.database import db
from expenses.categories import CAR
from expenses.models import Claim, ClaimLine, ClaimState, Receipt

#: Claims in which a cost was asked for and not refused or taken back.
_ASKED_FOR = frozenset(set(ClaimState) - {ClaimState.DRAFT, ClaimState.REFUSED, ClaimState.WITHDRAWN})

SAME_COST = "same_cost"
SAME_RECEIPT = "same_receipt"
SAME_CAR = "same_car"


@dataclass(frozen=True)
class Likeness:
    """That a line is like another: `kind` is one of the three checks, the rest says where the other is."""

    line_id: int
    kind: str
    other_line_id: int
    other_claim_id: int


def of_claims(claim_ids: Sequence[int]) -> list[Likeness]:
    """Return what the lines of the claims are like, in three queries, whatever their number."""
    found = [*_same_cost(claim_ids), *_same_receipt(claim_ids), *_same_car(claim_ids)]
    return sorted(found, key=lambda like: (like.line_id, like.kind, like.other_line_id))


def _same_cost(claim_ids: Sequence[int]) -> list[Likeness]:
    """Same person, day, kind and amount."""
    one, other, own, others = aliased(ClaimLine), aliased(ClaimLine), aliased(Claim), aliased(Claim)
    query = (
        sa.select(one.id, other.id, other.claim_id)
        .join(own, own.id == one.claim_id)
        .join(
            other,
            sa.and_(
                other.spent_on == one.spent_on,
                other.category == one.category,
                other.claimed_pence == one.claimed_pence,
                other.id != one.id,
            ),
        )
        .join(others, sa.and_(others.id == other.claim_id, others.payee_id == own.payee_id))
        .where(one.claim_id.in_(claim_ids), sa.or_(others.state.in_(_ASKED_FOR), others.id == own.id))
    )
    return _read(query, SAME_COST)


def _same_receipt(claim_ids: Sequence[int]) -> list[Likeness]:
    """The same file, whoever sent it."""
    one, other, line, others = aliased(Receipt), aliased(Receipt), aliased(ClaimLine), aliased(Claim)
    mine = aliased(ClaimLine)
    query = (
        sa.select(one.line_id, other.line_id, line.claim_id)
        .join(mine, mine.id == one.line_id)
        .join(other, sa.and_(other.content_index == one.content_index, other.line_id != one.line_id))
        .join(line, line.id == other.line_id)
        .join(others, others.id == line.claim_id)
        .where(
            mine.claim_id.in_(claim_ids),
            one.withdrawn_at.is_(None),
            other.withdrawn_at.is_(None),
            sa.or_(others.state.in_(_ASKED_FOR), others.id == mine.claim_id),
        )
    )
    return _read(query.distinct(), SAME_RECEIPT)


def _same_car(claim_ids: Sequence[int]) -> list[Likeness]:
    """The same journey on the same day by car, claimed by two people: perhaps they shared one."""
    one, other, own, others = aliased(ClaimLine), aliased(ClaimLine), aliased(Claim), aliased(Claim)
    query = (
        sa.select(one.id, other.id, other.claim_id)
        .join(own, own.id == one.claim_id)
        .join(other, sa.and_(other.journey_index == one.journey_index, other.spent_on == one.spent_on))
        .join(others, sa.and_(others.id == other.claim_id, others.payee_id != own.payee_id))
        .where(
            one.claim_id.in_(claim_ids),
            one.category == CAR,
            other.category == CAR,
            others.state.in_(_ASKED_FOR),
        )
    )
    return _read(query, SAME_CAR)


def _read(query: sa.Select[int, int, int], kind: str) -> list[Likeness]:
    return [Likeness(line, kind, other, claim) for line, other, claim in db.session.execute(query)]
