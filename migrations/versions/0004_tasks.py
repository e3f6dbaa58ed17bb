"""Long work that somebody asked for once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.database

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column(
            "parameters",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=200), nullable=True),
        sa.Column(
            "stage_params",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("began_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("run", sa.String(length=26), nullable=True),
        sa.Column("lease_until", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "result",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("failure", sa.String(length=400), nullable=True),
        sa.Column(
            "failure_params",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('queued','running','done','failed','cancelled')", name=op.f("ck_task_state")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_task_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_task_alive",
            ["kind", "subject"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued','running')"),
            postgresql_where=sa.text("state IN ('queued','running')"),
        )
        batch_op.create_index(batch_op.f("ix_task_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index("ix_task_subject", ["subject", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_subject")
        batch_op.drop_index(batch_op.f("ix_task_ended_at"))
        batch_op.drop_index(
            "ix_task_alive",
            sqlite_where=sa.text("state IN ('queued','running')"),
            postgresql_where=sa.text("state IN ('queued','running')"),
        )

    op.drop_table("task")
