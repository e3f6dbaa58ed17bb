"""The rules of this room: verbs that flush and never commit."""

from __future__ import annotations

import datetime as dt

from accounts.models import Staff, StaffSession
from core import clock, ids
from core.database import db

#: A session ends after this long, however busy it is.
LONGEST_SESSION = dt.timedelta(hours=12)


def start_session(staff: Staff, browser: str = "") -> str:
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
    db.session.flush()
    return token


def end_session(staff_session: StaffSession) -> None:
    """End one session."""
    staff_session.revoked_at = clock.now()
    db.session.flush()
