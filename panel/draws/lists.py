"""The list of draws, and handing out the pool of one."""

from __future__ import annotations

import sqlalchemy as sa

from core import audit
from core.database import db
from panel.draws import pools
from panel.models import Draw

PAGE_SIZE = 50


def page(number: int) -> list[Draw]:
    """Return a page of draws, newest first, one more than fits where there are more."""
    newest = sa.select(Draw).order_by(Draw.id.desc())
    return list(db.session.scalars(newest.limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)))


def of_engagement(engagement_id: int) -> list[Draw]:
    """Return the draws of an engagement, newest first."""
    return list(db.session.scalars(sa.select(Draw).where(Draw.engagement_id == engagement_id).order_by(Draw.id.desc())))


def hand_out_pool(draw: Draw) -> str:
    """Return the pool of a draw as CSV, and record that somebody took it."""
    audit.record("draw.pool_taken", f"draw:{draw.id}")
    return pools.opened(draw.id, "pool")
