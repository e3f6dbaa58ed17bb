"""The key of links that refuse messages, kept so that they outlive the keys of the settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "mail_link_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_link_key_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_link_key")),
    )


def downgrade() -> None:
    op.drop_table("mail_link_key")
