"""What has been kept long enough: claims six years after the end of their financial year, and drafts nobody sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from expenses.models import Claim, ClaimEntry, ClaimLine, ClaimState, Payment, PaymentChoice, Receipt
from expenses.queries.reports import financial_year
from expenses.transitions import SETTLED_STATES

#: Records of payments are kept so many years after the end of their financial year (as HMRC asks of businesses).
YEARS = 6
#: A draft is thrown away after so much silence.
SILENCE = dt.timedelta(days=90)


@dataclass(frozen=True)
class Due:
    """How much there is to delete, and of when: everything settled before `before`."""

    before: dt.date
    claims: int
    payments: int
    receipts: int


def cutoff(today: dt.date) -> dt.date:
    """Return the 1 April before which a claim must have been settled for good, for its time to be over on `today`."""
    return dt.date(financial_year(today) - YEARS, 4, 1)


def over(before: dt.date) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a claim is settled and nothing has happened to it since `before`.

    A claim whose advance or settlement is still needed by another claim stays until that one has gone.
    """
    other = sa.orm.aliased(Claim)
    moment = clock.start_of_day(before)
    return (
        Claim.state.in_(SETTLED_STATES),
        Claim.submitted_at < moment,
        ~sa.exists().where(ClaimEntry.claim_id == Claim.id, ClaimEntry.at >= moment),
        ~sa.exists().where(Payment.claim_id == Claim.id, Payment.state == "in_run"),
        ~sa.exists().where(other.settles_id == Claim.id),
    )


def count_due(before: dt.date) -> Due:
    """Return what would be deleted now, in three queries."""
    numbers = sa.select(Claim.id).where(*over(before))
    claims = sa.select(sa.func.count()).select_from(numbers.subquery())
    payments = sa.select(sa.func.count(Payment.id)).where(Payment.claim_id.in_(numbers))
    receipts = (
        sa.select(sa.func.count(Receipt.id))
        .join(ClaimLine, ClaimLine.id == Receipt.line_id)
        .where(ClaimLine.claim_id.in_(numbers))
    )
    return Due(before, *(int(db.session.scalar(query) or 0) for query in (claims, payments, receipts)))


def ids_due(before: dt.date, limit: int) -> list[int]:
    """Return the next claims to be deleted, the oldest first."""
    return list(db.session.scalars(sa.select(Claim.id).where(*over(before)).order_by(Claim.id).limit(limit)))


def silent_drafts(now: dt.datetime, limit: int) -> list[int]:
    """Return drafts on which nothing was begun, spent, added or chosen for `SILENCE`."""
    since = now - SILENCE
    lines = sa.select(ClaimLine.id).where(ClaimLine.claim_id == Claim.id)
    query = sa.select(Claim.id).where(
        Claim.state == ClaimState.DRAFT,
        Claim.created_at < since,
        ~lines.where(ClaimLine.spent_on >= since.date()).exists(),
        ~lines.join(Receipt, Receipt.line_id == ClaimLine.id).where(Receipt.added_at >= since).exists(),
        ~sa.exists().where(PaymentChoice.claim_id == Claim.id, PaymentChoice.at >= since),
    )
    return list(db.session.scalars(query.order_by(Claim.id).limit(limit)))
