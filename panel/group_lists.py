"""Reads of groups: who belongs, who waits, and how many have belonged how long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from panel import queries, tenure
from panel.models import Group, GroupArea, GroupMembership, GroupRequest, Joining, Member

PAGE_SIZE = 50


def get_group(group_id: int) -> Group:
    """Return a group. Raises NotFoundError."""
    group = db.session.get(Group, group_id)
    if group is None:
        raise NotFoundError
    return group


def get_request(request_id: int) -> GroupRequest:
    """Return a request. Raises NotFoundError."""
    request = db.session.get(GroupRequest, request_id)
    if request is None:
        raise NotFoundError
    return request


def area_ids(group_id: int) -> list[int]:
    """Return the ids of the areas a group is for; none means everybody."""
    query = sa.select(GroupArea.area_id).where(GroupArea.group_id == group_id)
    return list(db.session.scalars(query.order_by(GroupArea.area_id)))


@dataclass(frozen=True)
class Row:
    """A group with how many belong to it, and how many have asked and wait."""

    group: Group
    members: int
    waiting: int


def overview() -> list[Row]:
    """Return all groups by name, in three queries."""
    members = dict(_counts(GroupMembership, GroupMembership.left_at.is_(None)))
    asked = dict(_counts(GroupRequest, GroupRequest.settled_at.is_(None), GroupRequest.kind == "application"))
    return [Row(g, members.get(g.id, 0), asked.get(g.id, 0)) for g in queries.list_groups()]


def _counts(table: type[GroupMembership] | type[GroupRequest], *where: sa.ColumnElement[bool]) -> list[tuple[int, int]]:
    rows = db.session.execute(sa.select(table.group_id, sa.func.count()).where(*where).group_by(table.group_id))
    return [(group_id, count) for group_id, count in rows]


def tenures(group: Group) -> list[int]:
    """Return how many members of a group fall into each of its bands of tenure, shortest first."""
    number = tenure.band(GroupMembership.joined_at, group.tenure_months, clock.today())
    rows = db.session.execute(
        sa.select(number, sa.func.count())
        .where(GroupMembership.group_id == group.id, GroupMembership.left_at.is_(None))
        .group_by(number)
    )
    found = {band: count for band, count in rows}  # noqa: C416  rows are no tuples to mypy
    return [found.get(band, 0) for band in range(len(group.tenure_months) + 1)]


@dataclass(frozen=True)
class Page:
    """Some of those who belong, newest first; `before` is where the next older page begins, None on the last."""

    rows: list[GroupMembership]
    before: int | None


def page_of(group_id: int, before: int | None = None) -> Page:
    """Return a page of those who belong to a group now."""
    query = sa.select(GroupMembership).where(GroupMembership.group_id == group_id, GroupMembership.left_at.is_(None))
    if before:
        query = query.where(GroupMembership.id < before)
    rows = list(db.session.scalars(query.order_by(GroupMembership.id.desc()).limit(PAGE_SIZE + 1)))
    return Page(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None)


def waiting_of(group_id: int, limit: int = PAGE_SIZE) -> list[GroupRequest]:
    """Return those who asked to join and wait for an answer, the longest waiting first."""
    query = sa.select(GroupRequest).where(
        GroupRequest.group_id == group_id, GroupRequest.settled_at.is_(None), GroupRequest.kind == "application"
    )
    return list(db.session.scalars(query.order_by(GroupRequest.id).limit(limit)))


@dataclass(frozen=True)
class Own:
    """How one member stands to one group."""

    group: Group
    since: dt.datetime | None
    request: GroupRequest | None


def of_member(member: Member) -> list[Own]:
    """Return the groups a member belongs to, is invited to, waits for or may join, in a few queries.

    Groups people come into by invitation only are shown to those invited. Whether age and place fit is looked at when
    somebody wants to join, so that nobody reads the reason before they ask.
    """
    belongs = {
        row.group_id: row.joined_at
        for row in db.session.scalars(
            sa.select(GroupMembership).where(GroupMembership.member_id == member.id, GroupMembership.left_at.is_(None))
        )
    }
    asked = {
        row.group_id: row
        for row in db.session.scalars(
            sa.select(GroupRequest).where(GroupRequest.member_id == member.id, GroupRequest.settled_at.is_(None))
        )
    }
    today = clock.today()
    found = []
    for group in queries.list_groups():
        own = Own(group, belongs.get(group.id), asked.get(group.id))
        is_open = group.joining != Joining.INVITATION and not (group.closed_on and group.closed_on <= today)
        if own.since or own.request or is_open:
            found.append(own)
    return found


def history_of(member_id: int) -> list[tuple[Group, GroupMembership]]:
    """Return every time a member belonged to a group, newest first."""
    rows = db.session.execute(
        sa.select(Group, GroupMembership)
        .join(GroupMembership, GroupMembership.group_id == Group.id)
        .where(GroupMembership.member_id == member_id)
        .order_by(GroupMembership.joined_at.desc(), GroupMembership.id.desc())
    )
    return [(group, belonging) for group, belonging in rows]
