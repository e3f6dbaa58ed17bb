"""How many members at once are reached: for rooms that write to, ring or post to people they know by id."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa

from core.database import db
from panel import contact
from panel.models import Member, MemberState

#: The point size of a letter for somebody who asked for large print without saying how large.
LARGE_PRINT_POINTS = 18


def how_to_reach() -> sa.Select[int, str, str, bool]:
    """Return a query for every member's id, route, language, and whether they may still be contacted at all.

    Somebody who pauses is not asked anything new, and still hears what came of what they said.
    """
    gone = Member.state.in_((MemberState.LEFT, MemberState.REMOVED))
    return sa.select(
        Member.id.label("member_id"), Member.route, Member.language, sa.not_(gone).label("may_be_contacted")
    )


def members_by_id(member_ids: Collection[int]) -> dict[int, Member]:
    """Return members by id, in one query."""
    return {member.id: member for member in db.session.scalars(sa.select(Member).where(Member.id.in_(member_ids)))}


def unprinted_formats(member: Member) -> list[str]:
    """Return what a member asked for that neither an ordinary nor a large letter is: braille, audio or Easy Read."""
    return sorted(set(member.formats) - {"large_print"})


def print_points(member: Member) -> int | None:
    """Return the size of print a member asked for, in points, or None for ordinary print."""
    if "large_print" not in member.formats:
        return None
    needs = json.loads(contact.unseal(member, "access_needs") or "{}")
    return int(needs.get("large_print_points") or LARGE_PRINT_POINTS)
