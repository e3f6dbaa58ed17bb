"""How somebody wants to be paid: the choice, the words they read before it, and its date are kept."""

from __future__ import annotations

from typing import Any

from core import clock
from core.database import db
from expenses import transitions
from expenses.advice import ADVICE
from expenses.errors import ClaimMovedError
from expenses.models import Claim, ClaimKind, ClaimState, PaymentChoice, PaymentMethod
from expenses.services import declarations, steps

#: While a claim stands here, the choice can still be changed.
_OPEN = transitions.DECLINED.before | {ClaimState.DECLINED}


def choose(
    claim: Claim, method: str, *, language: str, how: str, charity_id: int | None = None, actor: str = ""
) -> PaymentChoice:
    """Record how the claim is to be paid; until it is authorised it can be changed. Raises ClaimMovedError.

    `none` ends a claim for time that has been sent; another choice later takes it up again.
    """
    if claim.state not in _OPEN:
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
    if method == PaymentMethod.NONE and claim.state not in {ClaimState.DRAFT, ClaimState.DECLINED}:
        steps.take(claim, transitions.DECLINED, actor=actor, **NOT_DECIDED)
    elif method != PaymentMethod.NONE and claim.state == ClaimState.DECLINED:
        steps.take(claim, transitions.WANTED_AGAIN, actor=actor)
    return row


#: What a claim goes back to when a decision no longer holds.
NOT_DECIDED: dict[str, Any] = {"approved_by": None, "approved_at": None, "approved_pence": 0, "advance_pence": 0}
