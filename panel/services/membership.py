"""A membership once it has begun: sign-in, pausing, coming back, changing details, leaving, being removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import mail.services
from core import audit, clock
from core.database import db
from panel import contact, details, emails, moves, profiles, queries, signals
from panel.errors import LinkGoneError, WrongStateError
from panel.models import (
    Ask,
    AttitudeAnswer,
    Member,
    MemberEvent,
    MemberLink,
    MemberSession,
    MemberState,
    Milestone,
    Profile,
)
from panel.recipients import open_payload
from panel.services import consents, departures, groups, links, sessions, signs

#: Reasons for a removal after which there is nobody to write to, or who must not be frightened.
_NOBODY_TO_TELL = {"died", "duplicate", "not_real"}


def change(member: Member, told: Mapping[str, Any], changed: str) -> None:
    """Keep what a member told of themselves; `changed` names the page, for the record. The e-mail address is left."""
    details.put_contact(member, told, email=False)
    details.put_needs(member, told)
    profiles.save(member, told.get("about") or {})
    if changed in {"phone", "address", "route"}:
        member.route_works = True
    audit.record("member.changed", f"member:{member.id}", after={"what": changed})
    db.session.flush()


def ask_to_change_email(member: Member, new: str) -> None:
    """Send a link to the new address; nothing changes before it is used. An address that is taken gets none."""
    taken = queries.find_member_by_email(new)
    old = contact.unseal(member, "email")
    made = links.make(member.id, "change_email", emails.CONFIRM_FOR, {"new": new, "old": old})
    if made is None or (taken is not None and taken.id != member.id):
        return
    link, token = made
    emails.confirm_new_address(link.id, token)


def change_email(token: str) -> Member:
    """Put the new address in place and tell the old one. Raises LinkGoneError."""
    link = links.use(token, "change_email")
    member = db.session.get_one(Member, link.member_id)
    if member.state not in sessions.MAY_SIGN_IN:
        raise LinkGoneError
    payload = open_payload(link)
    try:
        with db.session.begin_nested():
            contact.seal_contact(member, email=payload["new"])
            member.route_works = True
    except IntegrityError:  # somebody joined with it in between
        raise LinkGoneError from None
    audit.record("member.changed", f"member:{member.id}", after={"what": "email"})
    if payload["old"]:
        emails.address_changed(link.id)
    return member


def pause(member: Member, until: dt.date | None) -> None:
    """Stop inviting somebody, until a day or until they come back. Raises WrongStateError."""
    if member.state == MemberState.APPLIED:
        raise WrongStateError
    member.paused_until = until
    _move(member, MemberState.PAUSED, "paused")


def resume(member: Member) -> None:
    """Invite somebody again who took a break, or who had not been heard from. Raises WrongStateError."""
    if member.state not in {MemberState.PAUSED, MemberState.LAPSED}:
        raise WrongStateError
    kind = "returned" if member.state == MemberState.LAPSED else "resumed"
    member.paused_until = None
    _move(member, MemberState.ACTIVE, kind)


def lapse(member: Member) -> None:
    """Stop writing to somebody who has not been heard from. They can come back while their details are kept."""
    member.paused_until = None
    _move(member, MemberState.LAPSED, "lapsed")


def forget_lapsed(member: Member) -> None:
    """Erase somebody who lapsed and did not come back."""
    _end(member, MemberState.LEFT, "left", reason="lapsed", language=member.language, how="system")


def note(member: Member, kind: str) -> None:
    """Add a step to a membership's history that leaves its state."""
    db.session.add(MemberEvent(member_id=member.id, kind=kind, at=clock.now()))
    audit.record(f"member.{kind}", f"member:{member.id}")
    db.session.flush()


def resume_due(limit: int = 500) -> int:
    """Bring back members whose pause is over; return how many."""
    due = sa.select(Member).where(Member.state == MemberState.PAUSED, Member.paused_until <= clock.today())
    members = list(db.session.scalars(due.order_by(Member.id).limit(limit)))
    for member in members:
        resume(member)
    return len(members)


def leave(member: Member, language: str) -> None:
    """End a membership at the person's wish: take back every consent and erase who they are."""
    _end(member, MemberState.LEFT, "left", reason=None, language=language, how="online")


def remove(member: Member, reason: str, staff_id: int) -> None:
    """End a membership by decision of staff; `reason` is one of the keys of panel.forms.staff.REASONS.

    The person is told why, at the address that is erased in the same moment, unless they are dead, do not exist, or
    are still on the panel under another number.
    """
    language, address = member.language, contact.unseal(member, "email") if member.email else ""
    _end(member, MemberState.REMOVED, "removed", reason=reason, language=language, how=f"staff:{staff_id}")
    if address and reason not in _NOBODY_TO_TELL:
        _tell_removed(member, address, reason)


