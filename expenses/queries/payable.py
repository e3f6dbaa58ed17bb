"""Which claims can be paid now, how, and into which account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core import clock
from core.database import db
from expenses.models import BankDetails, Claim, ClaimState, PaymentChoice, PaymentMethod
from expenses.queries import bank_details, choices

#: Authorised for the first time, or put right after the bank sent the money back.
_WAITING = (ClaimState.AUTHORISED, ClaimState.CORRECTED)


@dataclass(frozen=True)
class Payable:
    """A claim that waits for its money. `account` is `ready`, `held`, `missing`, or `none` where it needs none."""

    id: int
    reference: str
    pence: int
    method: str
    receiver_id: int
    details_id: int | None
    account: str
    promised_on: dt.date | None
    engagement_id: int | None

    @property
    def is_ready(self) -> bool:
        return self.account in {"ready", "none"}


def _query() -> Any:
    choice, later = aliased(PaymentChoice), aliased(PaymentChoice)
    newest = sa.select(sa.func.max(later.id)).where(later.claim_id == Claim.id).scalar_subquery()
    method = sa.func.coalesce(choice.method, PaymentMethod.BANK.value)
    receiver = sa.case((choice.method == PaymentMethod.CHARITY, choice.charity_id), else_=Claim.payee_id)
    account = sa.case(
        (method == PaymentMethod.VOUCHER, "none"),
        (BankDetails.id.is_(None), "missing"),
        (bank_details.usable(clock.now()), "ready"),
        else_="held",
    )
    pence = Claim.approved_pence - Claim.advance_pence
    return (
        sa.select(
            *(Claim.id, Claim.reference, pence, method, receiver),
            *(sa.case((method == PaymentMethod.VOUCHER, sa.null()), else_=BankDetails.id), account),
            *(Claim.promised_on, Claim.engagement_id),
        )
        .select_from(Claim)
        .outerjoin(choice, choice.id == newest)
        .outerjoin(BankDetails, sa.and_(BankDetails.payee_id == receiver, BankDetails.ended_at.is_(None)))
        .where(Claim.state.in_(_WAITING), pence > 0, method != PaymentMethod.NONE)
        .order_by(Claim.promised_on.is_(None), Claim.promised_on, Claim.id)
    )


def list_waiting(limit: int, after: int = 0) -> Sequence[Payable]:
    """Return the claims that wait for their money, those promised earliest first."""
    return [Payable(*row) for row in db.session.execute(_query().limit(limit).offset(after))]


def by_ids(claim_ids: Sequence[int], size: int = 500) -> list[Payable]:
    """Return those of the claims that wait for their money, in the order they are promised."""
    found: list[Payable] = []
    for start in range(0, len(claim_ids), size):
        part = _query().where(Claim.id.in_(claim_ids[start : start + size]))
        found += [Payable(*row) for row in db.session.execute(part)]
    return found


def ready_ids() -> list[int]:
    """Return the numbers of all claims that can be paid today: numbers only, so that thousands weigh little."""
    return [row[0] for row in db.session.execute(_query()) if row[6] in {"ready", "none"}]


def count_waiting() -> dict[str, tuple[int, int]]:
    """Return {account: (claims, pence)} of what waits."""
    query = _query().order_by(None).subquery()
    columns = list(query.c)
    rows = db.session.execute(
        sa.select(columns[6], sa.func.count(), sa.func.sum(columns[2])).group_by(columns[6])
    ).all()
    return {account: (count, int(pence)) for account, count, pence in rows}


def lacks_account(claim: Claim) -> bool:
    """Return whether a claim is to go into a bank account that nobody has told us yet."""
    choice = choices.find_choice(claim.id)
    by_bank = choice is None or choice.method == PaymentMethod.BANK
    return by_bank and bank_details.find_current(claim.payee_id) is None
