"""Tables of bringing members in from a partner's file, and of the evidence that people agreed."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import ids
from core.database import Json, Model
from panel.models.recruiting import Channel, Partner


class ConsentEvidence(Model):
    """What shows that people agreed outside our own pages: how, when, and who heard or holds it."""

    __tablename__ = "consent_evidence"
    __table_args__ = (sa.CheckConstraint("how IN ('paper','phone','in_person','online_form')", name="how"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    how: Mapped[str] = mapped_column(sa.String(20))
    #: The date on the paper or of the call; None where each person's stands in the file.
    given_on: Mapped[dt.date | None]
    #: Who took the call or checked the paper.
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    #: Where the papers or recordings are kept.
    kept_at: Mapped[str] = mapped_column(sa.String(200), default="")


class ImportState(StrEnum):
    """How far an import is. What the worker does with it meanwhile is a task (core.tasks)."""

    STAGED = "staged"  # the file is read; somebody says what its columns mean
    CHECKED = "checked"  # the worker has looked at every row; somebody decides
    DONE = "done"
    CANCELLED = "cancelled"


class MemberImport(Model):
    """One file of people, from its upload to the report."""

    __tablename__ = "member_import"
    __table_args__ = (sa.CheckConstraint("state IN ('staged','checked','done','cancelled')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What the staged rows are sealed for.
    seal_id: Mapped[str] = mapped_column(sa.String(26), default=ids.random_id)
    state: Mapped[str] = mapped_column(sa.String(12), default=ImportState.STAGED)
    partner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    channel_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channel.id"), index=True)
    #: Keyed digest of the file's bytes: the same file is not taken in twice.
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    #: How the file was read: `csv` with encoding and delimiter, or `xlsx`.
    format: Mapped[str] = mapped_column(sa.String(8))
    encoding: Mapped[str] = mapped_column(sa.String(20), default="")
    delimiter: Mapped[str] = mapped_column(sa.String(1), default="")
    columns: Mapped[list[str]] = mapped_column(Json)
    rows: Mapped[int]
    #: {"fields": [field per column, "" to leave out], "dates": order, "values": {column number: {value: answer}},
    #: "language": …, "area": …}
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consent_evidence.id"))
    text_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consent_text.id"))
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    finished_at: Mapped[dt.datetime | None]
    partner: Mapped[Partner | None] = relationship(lazy="raise_on_sql")
    channel: Mapped[Channel | None] = relationship(lazy="raise_on_sql")
    evidence: Mapped[ConsentEvidence | None] = relationship(lazy="raise_on_sql")


class ImportRow(Model):
    """One row of a file: sealed until it is decided on, then only what came of it."""

    __tablename__ = "member_import_row"
    __table_args__ = (
        sa.CheckConstraint("outcome IN ('','accepted','known','refused')", name="outcome"),
        sa.Index("ix_member_import_row_outcome", "import_id", "outcome", "number"),
    )

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("member_import.id", ondelete="CASCADE"), primary_key=True)
    #: Its number in the file, the heading being row 1.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Sealed JSON: the cells, for `member_import_row.cells:<seal_id of the import>/<number>`.
    cells: Mapped[bytes | None]
    outcome: Mapped[str] = mapped_column(sa.String(10), default="")
    #: A key of panel.recruiting.reasons, and the column it is about, counted from 0.
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    column: Mapped[int | None]
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"), index=True)


class ImportMapping(Model):
    """How a partner's columns were understood last time, to be offered, never taken, the next time."""

    __tablename__ = "import_mapping"

    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id", ondelete="CASCADE"), primary_key=True)
    #: {"fields": {heading: field}, "values": {heading: {value: answer}}, "dates": order}
    mapping: Mapped[dict[str, Any]]
