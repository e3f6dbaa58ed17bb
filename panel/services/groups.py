"""Groups: made and changed by staff; joined, left, asked for and invited to, with what was agreed to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from core import audit, clock
from core.database import changed_by, db, lock_name
from core.errors import N_, DomainError
from i18n import languages, negotiation
from panel import emails, groups
from panel.models import ConsentText, Group, GroupArea, GroupMembership, GroupRequest, Joining, Member
from panel.services import consents


class KeyTakenError(DomainError):
    words = N_("Another group has this short name already.")
    field = "key"


class NotAskedError(DomainError):
    words = N_("This was answered already, or taken back.")


class NotOpenError(DomainError):
    words = N_("People come into this group by invitation.")


_SETTINGS = (
    "name", "words", "joining", "minimum_age", "maximum_age", "size_wanted", "mirrors", "quotas", "tenure_months",
    "rotation_share", "rotation_after", "rotation_return", "closed_on",
)  # fmt: skip


def purpose_of(group: Group) -> str:
    """Return the purpose under which the consents of a group are kept."""
    return f"group:{group.id}"


def save(group: Group | None, values: Mapping[str, Any], area_ids: Collection[int]) -> Group:
    """Make a group, or change one; new words of consent become a new version. Raises KeyTakenError."""
    made = group is None
    group = group or Group(key=values["key"])
    before = None if made else facts(group)
    for name in _SETTINGS:
        setattr(group, name, values[name])
    try:
        with db.session.begin_nested():
            db.session.add(group)
    except IntegrityError:
        if made and db.session.scalar(sa.select(Group.id).where(Group.key == values["key"])) is not None:
            raise KeyTakenError from None
        raise
    db.session.execute(sa.delete(GroupArea).where(GroupArea.group_id == group.id))
    db.session.add_all([GroupArea(group_id=group.id, area_id=area) for area in sorted(area_ids)])
    db.session.flush()
    keep_consent_text(group)
    after = facts(group) | {"areas": sorted(area_ids)}
    audit.record("group.made" if made else "group.changed", f"group:{group.id}", before, after)
    return group


def facts(group: Group) -> dict[str, Any]:
    """Return what the record of changes keeps of a group: its rules, not its words."""
    return {"key": group.key} | {name: getattr(group, name) for name in _SETTINGS if name not in {"name", "words"}}


def keep_consent_text(group: Group) -> int:
    """Return the id of the words people of this group agree to today, kept as a new version when they have changed."""
    wording = {}
    for tag in languages.TAGS:
        with negotiation.speaking(tag):
            wording[tag] = groups.words_of(group, tag).consent or gettext(groups.CONSENT)
    lock_name("panel.consent_text")
    purpose = purpose_of(group)
    newest = db.session.scalar(
        sa.select(ConsentText).where(ConsentText.purpose == purpose).order_by(ConsentText.version.desc()).limit(1)
    )
    if newest is None or newest.wording != wording:
        version = newest.version + 1 if newest else 1
        newest = ConsentText(purpose=purpose, version=version, wording=wording, since=clock.now())
        db.session.add(newest)
        db.session.flush()
    return newest.id


def _consent(member: Member, group: Group, given: bool, how: str, language: str | None = None) -> None:
    text_id = keep_consent_text(group)
    consents.record_with(text_id, member.id, purpose_of(group), given, language=language or member.language, how=how)


def join(member: Member, group: Group, *, language: str) -> GroupRequest | GroupMembership:
    """Let a member who agreed to the words of a group come in, or ask to; return the membership or the request.

    Somebody invited comes in at once. Raises what panel.groups.why_not finds, and NotOpenError.
    """
    if error := groups.why_not(member, group):
        raise error
    invited = open_request(member.id, group.id)
    if group.joining == Joining.INVITATION and (invited is None or invited.kind != "invitation"):
        raise NotOpenError
    _consent(member, group, True, "online", language)
    if group.joining == Joining.APPLICATION and (invited is None or invited.kind != "invitation"):
        return invited or _ask(member, group, "application")
    if invited is not None:
        _settle(invited, "accepted")
    return _enter(member, group)


def invite(member: Member, group: Group) -> GroupRequest:
    """Invite a member to a group. Raises what panel.groups.why_not finds."""
    if error := groups.why_not(member, group):
        raise error
    waiting = open_request(member.id, group.id)
    if waiting is not None:
        return waiting
    request = _ask(member, group, "invitation")
    emails.group_invitation(member.id, request.id, groups.names_of(group), group.id)
    return request


def add(member: Member, group: Group, staff_id: int) -> GroupMembership:
    """Take a member in who has agreed on paper or on the phone. Raises what panel.groups.why_not finds."""
    if error := groups.why_not(member, group):
        raise error
    _consent(member, group, True, f"staff:{staff_id}")
    if waiting := open_request(member.id, group.id):
        _settle(waiting, "accepted")
    return _enter(member, group)


def decide(request: GroupRequest, accept: bool) -> None:
    """Answer somebody who asked to join, and tell them. Raises NotAskedError and what panel.groups.why_not finds."""
    member, group = _of(request)
    if request.kind != "application" or request.settled_at is not None:
        raise NotAskedError
    if accept and (error := groups.why_not(member, group)):
        raise error
    _settle(request, "accepted" if accept else "declined")
    if accept:
        _enter(member, group)
    else:
        _consent(member, group, False, "online")
    emails.group_decision(member.id, request.id, groups.names_of(group), accept)


def take_back(request: GroupRequest, *, language: str) -> None:
    """Decline an invitation, or take an application back, as the member. Raises NotAskedError."""
    if request.settled_at is not None:
        raise NotAskedError
    member, group = _of(request)
    if request.kind == "application":
        _consent(member, group, False, "online", language)
    _settle(request, "declined" if request.kind == "invitation" else "withdrawn")


def leave(member: Member, group: Group, *, language: str) -> None:
    """End somebody's time in a group at their own wish; they stay on the panel. Raises NotInGroupError."""
    _exit(member, group, "left")
    _consent(member, group, False, "online", language)


