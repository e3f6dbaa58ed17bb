"""Groups of the panel for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from core import clock
from core.database import db
from panel.models import Group, GroupMembership, Joining, Member
from panel.services import groups

_numbers = itertools.count(1)

WORDS = {"en": {"name": "Youth board", "about": "Young people who look at our plans.", "consent": "I agree to join."}}


def make_group(area_ids: Iterable[int] = (), **changes: Any) -> Group:
    """Return a committed group that anybody may join, with words of its own."""
    values: dict[str, Any] = {
        "key": f"group-{next(_numbers)}", "name": "Youth board", "words": WORDS, "joining": Joining.OPEN,
        "minimum_age": None, "maximum_age": None, "size_wanted": None, "mirrors": "none", "quotas": {},
        "tenure_months": [6, 12, 24, 36], "rotation_share": None, "rotation_after": None, "rotation_return": None,
        "closed_on": None,
    }  # fmt: skip
    group = groups.save(None, values | changes, list(area_ids))
    db.session.commit()
    return group


def belong(group: Group, members: Iterable[Member], since: dt.datetime | None = None) -> None:
    """Let members belong to a group since a moment."""
    joined = since or clock.now()
    db.session.add_all([GroupMembership(group_id=group.id, member_id=m.id, joined_at=joined) for m in members])
    db.session.commit()
