"""Which columns of this room are sealed."""

from __future__ import annotations

from accounts.models import Staff
from core import sealed


def init_app() -> None:
    """Register them for the rotation of keys."""
    sealed.register(Staff, "totp_secret", Staff.seal_id)
