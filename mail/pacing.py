"""How many messages may leave now: one bucket of tokens in the database, from which all workers draw."""

from __future__ import annotations

from core import clock, config
from core.database import db, insert_or_ignore
from mail.models import Pace

_ID = 1


def draw(wanted: int) -> int:
    """Take up to `wanted` tokens in the caller's transaction and return how many there were.

    The bucket holds a second's worth (at least one), so in no minute more than MAIL_RATE and that second's worth leave.
    """
    a_second = per_second()
    full = max(1.0, a_second)
    now = clock.now()
    pace = db.session.get(Pace, _ID, with_for_update=True, populate_existing=True)
    if pace is None:
        db.session.execute(insert_or_ignore(Pace.__table__).values(id=_ID, tokens=full, at=now))
        pace = db.session.get(Pace, _ID, with_for_update=True)
        assert pace is not None  # noqa: S101  it was put there in this transaction, or by the one it waited for
    passed = max(0.0, (now - pace.at).total_seconds())
    there = min(full, pace.tokens + passed * a_second)
    taken = min(wanted, int(there))
    pace.tokens, pace.at = there - taken, now
    db.session.flush()
    return taken


def per_second() -> float:
    """Return how many messages a second MAIL_RATE allows."""
    return config.settings().mail_rate / 60


def pause(batch: int) -> float:
    """Return the seconds after which a claim is worth its transactions again: half a second, or one token's worth."""
    return min(batch, max(1.0, per_second() / 2)) / per_second()
