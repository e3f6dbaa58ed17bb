"""Which columns of this room are sealed, for the rotation of keys."""

from __future__ import annotations

import sqlalchemy as sa

from core import sealed
from feedback.models import Letter


def register() -> None:
    """Register them; a letter is a whole PDF, so few at a time."""
    key = sa.cast(Letter.batch_id, sa.String) + "/" + sa.cast(Letter.member_id, sa.String)
    sealed.register(Letter, "pdf", key, most=20)
