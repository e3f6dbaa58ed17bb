"""What is read about staff."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from accounts.models import Staff, StaffLink, StaffRole, StaffSession
from core import clock, ids
from core.database import db
from core.errors import NotFoundError


def find_session(token: str) -> StaffSession | None:
    """Return the living session of `token` with its person and their roles, in one query."""
    query = (
        sa.select(StaffSession)
        .join(StaffSession.staff)
        .where(StaffSession.token_hash == ids.fingerprint(token), *_alive(), Staff.active)
        .options(contains_eager(StaffSession.staff).joinedload(Staff.roles))
    )
    return db.session.scalars(query).unique().one_or_none()


def _alive() -> tuple[sa.ColumnElement[bool], ...]:
    return StaffSession.revoked_at.is_(None), StaffSession.ends_at > clock.now()


def list_sessions(staff_id: int) -> Sequence[StaffSession]:
    """Return the living sessions of a person, newest first."""
    query = sa.select(StaffSession).where(StaffSession.staff_id == staff_id, *_alive())
    return db.session.scalars(query.order_by(StaffSession.started_at.desc(), StaffSession.id.desc()).limit(100)).all()


def get_staff(staff_id: int) -> Staff:
    """Return a person by id. Raises NotFoundError."""
    found = find_staff(staff_id)
    if found is None:
        raise NotFoundError
    return found


def find_staff(staff_id: int) -> Staff | None:
    """Return a person by id, or None."""
    return db.session.get(Staff, staff_id, options=[joinedload(Staff.roles)])


def list_ids_with_role(role: str) -> Sequence[int]:
    """Return the ids of active people with `role`."""
    query = sa.select(Staff.id).join(Staff.roles).where(Staff.active, StaffRole.role == role)
    return db.session.scalars(query.distinct().order_by(Staff.id)).all()


def find_by_email(email: str) -> Staff | None:
    """Return a person by their address in lower case, or None."""
    return db.session.scalars(sa.select(Staff).where(Staff.email == email)).one_or_none()


def find_by_link(token: str) -> Staff | None:
    """Return who may set a password with the link of `token`, or None when it is used, too old or unknown."""
    query = (
        sa.select(Staff)
        .join(StaffLink, StaffLink.staff_id == Staff.id)
        .where(
            StaffLink.token_hash == ids.fingerprint(token),
            StaffLink.used_at.is_(None),
            StaffLink.expires_at > clock.now(),
            Staff.active,
        )
    )
    return db.session.scalars(query).one_or_none()


def list_staff() -> Sequence[Staff]:
    """Return everybody with an account: those who can sign in first, then by name."""
    query = sa.select(Staff).order_by(Staff.active.desc(), sa.func.lower(Staff.name), Staff.id)
    return db.session.scalars(query).all()


def list_by_ids(staff_ids: Sequence[int]) -> Sequence[Staff]:
    """Return the active people with these ids."""
    return db.session.scalars(sa.select(Staff).where(Staff.id.in_(staff_ids), Staff.active).order_by(Staff.id)).all()


def ids_with_roles(roles: Sequence[str]) -> Sequence[int]:
    """Return the ids of active people who have one of `roles`."""
    having = sa.select(StaffRole.staff_id).where(StaffRole.role.in_(roles))
    return db.session.scalars(sa.select(Staff.id).where(Staff.active, Staff.id.in_(having)).order_by(Staff.id)).all()


def other_administrators(staff_id: int) -> int:
    """Return how many administrators besides this person could sign in: invited ones who never did cannot."""
    having = sa.select(StaffRole.staff_id).where(StaffRole.role == "administrator")
    query = sa.select(sa.func.count()).where(
        Staff.id != staff_id, Staff.active, Staff.password_hash.is_not(None), Staff.id.in_(having)
    )
    return db.session.scalar(query) or 0
