"""Who is meant: members chosen by area, group and language, as a query that higher rooms can build on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from panel.models import (
    Area,
    Consent,
    Draw,
    DrawnPerson,
    DrawState,
    GroupMembership,
    Member,
    MemberState,
    Reply,
    Role,
)


def has_consented(member_id: Any, purpose: str) -> sa.ColumnElement[bool]:
    """Return the condition that the latest word of the member on `purpose` was yes."""
    said_yes, later = sa.orm.aliased(Consent), sa.orm.aliased(Consent)
    # "Yes, and nothing after it" can be told for everybody in one pass; "the latest" has to be found for each.
    after = (later.member_id == said_yes.member_id, later.purpose == said_yes.purpose, later.id > said_yes.id)
    yes = (said_yes.member_id == member_id, said_yes.purpose == purpose, said_yes.given.is_(True))
    # Only columns of the index are named, so that no row has to be fetched.
    return sa.exists(said_yes.id).where(*yes, ~sa.exists(later.id).where(*after))


def subtree(area_ids: Sequence[int]) -> sa.Select[int]:
    """Return a SELECT of the ids of areas and of all areas inside them."""
    tree = sa.select(Area.id).where(Area.id.in_(area_ids)).cte(recursive=True)
    tree = tree.union_all(sa.select(Area.id).join(tree, Area.parent_id == tree.c.id))
    return sa.select(tree.c.id)


def drawn(draw_ids: Sequence[int]) -> sa.Select[int]:
    """Return a SELECT of the ids of those whom published draws found: reserves only once they are called."""
    return (
        sa.select(DrawnPerson.member_id)
        .join(Draw, Draw.id == DrawnPerson.draw_id)
        .where(
            Draw.id.in_(draw_ids),
            Draw.state == DrawState.PUBLISHED,
            DrawnPerson.role != Role.RESERVE,
            DrawnPerson.reply != Reply.DECLINED,
        )
    )


def members_where(audience: Mapping[str, Any]) -> sa.Select[int]:
    """Return a SELECT of the ids of active, consenting members of `audience`.

    `audience` is {"area_ids": [], "group_ids": [], "languages": [], "draw_ids": []}; an absent or empty list means
    everybody. An area takes in all areas inside it; a draw means those whom it found and who have not said no. Add
    `.order_by` and keyset conditions as needed; nothing is loaded here.
    """
    return sa.select(Member.id).where(*meant(audience))


def meant(audience: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `Member` that somebody is active, consents and belongs to `audience`."""
    found = [Member.state == MemberState.ACTIVE, has_consented(Member.id, "panel")]
    if area_ids := audience.get("area_ids"):
        found.append(Member.area_id.in_(subtree(area_ids)))
    if group_ids := audience.get("group_ids"):
        belongs = sa.select(GroupMembership.member_id).where(
            GroupMembership.group_id.in_(group_ids), GroupMembership.left_at.is_(None)
        )
        found.append(Member.id.in_(belongs))
    if draw_ids := audience.get("draw_ids"):
        found.append(Member.id.in_(drawn(draw_ids)))
    if tags := audience.get("languages"):
        found.append(Member.language.in_(tags))
    return found
