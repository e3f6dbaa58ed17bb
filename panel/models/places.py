"""Tables of places: areas at three levels, and postcodes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model


class Area(Model):
    """A place at one of three levels: system (1), place (2), neighbourhood (3)."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: ONS code where there is one, such as E54000015.
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    level: Mapped[int] = mapped_column(index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True)


class Postcode(Model):
    """Which neighbourhood a postcode lies in; loaded from a table in the columns of the ONS directory."""

    __tablename__ = "postcode"

    #: Without spaces, in capitals.
    code: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), index=True)
    lsoa: Mapped[str | None] = mapped_column(sa.String(12))