def _tell_removed(member: Member, address: str, reason: str) -> None:
    """Leave the address with a link of its own until the message has gone; panel.clear-out deletes it."""
    made = links.make(member.id, "goodbye", emails.GOODBYE_FOR, {"old": address})
    if made is not None:
        emails.removed(made[0].id, reason)


def _end(member: Member, state: MemberState, kind: str, *, reason: str | None, language: str, how: str) -> None:
    """Erase the person, keep the bare facts.

    Kept under a number that leads to nobody: when the membership began and ended, what was agreed to and when, and in
    which fieldwork the number was invited (the UK GDPR asks us to show that we had consent, and response rates must
    stay true). Answers already given to anonymous surveys cannot be found; others are for the rooms above to treat.
    """
    if member.state in {MemberState.LEFT, MemberState.REMOVED}:
        raise WrongStateError
    signals.member_leaving.send(state, member_id=member.id)
    given = [purpose for purpose, yes in queries.consents(member.id).items() if yes]
    consents.record_all(member.id, dict.fromkeys(given, False), language=language, how=how)
    for column in contact.SEALED:
        setattr(member, column, None)
    member.email_index = member.phone_index = member.address_index = None
    member.formats = []
    member.left_at, member.paused_until = clock.now(), None
    departures.note(member)
    db.session.execute(sa.delete(Profile).where(Profile.member_id == member.id))
    db.session.execute(sa.delete(AttitudeAnswer).where(AttitudeAnswer.member_id == member.id))
    db.session.execute(sa.delete(MemberLink).where(MemberLink.member_id == member.id))
    db.session.execute(sa.delete(MemberSession).where(MemberSession.member_id == member.id))
    db.session.execute(sa.delete(Ask).where(Ask.member_id == member.id))
    signs.settle(member, "leave" if state == MemberState.LEFT else "ended")
    db.session.execute(sa.delete(Milestone).where(Milestone.member_id == member.id))
    groups.end_all(member.id)
    signals.member_erased.send(state, member_id=member.id)
    _move(member, state, kind, reason)


def _move(member: Member, state: MemberState, kind: str, reason: str | None = None) -> None:
    if state != member.state and state not in moves.ALLOWED[MemberState(member.state)]:
        raise WrongStateError
    before, member.state = member.state, state
    db.session.add(MemberEvent(member_id=member.id, kind=kind, at=clock.now(), reason=reason))
    audit.record(f"member.{kind}", f"member:{member.id}", {"state": before}, {"state": state, "reason": reason})
    db.session.flush()


def mark_unreachable(member_id: int) -> None:
    """Note that mail to a member comes back, so that the panel manager finds another way."""
    member = db.session.get(Member, member_id)
    if member is not None and member.route_works:
        member.route_works = False
        db.session.add(MemberEvent(member_id=member_id, kind="bounced", at=clock.now()))
        db.session.flush()


def write_again(member: Member) -> None:
    """Let messages go to a member again whose mail came back: staff know that the address works now."""
    if member.state in {MemberState.LEFT, MemberState.REMOVED} or member.route_works:
        raise WrongStateError
    if member.email:
        mail.services.write_again(contact.unseal(member, "email"))
    member.route_works = True
    audit.record("member.reachable", f"member:{member.id}", {"route_works": False}, {"route_works": True})
    db.session.flush()


def forget_ended(before: dt.datetime) -> int:
    """Delete what is left of memberships that ended before `before`; return how many."""
    ended = sa.select(Member.id).where(
        Member.state.in_([MemberState.LEFT, MemberState.REMOVED]), Member.left_at < before
    )
    numbers = list(db.session.scalars(ended.order_by(Member.id).limit(500)))
    if numbers:
        db.session.execute(sa.delete(Member).where(Member.id.in_(numbers)))
    return len(numbers)


def refresh_age_bands(after: int, limit: int = 1000) -> int | None:
    """Put people who had a birthday into their age band, for `limit` members with an id above `after`.

    Return the last id looked at, None when there was none. No day of change is stored: it would give birthdays away.
    """
    rows = db.session.execute(
        sa.select(Member, Profile)
        .join(Profile, Profile.member_id == Member.id)
        .where(Member.id > after, Profile.age_band.is_not(None))
        .order_by(Member.id)
        .limit(limit)
    ).all()
    for member, profile in rows:
        profiles.refresh_age(member, profile)
    db.session.flush()
    return rows[-1][0].id if rows else None


def end_of_break(days: int) -> dt.date | None:
    """Return the day a break of so many days ends; None for 0, which means until the person comes back."""
    return clock.today() + dt.timedelta(days=days) if days else None
