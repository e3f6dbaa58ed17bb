"""Table of receipts: the picture or PDF, sealed, and the index by which the same one is known again."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model
from expenses.models.columns import seal_name


class Receipt(Model):
    """A receipt or invoice as it was cleaned; never the file as it came, nor its name.

    `content` is base64 of the bytes, sealed for `claim_receipt.content:<seal_id>`; it is loaded only when asked for.
    """

    __tablename__ = "claim_receipt"
    __table_args__ = (
        sa.CheckConstraint("media_type IN ('image/jpeg','image/png','application/pdf')", name="media_type"),
        sa.CheckConstraint("size > 0", name="size"),
        sa.CheckConstraint("pages > 0", name="pages"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id", ondelete="CASCADE"), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(20))
    #: Bytes of the cleaned file.
    size: Mapped[int]
    pages: Mapped[int] = mapped_column(default=1)
    content: Mapped[bytes] = mapped_column(deferred=True)
    #: Sealed SHA-256 of the file as it came, and its keyed index: the same receipt sent twice is seen.
    content_hash: Mapped[bytes]
    content_index: Mapped[str] = mapped_column(sa.String(64), index=True)
    added_at: Mapped[dt.datetime]
    #: `member:<id>`, `staff:<id>`.
    added_by: Mapped[str] = mapped_column(sa.String(40))
    #: Taken off after the claim was sent; kept, but no longer part of the claim.
    withdrawn_at: Mapped[dt.datetime | None]
