"""The rules of groups: what each is called in the reader's language, and who may belong to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import N_, DomainError
from panel import bands, profiles, queries, tenure
from panel.audience import subtree
from panel.models import Group, GroupArea, GroupMembership, Joining, Member, MemberState

#: What people agree to where the staff have not written words of their own.
CONSENT = N_(
    "I agree to be a member of this group. You may write to me about its work, and the staff who look after it may see "
    "that I belong to it. I can leave the group at any time and stay on the panel."
)
JOINING: dict[str, str] = {
    Joining.OPEN: N_("Anybody on the panel can join"),
    Joining.APPLICATION: N_("People ask, and we decide"),
    Joining.INVITATION: N_("We invite people"),
}
MIRRORS: dict[str, str] = {
    "none": N_("It need not be like anybody"),
    "population": N_("It should be like the population, by the panel's targets"),
    "own": N_("It has shares of its own, below"),
}
#: Why staff took somebody out of a group; free text would invite personal details into the record.
REASONS: dict[str, str] = {
    "asked": N_("You asked us to."),
    "rules": N_("The group is for people of another age or place."),
    "not_active": N_("We have not heard from you in the group for a long time."),
    "closed": N_("The group has ended."),
    "conduct": N_("The rules for working together in the group were not kept."),
}


class GroupClosedError(DomainError):
    words = N_("Nobody can join this group any more.")


class AlreadyInGroupError(DomainError):
    words = N_("This person belongs to the group already.")
    field = "member"


class NotInGroupError(DomainError):
    words = N_("This person does not belong to the group now.")


class AgeUnknownError(DomainError):
    words = N_("This group is for people of some ages only. Tell us your date of birth first.")


class AgeError(DomainError):
    words = N_("This group is for people of another age.")


class PlaceError(DomainError):
    words = N_("This group is for people who live in another area.")


class NotYetError(DomainError):
    words = N_("You made room for somebody else. You can come back from %(day)s.")


class NotOnPanelError(DomainError):
    words = N_("Only people who are on the panel can join a group.")
    field = "member"


@dataclass(frozen=True)
class Words:
    """What the public reads about a group in one language."""

    name: str
    about: str
    #: None where the standard words hold (CONSENT).
    consent: str | None
    #: The language the words are in: the reader's, or English where nobody has translated them.
    tag: str


def words_of(group: Group, tag: str) -> Words:
    """Return what a group is called in the language `tag`, in English where there is nothing in it."""
    own: dict[str, Any] = group.words.get(tag) or {}
    used = tag if own.get("name") else "en"
    found = {**group.words.get("en", {}), **{part: text for part, text in own.items() if text}}
    return Words(found.get("name") or group.name, found.get("about", ""), found.get("consent") or None, used)


def names_of(group: Group) -> dict[str, str]:
    """Return what a group is called by language, for messages; English is always there."""
    return {"en": words_of(group, "en").name} | {
        tag: own["name"] for tag, own in group.words.items() if own.get("name")
    }


def age_of(member: Member) -> int | None:
    """Return how old a member is today, None where they have not told."""
    born = profiles.open_answers(member, queries.find_profile(member.id)).get("date_of_birth") or {}
    return bands.age_on(clock.today(), born)


def why_not(member: Member, group: Group) -> DomainError | None:
    """Return what stands against `member` joining `group` today, or None. Runs a few queries about this one person."""
    today = clock.today()
    if member.state not in {MemberState.ACTIVE, MemberState.PAUSED}:
        return NotOnPanelError()
    if group.closed_on is not None and group.closed_on <= today:
        return GroupClosedError()
    last = last_membership(member.id, group.id)
    if last is not None and last.left_at is None:
        return AlreadyInGroupError()
    if (back := may_return_on(group, last)) and back > today:
        return NotYetError(day=back)
    return _wrong_age(member, group) or _wrong_place(member, group)


def last_membership(member_id: int, group_id: int) -> GroupMembership | None:
    """Return the latest time a member belonged, or belongs, to a group."""
    return db.session.scalar(
        sa.select(GroupMembership)
        .where(GroupMembership.member_id == member_id, GroupMembership.group_id == group_id)
        .order_by(GroupMembership.id.desc())
        .limit(1)
    )


def may_return_on(group: Group, last: GroupMembership | None) -> dt.date | None:
    """Return the day from which somebody whom the lottery rotated out may come back, None where nothing stops them."""
    if last is None or last.left_because != "rotated" or last.left_at is None or not group.rotation_return:
        return None
    return tenure.months_from(last.left_at.astimezone(clock.zone()).date(), group.rotation_return)


def _wrong_age(member: Member, group: Group) -> DomainError | None:
    if group.minimum_age is None and group.maximum_age is None:
        return None
    age = age_of(member)
    if age is None:
        return AgeUnknownError()
    lowest = group.minimum_age if group.minimum_age is not None else 0
    highest = group.maximum_age if group.maximum_age is not None else 200
    return None if lowest <= age <= highest else AgeError()


def _wrong_place(member: Member, group: Group) -> DomainError | None:
    wanted = list(db.session.scalars(sa.select(GroupArea.area_id).where(GroupArea.group_id == group.id)))
    if not wanted:
        return None
    inside = sa.select(sa.literal(member.area_id).in_(subtree(wanted)))
    return None if member.area_id is not None and db.session.scalar(inside) else PlaceError()
