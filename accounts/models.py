"""Tables of staff: accounts, their roles, sessions, and what slows down somebody guessing."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.roles import ROLES
from core import ids
from core.database import Model


class Staff(Model):
    """A member of staff. Work e-mail addresses are not sealed: colleagues see them, and they are sign-in names."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    #: In lower case.
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    #: Sealed; None until the second step is set up.
    totp_secret: Mapped[bytes | None]
    #: The last 30-second step used, so that a code works once.
    totp_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    seal_id: Mapped[str] = mapped_column(sa.String(26), default=ids.random_id)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    roles: Mapped[list[StaffRole]] = relationship(back_populates="staff", cascade="all, delete-orphan", lazy="selectin")

    def may(self, permission: str) -> bool:
        """Return whether one of this person's roles has `permission`."""
        return any(permission in ROLES[role.role][1] for role in self.roles if role.role in ROLES)

    def may_translate(self, tag: str, permission: str = "surveys.translate") -> bool:
        """Return whether this person may translate into the language `tag`: a translator only into those given."""
        return any(
            permission in ROLES[role.role][1] and role.language in {"", tag}
            for role in self.roles
            if role.role in ROLES
        )


class StaffRole(Model):
    """A role a member of staff has; a translator has it for one language."""

    __tablename__ = "staff_role"
    __table_args__ = (sa.UniqueConstraint("staff_id", "role", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(12), default="")
    staff: Mapped[Staff] = relationship(back_populates="roles")


class RecoveryCode(Model):
    """A code that replaces the second step once; only its hash is kept."""

    __tablename__ = "staff_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[dt.datetime | None]


class StaffSession(Model):
    """A signed-in browser. The cookie carries the token, this row its hash, so that a session can be revoked."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: What the browser calls itself, roughly, so that its owner can tell one from another: `Firefox, Windows`.
    browser: Mapped[str] = mapped_column(sa.String(60), default="")
    started_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    staff: Mapped[Staff] = relationship()


class StaffLink(Model):
    """A link by which somebody sets a first or a new password, once; only the hash of its token is kept."""

    __tablename__ = "staff_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class FailedSignIn(Model):
    """Failed tries by account and by address, both as keyed indexes, for the lock-out."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_index: Mapped[str] = mapped_column(sa.String(64), index=True)
    address_index: Mapped[str] = mapped_column(sa.String(64), index=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
