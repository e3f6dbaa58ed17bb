"""Who of the panel is asked, and how each of them is to be imagined while answering."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import sqlalchemy as sa

from core.database import db
from panel.audience import members_where
from panel.models import Member

#: How many people the demo invites at most, however large the panel: the story stays the same.
MOST = 1000


@dataclass(frozen=True)
class Someone:
    """A member as far as the story needs them."""

    id: int
    language: str


def joined_before(moment: dt.datetime, chance: random.Random) -> list[Someone]:
    """Return up to MOST members who could be invited at `moment`, by id; the same ones for the same chance.

    Only ids are read of the whole panel, and only as many as are needed stay.
    """
    meant = members_where({}).subquery()
    query = (
        sa.select(Member.id)
        .where(Member.id.in_(sa.select(meant.c.id)), Member.confirmed_at < moment)
        .order_by(Member.id)
    )
    ids = list(db.session.scalars(query))
    chosen = sorted(chance.sample(ids, min(MOST, int(len(ids) * 0.9))))
    rows = db.session.execute(sa.select(Member.id, Member.language).where(Member.id.in_(chosen)).order_by(Member.id))
    return [Someone(member_id, language) for member_id, language in rows]
