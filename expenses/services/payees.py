"""Who can be paid: members, made when they first claim; organisations for their time; charities."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from core import audit, clock, ids
from core.database import db, insert_or_ignore
from expenses import sealed
from expenses.models import Claim, ClaimState, Payee, PayeeKind, Payment, TellBy, Voucher
from expenses.transitions import SETTLED_STATES
from panel import contact
from panel.contact import Contact
from panel.models import Member


def for_member(member: Member) -> Payee:
    """Return the payee `member` is, made at the first claim."""
    found = find_for_member(member.id)
    if found is None:
        # Two requests at one moment make one payee.
        db.session.execute(
            insert_or_ignore(Payee.__table__).values(
                seal_id=ids.random_id(),
                kind=PayeeKind.MEMBER,
                member_id=member.id,
                language=member.language,
                charity_number="",
                active=True,
                created_at=clock.now(),
            )
        )
        found = find_for_member(member.id)
        assert found is not None  # noqa: S101  just inserted, by us or by the other request
    return found


def find_for_member(member_id: int) -> Payee | None:
    """Return the payee a member is, or None before their first claim."""
    return db.session.scalar(sa.select(Payee).where(Payee.member_id == member_id))


def make(kind: str, name: str, *, email: str = "", language: str = "en", charity_number: str = "") -> Payee:
    """Add an organisation that is paid for its time, or a charity that payments can be given to."""
    payee = Payee(
        seal_id=ids.random_id(), kind=kind, language=language, charity_number=charity_number, created_at=clock.now()
    )
    sealed.put(payee, "name", name)
    sealed.put(payee, "email", email)
    db.session.add(payee)
    db.session.flush()
    audit.record("payee.added", f"payee:{payee.id}", after={"kind": kind})
    return payee


def contacts(payee_ids: Sequence[int]) -> dict[int, Contact]:
    """Return how to reach each of some hundred payees: members as the panel knows them, others as they told us."""
    query = sa.select(Payee, Member).outerjoin(Member, Member.id == Payee.member_id).where(Payee.id.in_(set(payee_ids)))
    return {payee.id: _contact(payee, member) for payee, member in db.session.execute(query)}


def languages(payee_ids: Sequence[int]) -> dict[int, str]:
    """Return in which language each of some hundred payees is written to."""
    rows = db.session.execute(sa.select(Payee.id, Payee.language).where(Payee.id.in_(set(payee_ids))))
    return {payee_id: language for payee_id, language in rows}  # noqa: C416  rows are no tuples to mypy


def _contact(payee: Payee, member: Member | None) -> Contact:
    if payee.kept:
        return Contact(**json.loads(sealed.read(payee, "kept")))
    if member is not None:
        return contact.open_contact(member)
    return Contact(name=sealed.read(payee, "name"), email=sealed.read(payee, "email"))


def other_route(payee: Payee, by: str, *, may_email: bool = True) -> str:
    """Return by which route to tell of a change: not the one it came by, where the person has another.

    Who can change an account on a page may hold the person's mailbox too; who rings may not be who they say.
    """
    member = db.session.get(Member, payee.member_id) if payee.member_id else None
    if member is None:
        return TellBy.EMAIL if payee.email and may_email else TellBy.POST
    known = contact.open_contact(member)
    have = {TellBy.PHONE: known.phone, TellBy.POST: known.address, TellBy.EMAIL: may_email and known.email}
    order = (
        (TellBy.EMAIL, TellBy.POST, TellBy.PHONE)
        if by.startswith("staff:")
        else (TellBy.PHONE, TellBy.POST, TellBy.EMAIL)
    )
    return next((route for route in order if have[route]), TellBy.POST)


def declare_staff(payee: Payee, staff_id: int) -> None:
    """Note that a payee is a member of staff, as somebody said who entered a claim for them."""
    if payee.staff_id != staff_id:
        before, payee.staff_id = payee.staff_id, staff_id
        db.session.flush()
        audit.record("payee.is_staff", f"payee:{payee.id}", {"staff": before}, {"staff": staff_id})


def keep_contact(member: Member) -> bool:
    """Keep how to reach a member who leaves while money is owed to them; return whether any is.

    Called before the panel erases who they are. What is kept is emptied by `forget_settled`.
    """
    payee = find_for_member(member.id)
    if payee is None:
        return False
    if not _owed(payee.id):
        _forget_vouchers(payee)
        return False
    known = contact.open_contact(member)
    sealed.put(payee, "kept", json.dumps({"name": known.name, "email": known.email, "address": known.address}))
    payee.language = member.language
    db.session.flush()
    audit.record("payee.contact_kept", f"payee:{payee.id}")
    return True


def forget_settled(limit: int = 500) -> int:
    """Empty what was kept of people who left, once all their claims are settled; return how many there were."""
    open_claims = sa.select(Claim.id).where(Claim.payee_id == Payee.id, Claim.state.not_in(SETTLED_STATES))
    settled = sa.select(Payee).where(Payee.kept.is_not(None), ~open_claims.exists()).order_by(Payee.id).limit(limit)
    payees = list(db.session.scalars(settled))
    for payee in payees:
        payee.kept = None
        _forget_vouchers(payee)
        audit.record("payee.contact_forgotten", f"payee:{payee.id}")
    db.session.flush()
    return len(payees)


def _forget_vouchers(payee: Payee) -> None:
    """Empty where vouchers went: the list of a run that is over can then not be made again."""
    mine = sa.select(Payment.id).where(Payment.payee_id == payee.id)
    db.session.execute(sa.update(Voucher).where(Voucher.payment_id.in_(mine)).values(receiver=None))


def _owed(payee_id: int) -> bool:
    unpaid = Claim.state.not_in({*SETTLED_STATES, ClaimState.DRAFT})
    return db.session.scalar(sa.select(Claim.id).where(Claim.payee_id == payee_id, unpaid).limit(1)) is not None
