"""What the tables of this room share: how a list of keys becomes a CHECK, and how a seal is named."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core import ids


def one_of(column: str, values: type[StrEnum], name: str = "") -> sa.CheckConstraint:
    """Return the constraint that `column` holds one of `values`."""
    keys = ",".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({keys})", name=name or column)


def seal_name() -> Mapped[str]:
    """Return the column that names the place for which the sealed columns of a row are sealed."""
    return mapped_column(sa.String(26), default=ids.random_id)
