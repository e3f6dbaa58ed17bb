"""The index of consents holds what was said, so that who agrees is told without a look at each row."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("consent") as batch:
        batch.drop_index("ix_consent_member_purpose")
        batch.create_index("ix_consent_member_purpose", ["member_id", "purpose", "id", "given"])


def downgrade() -> None:
    with op.batch_alter_table("consent") as batch:
        batch.drop_index("ix_consent_member_purpose")
        batch.create_index("ix_consent_member_purpose", ["member_id", "purpose", "id"])
