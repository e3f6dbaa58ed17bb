"""What is read about staff."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from accounts.models import Staff, StaffSession
from core import clock, ids
from core.database import db


def find_session(token: str) -> StaffSession | None:
    """Return the living session of `token` with its person and their roles, in one query."""
    query = (
        sa.select(StaffSession)
        .join(StaffSession.staff)
        .where(
            StaffSession.token_hash == ids.fingerprint(token),
            StaffSession.revoked_at.is_(None),
            StaffSession.ends_at > clock.now(),
            Staff.active,
        )
        .options(contains_eager(StaffSession.staff).joinedload(Staff.roles))
    )
    return db.session.scalars(query).unique().one_or_none()


def find_staff(staff_id: int) -> Staff | None:
    """Return a person by id, or None."""
    return db.session.get(Staff, staff_id, options=[joinedload(Staff.roles)])
