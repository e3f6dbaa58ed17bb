"""What a run's files are made of is kept with the run, and what budgets and reports add up is read from indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)
_BUDGETED = ("authorised_at", "submitted_at", "claimed_pence", "approved_pence", "advance_pence")
_REPORTED = ("payee_id", "engagement_id", "area_id", "approved_pence", "advance_pence", "submitted_at", "promised_on")


def upgrade() -> None:
    # Not in a batch: SQLite would build the tables anew, and lose their guards.
    op.add_column("payment_run", sa.Column("cost_centres", _JSON, server_default=sa.text("'{}'"), nullable=False))
    op.drop_column("policy_category", "ledger_code")  # the layout of the ledger has the codes
    op.add_column("voucher", sa.Column("receiver", sa.LargeBinary(), nullable=True))
    op.drop_index("ix_claim_engagement_state", "claim")
    op.create_index("ix_claim_engagement", "claim", ["engagement_id", "state", *_BUDGETED])
    op.drop_index("ix_claim_paid_on", "claim")
    op.create_index("ix_claim_paid", "claim", ["paid_on", "state", *_REPORTED])
    op.create_index("ix_claim_line_given", "claim_line", ["claim_id", "category", "approved_pence"])


def downgrade() -> None:
    op.drop_index("ix_claim_line_given", "claim_line")
    op.drop_index("ix_claim_paid", "claim")
    op.create_index("ix_claim_paid_on", "claim", ["paid_on"])
    op.drop_index("ix_claim_engagement", "claim")
    op.create_index("ix_claim_engagement_state", "claim", ["engagement_id", "state"])
    op.drop_column("voucher", "receiver")
    code = sa.Column("ledger_code", sa.String(length=40), server_default="", nullable=False)
    op.add_column("policy_category", code)
    op.drop_column("payment_run", "cost_centres")