def remove(member: Member, group: Group, reason: str, staff_id: int) -> None:
    """Take somebody out of a group for one of panel.groups.REASONS, and tell them. Raises NotInGroupError."""
    belonging = _exit(member, group, "removed", reason)
    _consent(member, group, False, f"staff:{staff_id}")
    emails.group_ended(member.id, belonging.id, groups.names_of(group), reason, None)


def open_request(member_id: int, group_id: int) -> GroupRequest | None:
    """Return what waits for an answer between a member and a group."""
    return db.session.scalar(
        sa.select(GroupRequest).where(
            GroupRequest.member_id == member_id,
            GroupRequest.group_id == group_id,
            GroupRequest.settled_at.is_(None),
        )
    )


def end_all(member_id: int) -> None:
    """End everything between a member and groups, because the whole membership ends."""
    now = clock.now()
    db.session.execute(
        sa.update(GroupMembership)
        .where(GroupMembership.member_id == member_id, GroupMembership.left_at.is_(None))
        .values(left_at=now, left_because="ended")
    )
    db.session.execute(
        sa.update(GroupRequest)
        .where(GroupRequest.member_id == member_id, GroupRequest.settled_at.is_(None))
        .values(settled_at=now, outcome="withdrawn")
    )


def _of(request: GroupRequest) -> tuple[Member, Group]:
    return db.session.get_one(Member, request.member_id), db.session.get_one(Group, request.group_id)


def _ask(member: Member, group: Group, kind: str) -> GroupRequest:
    request = GroupRequest(group_id=group.id, member_id=member.id, kind=kind, made_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError:  # asked twice at one moment
        raise NotAskedError from None
    audit.record(f"group.{kind}", f"member:{member.id}", None, {"group": group.id})
    return request


def _settle(request: GroupRequest, outcome: str) -> None:
    settled = changed_by(
        sa.update(GroupRequest)
        .where(GroupRequest.id == request.id, GroupRequest.settled_at.is_(None))
        .values(settled_at=clock.now(), outcome=outcome)
    )
    if not settled:
        raise NotAskedError
    db.session.refresh(request)
    audit.record(f"group.{request.kind}_{outcome}", f"member:{request.member_id}", None, {"group": request.group_id})


def _enter(member: Member, group: Group) -> GroupMembership:
    belonging = GroupMembership(group_id=group.id, member_id=member.id, joined_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(belonging)
    except IntegrityError:
        raise groups.AlreadyInGroupError from None
    audit.record("group.joined", f"member:{member.id}", None, {"group": group.id})
    return belonging


def _exit(member: Member, group: Group, because: str, reason: str | None = None) -> GroupMembership:
    last = groups.last_membership(member.id, group.id)
    ended = last is not None and changed_by(
        sa.update(GroupMembership)
        .where(GroupMembership.id == last.id, GroupMembership.left_at.is_(None))
        .values(left_at=clock.now(), left_because=because, reason=reason)
    )
    if last is None or not ended:
        raise groups.NotInGroupError
    db.session.refresh(last)
    audit.record(f"group.{because}", f"member:{member.id}", None, {"group": group.id, "reason": reason})
    return last
