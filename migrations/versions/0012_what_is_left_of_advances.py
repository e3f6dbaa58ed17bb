"""What is left of money given before the day: given back, or waived; with what the database refuses about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.database

revision = "0012"
down_revision = "0011"

_GUARDS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        (
            "CREATE TRIGGER advance_return_is_fixed BEFORE UPDATE ON advance_return WHEN NEW.seal_id IS NOT "
            "OLD.seal_id OR NEW.advance_id IS NOT OLD.advance_id OR NEW.outcome IS NOT OLD.outcome OR NEW.pence "
            "IS NOT OLD.pence OR NEW.by_id IS NOT OLD.by_id OR NEW.at IS NOT OLD.at BEGIN SELECT RAISE(ABORT, "
            "'what became of an advance cannot change'); END"
        ),
        (
            "CREATE TRIGGER advance_return_of_what_is_left BEFORE INSERT ON advance_return WHEN NOT EXISTS "
            "(SELECT 1 FROM claim a JOIN claim s ON s.settles_id = a.id WHERE a.id = NEW.advance_id AND a.kind "
            "= 'advance' AND a.state = 'paid' AND s.state IN ('approved', 'partly_approved', 'refused', "
            "'authorised', 'paid') AND a.approved_pence - s.approved_pence = NEW.pence AND (a.claimant_staff_id "
            "IS NULL OR a.claimant_staff_id <> NEW.by_id)) BEGIN SELECT RAISE(ABORT, 'what is given back or "
            "waived is what is left of an advance, and never by who claimed it'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION advance_return_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.seal_id IS DISTINCT FROM OLD.seal_id OR NEW.advance_id IS DISTINCT FROM OLD.advance_id OR "
            "NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.pence IS DISTINCT FROM OLD.pence OR NEW.by_id IS "
            "DISTINCT FROM OLD.by_id OR NEW.at IS DISTINCT FROM OLD.at THEN RAISE EXCEPTION 'what became of an "
            "advance cannot change' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER advance_return_is_fixed BEFORE UPDATE ON advance_return FOR EACH ROW EXECUTE "
            "FUNCTION advance_return_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION advance_return_of_what_is_left() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN IF NOT EXISTS (SELECT 1 FROM claim a JOIN claim s ON s.settles_id = a.id WHERE a.id = "
            "NEW.advance_id AND a.kind = 'advance' AND a.state = 'paid' AND s.state IN ('approved', "
            "'partly_approved', 'refused', 'authorised', 'paid') AND a.approved_pence - s.approved_pence = "
            "NEW.pence AND (a.claimant_staff_id IS NULL OR a.claimant_staff_id <> NEW.by_id)) THEN RAISE "
            "EXCEPTION 'what is given back or waived is what is left of an advance, and never by who claimed "
            "it' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER advance_return_of_what_is_left BEFORE INSERT ON advance_return FOR EACH ROW EXECUTE "
            "FUNCTION advance_return_of_what_is_left()"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "advance_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("advance_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('returned','waived')", name=op.f("ck_advance_return_outcome")),
        sa.CheckConstraint("pence > 0", name=op.f("ck_advance_return_pence")),
        sa.CheckConstraint("(outcome = 'waived') = (reason IS NOT NULL)", name=op.f("ck_advance_return_reason")),
        sa.ForeignKeyConstraint(
            ["advance_id"], ["claim.id"], name=op.f("fk_advance_return_advance_id_claim"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_advance_return_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance_return")),
        sa.UniqueConstraint("advance_id", name=op.f("uq_advance_return_advance_id")),
    )
    op.create_index(op.f("ix_advance_return_by_id"), "advance_return", ["by_id"])
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("advance_return")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("advance_return_of_what_is_left", "advance_return_is_fixed"):
            op.execute(f"DROP FUNCTION {name}()")
