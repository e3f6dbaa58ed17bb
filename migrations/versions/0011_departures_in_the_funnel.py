"""How far those who have left had got, by category."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "funnel_departure",
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "feature", "category", name=op.f("pk_funnel_departure")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("funnel_departure")
