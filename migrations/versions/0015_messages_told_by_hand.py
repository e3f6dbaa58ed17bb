"""Messages wait to be told by letter or on the phone where e-mail does not reach people."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = "state IN ('queued','sending','sent','uncertain','failed','bounced','skipped')"
_AFTER = "state IN ('queued','sending','sent','uncertain','failed','bounced','skipped','by_hand','told')"


def upgrade() -> None:
    with op.batch_alter_table("mail_outbox") as batch:
        batch.drop_constraint(op.f("ck_mail_outbox_state"), type_="check")
        batch.create_check_constraint(op.f("ck_mail_outbox_state"), _AFTER)


def downgrade() -> None:
    op.execute("UPDATE mail_outbox SET state = 'skipped', context = NULL WHERE state IN ('by_hand', 'told')")
    with op.batch_alter_table("mail_outbox") as batch:
        batch.drop_constraint(op.f("ck_mail_outbox_state"), type_="check")
        batch.create_check_constraint(op.f("ck_mail_outbox_state"), _BEFORE)
