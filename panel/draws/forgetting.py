"""Erasing what old draws were made with: nobody can be found by a number any more, and the public sheet stays."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import audit
from core.database import db
from panel.models import Draw, DrawnPerson, DrawSecret, DrawSheet, DrawState

#: How long pool and key are kept after the last step of a draw: so long it may be checked person by person, people may
#: be drawn in place of others, and a group may sit.
KEPT_FOR = dt.timedelta(days=2 * 365)
_BATCH = 20


def erase_old(now: dt.datetime) -> int:
    """Erase the pool, the key and the secret of some draws whose last step is long ago; return of how many.

    Of a draw that was given up nothing was published: whom it had found goes with them.
    """
    last_step = sa.func.coalesce(Draw.cancelled_at, Draw.published_at, Draw.drawn_at, Draw.fixed_at)
    before = now - KEPT_FOR
    # One that waits for a day far ahead is not old.
    old = sa.select(Draw.id, Draw.state).where(last_step < before, Draw.source_on < before.date())
    old = old.where(sa.exists().where(DrawSecret.draw_id == Draw.id)).order_by(Draw.id).limit(_BATCH)
    rows = db.session.execute(old).all()
    for draw_id, state in rows:
        of_nobody = (DrawSecret, DrawnPerson, DrawSheet) if state == DrawState.CANCELLED else (DrawSecret,)
        for model in of_nobody:
            db.session.execute(sa.delete(model).where(model.draw_id == draw_id))
        audit.record("draw.pool_erased", f"draw:{draw_id}")
    db.session.flush()
    return len(rows)
