"""Sessions of staff: begun at sign-in, ended by time, by hand or by a new password."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from accounts.models import Staff, StaffSession
from core import audit, clock, ids
from core.database import changed_by, db

#: A session ends after this long, however busy it is.
LONGEST_SESSION = dt.timedelta(hours=12)


def start(staff: Staff, browser: str = "") -> str:
    """Start a session of `staff` and return its token, which only their browser keeps."""
    token = ids.token()
    now = clock.now()
    db.session.add(
        StaffSession(
            staff_id=staff.id,
            token_hash=ids.fingerprint(token),
            browser=browser[:60],
            started_at=now,
            ends_at=now + LONGEST_SESSION,
        )
    )
    # The sessions of last year tell nothing any more but when somebody worked.
    old = sa.and_(StaffSession.staff_id == staff.id, StaffSession.ends_at < now - dt.timedelta(days=30))
    db.session.execute(sa.delete(StaffSession).where(old))
    db.session.flush()
    return token


def end(staff_session: StaffSession) -> None:
    """End one session."""
    staff_session.revoked_at = clock.now()
    db.session.flush()


def end_one(staff: Staff, session_id: int) -> bool:
    """End the session `session_id` if it is one of `staff` and alive; return whether it was."""
    return _end(staff, StaffSession.id == session_id) == 1


def end_all(staff: Staff, keep: StaffSession | None = None) -> int:
    """End every session of `staff` but `keep`; return how many."""
    return _end(staff, StaffSession.id != keep.id if keep else sa.true())


def _end(staff: Staff, which: sa.ColumnElement[bool]) -> int:
    ended = changed_by(
        sa.update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None), which)
        .values(revoked_at=clock.now())
    )
    if ended:
        audit.record("staff.sessions_ended", f"staff:{staff.id}", after={"count": ended})
    return ended
