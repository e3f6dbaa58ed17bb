"""Joining: from the pages somebody filled in to a member whose address is confirmed.

Nobody may learn from the outside who is a member. So an address that is already known takes the same way as a new
one, statement by statement, and is taken back before it counts; only the mail that goes out differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core import audit, clock, config, ids
from core.database import db, lock_name
from panel import bands, contact, details, emails, profiles, queries
from panel.errors import AddressTakenError, TooYoungError, WrongStateError
from panel.models import Consent, ConsentEvidence, Member, MemberEvent, MemberState, Profile, Route
from panel.recruiting.kinds import source_of
from panel.services import consents, links, strangers


def submit(application: Mapping[str, Any], language: str) -> None:
    """Take somebody's application in. What happens next is told by mail alone."""
    source = source_of(channel_key=application.get("channel", ""))
    email = application.get("email") if application["route"] == Route.EMAIL else None
    if not email:
        _store(application, language, source=source, how="online")
        return
    index = contact.email_indexes(email)[0]
    lock_name(f"panel.join:{index}")  # two tries with one address go one after the other
    known = queries.find_member_by_email(email)
    try:
        with db.session.begin_nested() as attempt:
            member = _store(application, language, source=source, how="online", indexed=known is None)
            if known is not None:
                attempt.rollback()
    except IntegrityError:  # the address came in through another door at this very moment
        known = queries.find_member_by_email(email)
    if known is None:
        _send_confirmation(member.id)
    elif known.state == MemberState.APPLIED:
        _apply_again(known, application, language)
    else:
        emails.already_member(known.id, ids.random_id())


def add(
    application: Mapping[str, Any], *, source: str, staff_id: int, evidence: ConsentEvidence | None = None
) -> Member:
    """Return a new member whom staff add from paper or the phone; they are confirmed separately.

    `evidence` shows that they agreed. Raises AddressTakenError, TooYoungError.
    """
    born = (application.get("about") or {}).get("date_of_birth") or {}
    if bands.surely_younger(born, config.settings().minimum_age):
        raise TooYoungError(age=config.settings().minimum_age)
    if application.get("email") and queries.find_member_by_email(application["email"]):
        raise AddressTakenError
    try:
        with db.session.begin_nested():
            member = _store(application, application["language"], source=source, how=f"staff:{staff_id}")
    except IntegrityError:
        raise AddressTakenError from None
    if evidence is not None:
        db.session.add(evidence)
        db.session.flush()
        mine = sa.update(Consent).where(Consent.member_id == member.id)
        db.session.execute(mine.values(evidence_id=evidence.id).execution_options(synchronize_session=False))
    audit.record("member.added", f"member:{member.id}", after={"source": source, "route": member.route})
    return member


def _store(application: Mapping[str, Any], language: str, *, source: str, how: str, indexed: bool = True) -> Member:
    """Write a new member with profile and consents. `indexed=False` leaves the address out of the index."""
    member = Member(seal_id=contact.new_seal_id(), state=MemberState.APPLIED, source=source, applied_at=clock.now())
    details.put_contact(member, application)
    details.put_needs(member, application)
    if not indexed:
        member.email_index = None
    db.session.add(member)
    db.session.flush()
    db.session.add(MemberEvent(member_id=member.id, kind="applied", at=clock.now()))
    profiles.save(member, application.get("about") or {})
    consents.record_all(member.id, application["consents"], language=language, how=how)
    return member


def _apply_again(member: Member, application: Mapping[str, Any], language: str) -> None:
    """Take the newer details of somebody who has not confirmed yet, unless mail to them is held back."""
    if _send_confirmation(member.id):
        details.put_contact(member, application)
        details.put_needs(member, application)
        profiles.save(member, application.get("about") or {})
        consents.record_all(member.id, application["consents"], language=language, how="online")


def _send_confirmation(member_id: int) -> bool:
    made = links.make(member_id, "confirm", emails.CONFIRM_FOR)
    if made is None:
        return False
    link, token = made
    emails.confirm_address(member_id, link.id, token)
    return True


def send_confirmation_again(email: str) -> None:
    """Send a fresh link to somebody who has not confirmed yet; members get a sign-in hint, others nothing."""
    member = queries.find_member_by_email(email)
    if member is None:
        with strangers.rehearsal(email) as stranger:
            _send_confirmation(stranger.id)
    elif member.state == MemberState.APPLIED:
        _send_confirmation(member.id)
    else:
        emails.already_member(member.id, ids.random_id())


def confirm_by_link(token: str) -> Member:
    """Begin the membership of whoever holds the link. Raises LinkGoneError."""
    link = links.use(token, "confirm")
    member = db.session.get_one(Member, link.member_id)
    if member.state == MemberState.APPLIED:
        _begin(member, "link")
    return member


def confirm_by_staff(member: Member, staff_id: int) -> None:
    """Begin the membership of somebody staff have spoken or written with. Raises WrongStateError."""
    if member.state != MemberState.APPLIED:
        raise WrongStateError
    _begin(member, f"staff:{staff_id}")


def _begin(member: Member, confirmed_by: str) -> None:
    member.state = MemberState.ACTIVE
    member.confirmed_at = clock.now()
    member.confirmed_by = confirmed_by
    db.session.add(MemberEvent(member_id=member.id, kind="confirmed", at=clock.now()))
    audit.record("member.confirmed", f"member:{member.id}", after={"by": confirmed_by})
    db.session.flush()
    emails.welcome(member.id)


def forget_unconfirmed(before: Any) -> int:
    """Erase those who were asked by mail before `before` to confirm their address and never did; return how many."""
    asked_by_mail = sa.exists().where(
        Consent.member_id == Member.id, sa.or_(Consent.how == "online", Consent.how.startswith("import:"))
    )
    stale = sa.select(Member.id).where(
        Member.state == MemberState.APPLIED, Member.route == Route.EMAIL, Member.applied_at < before, asked_by_mail
    )
    numbers = list(db.session.scalars(stale.order_by(Member.id).limit(500)))
    if numbers:
        db.session.execute(sa.delete(Profile).where(Profile.member_id.in_(numbers)))
        db.session.execute(sa.delete(Member).where(Member.id.in_(numbers)))
    return len(numbers)
