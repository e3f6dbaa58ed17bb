"""Rotation of a group: drawn by lottery, shown, then carried out portion by portion, or dropped."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import audit, clock, ids
from core.database import changed_by, db, lock_name
from core.errors import N_, DomainError
from panel import emails, groups, rotation, tenure
from panel.models import Group, GroupMembership, Member, Rotation, RotationMember

_CHUNK = 1000


class NoRuleError(DomainError):
    words = N_("This group has no rule of rotation. Change the group to give it one.")


class UnderWayError(DomainError):
    words = N_("A rotation of this group has been drawn already. Carry it out or drop it first.")


class NobodyDueError(DomainError):
    words = N_("Nobody is due: either nobody has belonged long enough, or enough people have made room in this year.")


class SettledError(DomainError):
    words = N_("This was carried out or dropped already.")


def draw(group: Group, by: str, seed: str | None = None) -> Rotation:
    """Draw who makes room and return it for a look. Raises NoRuleError, UnderWayError, NobodyDueError."""
    if group.rotation_share is None or group.rotation_after is None:
        raise NoRuleError
    lock_name(f"panel.rotation:{group.id}")
    if under_way(group.id) is not None:
        raise UnderWayError
    before = tenure.months_from(clock.today(), -group.rotation_after)
    seed = seed or ids.token()
    pool = db.session.scalars(pool_of(group.id, before).execution_options(yield_per=_CHUNK))
    chosen, count, digest = rotation.draw(pool, _how_many(group), seed)
    if not chosen:
        raise NobodyDueError
    made = Rotation(
        group_id=group.id, joined_before=before, seed=seed, pool_hash=digest, pool=count, chosen=len(chosen),
        made_at=clock.now(), made_by=by,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    rows = [{"rotation_id": made.id, "member_id": member_id} for member_id in chosen]
    for start in range(0, len(rows), _CHUNK):
        db.session.execute(sa.insert(RotationMember), rows[start : start + _CHUNK])
    told = {"group": group.id, "seed": seed, "pool": count, "pool_hash": digest, "chosen": len(chosen)}
    audit.record("rotation.drawn", f"rotation:{made.id}", None, told)
    return made


def pool_of(group_id: int, before: dt.date) -> sa.Select[int]:
    """Return a SELECT of the ids of those who have belonged to a group since before that day, in order."""
    return (
        sa.select(GroupMembership.member_id)
        .where(
            GroupMembership.group_id == group_id,
            GroupMembership.left_at.is_(None),
            GroupMembership.joined_at < tenure.start_of(before),
        )
        .order_by(GroupMembership.member_id)
    )


def _how_many(group: Group) -> int:
    """Return how many may still be rotated: the yearly share of all who belong or made room within the last year."""
    year_ago = tenure.start_of(tenure.months_from(clock.today(), -12))
    of_group = GroupMembership.group_id == group.id
    here = db.session.scalar(sa.select(sa.func.count()).where(of_group, GroupMembership.left_at.is_(None))) or 0
    rotated = sa.select(sa.func.count()).where(
        of_group, GroupMembership.left_because == "rotated", GroupMembership.left_at >= year_ago
    )
    gone = db.session.scalar(rotated) or 0
    return max(0, (here + gone) * (group.rotation_share or 0) // 100 - gone)


def under_way(group_id: int) -> Rotation | None:
    """Return the rotation of a group that is drawn or being carried out."""
    return db.session.scalar(
        sa.select(Rotation)
        .where(Rotation.group_id == group_id, Rotation.state.in_(["drawn", "confirmed"]))
        .order_by(Rotation.id.desc())
        .limit(1)
    )


def confirm(made: Rotation, by: str) -> None:
    """Let the worker carry a drawn rotation out. Raises SettledError."""
    _settle(made, "confirmed", by)


def cancel(made: Rotation, by: str) -> None:
    """Drop a drawn rotation; the seed stays on record, so that nobody can draw until they like it unseen."""
    _settle(made, "cancelled", by)


def _settle(made: Rotation, state: str, by: str) -> None:
    settled = changed_by(
        sa.update(Rotation)
        .where(Rotation.id == made.id, Rotation.state == "drawn")
        .values(state=state, settled_at=clock.now(), settled_by=by)
    )
    if not settled:
        raise SettledError
    db.session.refresh(made)
    audit.record(f"rotation.{state}", f"rotation:{made.id}", None, {"group": made.group_id, "chosen": made.chosen})


def waiting() -> list[int]:
    """Return the ids of rotations to carry out."""
    return list(db.session.scalars(sa.select(Rotation.id).where(Rotation.state == "confirmed").order_by(Rotation.id)))


def carry_out_some(rotation_id: int, limit: int = _CHUNK // 2) -> int:
    """End the time in the group of the next people drawn, thank them, and return how many were looked at.

    Who has left the group since the draw is passed over and gets no message.
    """
    made = db.session.get_one(Rotation, rotation_id, with_for_update=True)
    group = db.session.get_one(Group, made.group_id)
    numbers = list(
        db.session.scalars(
            sa.select(RotationMember.member_id)
            .where(RotationMember.rotation_id == made.id, RotationMember.rotated.is_(None))
            .order_by(RotationMember.member_id)
            .limit(limit)
        )
    )
    if not numbers or made.state != "confirmed":
        made.state = "done" if made.state == "confirmed" else made.state
        db.session.flush()
        return 0
    ended = db.session.execute(
        sa.update(GroupMembership)
        .where(
            GroupMembership.group_id == group.id,
            GroupMembership.member_id.in_(numbers),
            GroupMembership.left_at.is_(None),
        )
        .values(left_at=clock.now(), left_because="rotated")
        .returning(GroupMembership.member_id, GroupMembership.id)
        .execution_options(synchronize_session=False)
    ).all()
    belongings = {member_id: number for member_id, number in ended}  # noqa: C416  rows are no tuples to mypy
    here = (RotationMember.rotation_id == made.id, RotationMember.member_id.in_(numbers))
    db.session.execute(
        sa.update(RotationMember)
        .where(*here)
        .values(rotated=RotationMember.member_id.in_(list(belongings)))
        .execution_options(synchronize_session=False)
    )
    names, back = groups.names_of(group), tenure.months_from(clock.today(), group.rotation_return or 0)
    emails.group_ended.queue_many(
        (member_id, number, names, "rotated", back) for member_id, number in sorted(belongings.items())
    )
    audit.record("rotation.carried_out", f"rotation:{made.id}", None, {"rotated": sorted(belongings)})
    return len(numbers)


def chosen_of(made: Rotation, *, after: int = 0, limit: int = 100) -> list[int]:
    """Return the numbers of those drawn, with an id above `after`."""
    return list(
        db.session.scalars(
            sa.select(RotationMember.member_id)
            .join(Member, Member.id == RotationMember.member_id)
            .where(RotationMember.rotation_id == made.id, RotationMember.member_id > after)
            .order_by(RotationMember.member_id)
            .limit(limit)
        )
    )
