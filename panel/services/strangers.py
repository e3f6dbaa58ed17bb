"""Take the same steps for an address nobody has as for a member's, so that the time an answer takes tells nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core import clock
from core.database import db
from panel import contact
from panel.models import Member, MemberState, Route


@contextmanager
def rehearsal(email: str) -> Iterator[Member]:
    """Give the body a member with `email`, and take back that member and all that was written in the body."""
    with db.session.begin_nested() as attempt:
        stranger = Member(
            seal_id=contact.new_seal_id(), state=MemberState.ACTIVE, route=Route.EMAIL, applied_at=clock.now()
        )
        contact.seal(stranger, "email", email)
        db.session.add(stranger)
        db.session.flush()
        yield stranger
        attempt.rollback()
