"""Tables of what was said and decided about a claim: the ledger of its steps, questions, decisions on lines."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model
from expenses.models.columns import seal_name


class ClaimEntry(Model):
    """One step of a claim. Rows are added and never changed: a mistake is put right by another entry.

    `words` is sealed for `claim_entry.words:<seal_id>`.
    """

    __tablename__ = "claim_entry"
    __table_args__ = (
        sa.UniqueConstraint("claim_id", "number"),
        sa.CheckConstraint("pence >= 0", name="pence"),
        sa.Index("ix_claim_entry_at", "at", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claim.id", ondelete="CASCADE"))
    #: The claim's version that the step made: it rises from entry to entry.
    number: Mapped[int]
    #: A key of expenses.transitions.STEPS.
    kind: Mapped[str] = mapped_column(sa.String(24))
    from_state: Mapped[str] = mapped_column(sa.String(16))
    to_state: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[dt.datetime]
    #: `staff:<id>`, `member:<id>`, `system`, `command`.
    actor: Mapped[str] = mapped_column(sa.String(40))
    #: What the claim was worth at this step: claimed until decided, then approved, then paid.
    pence: Mapped[int]
    #: Such as `run:12`, or `declared:3:en`: the words that were declared (payment_text 3), read in English.
    detail: Mapped[str] = mapped_column(sa.String(80), default="")
    words: Mapped[bytes | None]


class ClaimQuestion(Model):
    """A question about a claim, and its answer. Sealed for `claim_question.<column>:<seal_id>`."""

    __tablename__ = "claim_question"
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claim.id", ondelete="CASCADE"), index=True)
    line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("claim_line.id", ondelete="CASCADE"), index=True)
    question: Mapped[bytes]
    language: Mapped[str] = mapped_column(sa.String(12))
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    asked_at: Mapped[dt.datetime]
    answer: Mapped[bytes | None]
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str | None] = mapped_column(sa.String(40))


class LineDecision(Model):
    """What an approver gave on one line. The latest `round` holds; earlier ones stay. Words sealed as above."""

    __tablename__ = "claim_decision"
    __table_args__ = (
        sa.UniqueConstraint("line_id", "round"),
        sa.CheckConstraint("approved_pence >= 0 AND approved_pence <= claimed_pence", name="approved"),
        sa.CheckConstraint("approved_pence = claimed_pence OR reason IS NOT NULL", name="reason"),
        # More than the policy gives, or past its window: only with a reason.
        sa.CheckConstraint("NOT beyond_policy OR approved_pence = 0 OR reason IS NOT NULL", name="beyond_policy"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id", ondelete="CASCADE"))
    round: Mapped[int]
    claimed_pence: Mapped[int]
    approved_pence: Mapped[int]
    #: The line carries a flag.
    beyond_policy: Mapped[bool] = mapped_column(default=False)
    #: A key of expenses.reasons.REASONS.
    reason: Mapped[str | None] = mapped_column(sa.String(40))
    words: Mapped[bytes | None]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    at: Mapped[dt.datetime]
