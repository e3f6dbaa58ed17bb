"""What is asked before the day is for something; who says where money goes for somebody does not pay it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.database

revision = "0013"
down_revision = "0012"

_OWN = "c.made_by = {0} OR c.claimant_staff_id = {0} OR c.approved_by = {0} OR c.authorised_by = {0}"
_DECIDED = (
    "EXISTS (SELECT 1 FROM claim_decision d JOIN claim_line l ON l.id = d.line_id WHERE l.claim_id = c.id "
    "AND d.by_id = {0})"
)
_CHOSE = "EXISTS (SELECT 1 FROM payment_choice h WHERE h.claim_id = c.id AND h.how = 'staff:' || {0})"
_ACCOUNT = "EXISTS (SELECT 1 FROM bank_details b WHERE b.id = {1}.bank_details_id AND b.created_by = 'staff:' || {0})"
#: Before and after: that a person had a part in the claim c, or in the account of its payment.
_BEFORE = f"({_OWN} OR {_DECIDED})"
_AFTER = f"(({_OWN} OR {_DECIDED} OR {_CHOSE}) OR {_ACCOUNT})"

_RUN_AND_CLAIM = "SELECT 1 FROM payment_run r, claim c WHERE r.id = NEW.run_id AND c.id = NEW.claim_id"
_OF_RUN = "SELECT 1 FROM payment p JOIN claim c ON c.id = p.claim_id WHERE p.run_id = NEW.id"


def _make(part: str) -> None:
    """Make both guards anew, with what counts as a part in a claim."""
    put = ("payment_by_another", "payment", "INSERT", "nobody pays a claim they took part in")
    confirmed = ("payment_confirmed_by_another", "payment_run", "UPDATE", "nobody confirms a claim they took part in")
    _guard(*put, f"EXISTS ({_RUN_AND_CLAIM} AND {part.format('r.prepared_by', 'NEW')})")
    _guard(
        *confirmed,
        "NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by AND EXISTS "
        f"({_OF_RUN} AND {part.format('NEW.confirmed_by', 'p')})",
    )


def _guard(name: str, table: str, event: str, words: str, condition: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        return
    op.execute(f"DROP TRIGGER {name}")
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition.replace(' IS DISTINCT FROM ', ' IS NOT ')} "
        f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )


def upgrade() -> None:
    # Not in a batch: SQLite would build the table anew, and lose its guards.
    op.add_column("prior_request", sa.Column("event", sa.LargeBinary(), nullable=True))
    op.create_table(
        "payment_choice_notice",
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("tell_by", sa.String(length=8), nullable=False),
        sa.Column("told_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("tell_by IN ('email','phone','post')", name=op.f("ck_payment_choice_notice_tell_by")),
        sa.CheckConstraint("(told_at IS NULL) = (told_by IS NULL)", name=op.f("ck_payment_choice_notice_told")),
        sa.ForeignKeyConstraint(
            ["choice_id"],
            ["payment_choice.id"],
            name=op.f("fk_payment_choice_notice_choice_id_payment_choice"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["told_by"], ["staff.id"], name=op.f("fk_payment_choice_notice_told_by_staff")),
        sa.PrimaryKeyConstraint("choice_id", name=op.f("pk_payment_choice_notice")),
    )
    _make(_AFTER)


def downgrade() -> None:
    _make(_BEFORE)
    op.drop_table("payment_choice_notice")
    op.drop_column("prior_request", "event")
