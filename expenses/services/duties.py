"""Who may take which step: claimant, approver, authoriser and payer of a claim are different people.

Who enters a claim for somebody, or their bank details, or how they want to be paid, acts for the claimant.

A member of staff can be a panel member too. That they are the same person is known in three ways: their work e-mail
address is the member's; the claim, when it was sent, was marked with the member of staff who is the payee; or whoever
entered it for somebody said that the payee is a colleague. What nobody says and no address shows, the program cannot
know: staff confirm at each decision that the claim is neither theirs nor of somebody close to them.
"""

from __future__ import annotations

import sqlalchemy as sa

from accounts.models import Staff
from core.database import among, db
from expenses.errors import OwnClaimError
from expenses.models import (
    BankDetails,
    Claim,
    ClaimLine,
    LineDecision,
    Payee,
    Payment,
    PaymentChoice,
    PaymentRun,
)
from expenses.transitions import Duty
from panel import contact
from panel.models import Member


def staff_id_of(payee: Payee) -> int | None:
    """Return the member of staff `payee` is, as far as is known: said by somebody, or shown by the address."""
    if payee.staff_id is not None or payee.member_id is None:
        return payee.staff_id
    index = db.session.scalar(sa.select(Member.email_index).where(Member.id == payee.member_id))
    if index is None:
        return None
    people = db.session.execute(sa.select(Staff.id, Staff.email).order_by(Staff.id))
    return next((staff_id for staff_id, email in people if index in contact.email_indexes(email)), None)


def involved(staff: Staff, claim_ids: list[int]) -> set[int]:
    """Return which of the claims `staff` claimed or entered: found by number, by mark and by address.

    To enter is also to say where the money goes: bank details, or how the person wants to be paid.
    """
    by_address, actor = contact.email_indexes(staff.email), f"staff:{staff.id}"
    chose = sa.exists().where(PaymentChoice.claim_id == Claim.id, PaymentChoice.how == actor)
    charity = sa.exists().where(PaymentChoice.claim_id == Claim.id, PaymentChoice.charity_id == BankDetails.payee_id)
    gave_account = sa.exists().where(
        BankDetails.created_by == actor,
        BankDetails.ended_at.is_(None),
        sa.or_(BankDetails.payee_id == Claim.payee_id, charity),
    )
    own = (
        sa.select(Claim.id)
        .join(Payee, Payee.id == Claim.payee_id)
        .outerjoin(Member, Member.id == Payee.member_id)
        .where(
            among(Claim.id, claim_ids),
            sa.or_(
                Claim.made_by == staff.id,
                Claim.claimant_staff_id == staff.id,
                Payee.staff_id == staff.id,
                Member.email_index.in_(by_address),
                chose,
                gave_account,
            ),
        )
    )
    return set(db.session.scalars(own))


def decided(staff: Staff, claim_ids: list[int]) -> set[int]:
    """Return which of the claims `staff` approved, authorised, or decided a line of, now or earlier."""
    signed = sa.select(Claim.id).where(
        among(Claim.id, claim_ids), sa.or_(Claim.approved_by == staff.id, Claim.authorised_by == staff.id)
    )
    lines = (
        sa.select(ClaimLine.claim_id)
        .join(LineDecision, LineDecision.line_id == ClaimLine.id)
        .where(among(ClaimLine.claim_id, claim_ids), LineDecision.by_id == staff.id)
    )
    return set(db.session.scalars(sa.union(signed, lines)))


def paid(staff: Staff, claim_ids: list[int]) -> set[int]:
    """Return which of the claims `staff` put in a payment run or confirmed there, now or earlier."""
    query = (
        sa.select(Payment.claim_id)
        .join(PaymentRun, PaymentRun.id == Payment.run_id)
        .where(
            among(Payment.claim_id, claim_ids),
            sa.or_(PaymentRun.prepared_by == staff.id, PaymentRun.confirmed_by == staff.id),
        )
    )
    return set(db.session.scalars(query))


def signed(staff: Staff, claim_ids: list[int]) -> set[int]:
    """Return which of the claims `staff` decided or paid: on these they do not act for the claimant."""
    return decided(staff, claim_ids) | paid(staff, claim_ids)


def not_for(staff: Staff, duty: Duty, claim_ids: list[int]) -> set[int]:
    """Return the claims on which `staff` may not have `duty`. Three queries, whatever their number."""
    if duty == Duty.CLAIMANT:
        return set()
    taken = involved(staff, claim_ids)
    if duty in {Duty.AUTHORISER, Duty.PAYER}:
        taken |= decided(staff, claim_ids)
    return taken


def check(staff: Staff, duty: Duty, claim_ids: list[int]) -> None:
    """Refuse a step that `staff` may not take on one of the claims. Raises OwnClaimError."""
    if not_for(staff, duty, claim_ids):
        raise OwnClaimError
