"""Who took part in an engagement, counted by how they are reached."""

from __future__ import annotations

import sqlalchemy as sa

import panel.reach
from core.database import db
from surveys.queries.participation import participant_ids


def by_route(engagement_id: int) -> dict[str, int]:
    """Return route -> people; `left` for those who may not be contacted any more."""
    reach = panel.reach.how_to_reach().subquery("reach")
    route = sa.case((reach.c.may_be_contacted, reach.c.route), else_="left")
    took_part = participant_ids(engagement_id).subquery("took_part")
    query = sa.select(route, sa.func.count()).where(reach.c.member_id.in_(sa.select(took_part.c[0]))).group_by(route)
    return dict(db.session.execute(query).all())
