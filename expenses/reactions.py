"""What this room does when a room below tells it something. Receivers do not commit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.database import db
from expenses.models import Claim, ClaimLine, ClaimState, Payee, PriorRequest, PriorState
from expenses.services import payees
from panel import signals
from panel.models import Member


def on_leaving(sender: Any, member_id: int, **told: Any) -> None:
    """Keep how to reach somebody to whom money is owed until it is paid; unsent drafts are thrown away."""
    member = db.session.get_one(Member, member_id)
    drafts = (
        sa.select(Claim.id)
        .join(Payee, Payee.id == Claim.payee_id)
        .where(Payee.member_id == member_id, Claim.state == ClaimState.DRAFT)
    )
    unsent = list(db.session.scalars(drafts))
    db.session.execute(sa.delete(ClaimLine).where(ClaimLine.claim_id.in_(unsent)))
    db.session.execute(sa.delete(Claim).where(Claim.id.in_(unsent)))
    mine = sa.select(Payee.id).where(Payee.member_id == member_id)
    begun = sa.delete(PriorRequest).where(PriorRequest.payee_id.in_(mine), PriorRequest.state == PriorState.DRAFT)
    db.session.execute(begun)
    payees.keep_contact(member)


def connect() -> None:
    """Listen."""
    signals.member_leaving.connect(on_leaving)
