"""What is history is not deleted through the ORM: a mistake in the program is refused before it reaches the database.

The retention job deletes with statements of its own, after it has shown what it will delete.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from expenses.models import (
    AdvanceReturn,
    BankDetails,
    Claim,
    ClaimEntry,
    ClaimLine,
    LineDecision,
    Payment,
    PaymentChoice,
    PaymentRun,
)


class HistoryError(Exception):
    """Something tried to delete what is kept: a mistake in the program."""


def _refuse(mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
    raise HistoryError(row.__tablename__)


def _refuse_sent(mapper: Mapper[Any], connection: sa.Connection, row: Claim | ClaimLine) -> None:
    claim_id = row.id if isinstance(row, Claim) else row.claim_id
    state = connection.scalar(sa.select(Claim.state).where(Claim.id == claim_id))
    if state not in {None, "draft"}:
        raise HistoryError(row.__tablename__)


for _model in (ClaimEntry, LineDecision, Payment, PaymentRun, BankDetails, PaymentChoice, AdvanceReturn):
    sa.event.listen(_model, "before_delete", _refuse)
for _sent in (Claim, ClaimLine):
    sa.event.listen(_sent, "before_delete", _refuse_sent)
