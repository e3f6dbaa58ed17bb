"""Draws, and an index of where members live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.database

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column(
            "audience",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("reserves", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column(
            "features",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.Column(
            "responses",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("draw_size", sa.Integer(), nullable=True),
        sa.Column(
            "findings",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("source", sa.String(length=500), nullable=True),
        sa.Column("source_on", sa.Date(), nullable=True),
        sa.Column("public_value", sa.String(length=500), nullable=True),
        sa.Column("secret_sha256", sa.String(length=64), nullable=True),
        sa.Column("pool_sha256", sa.String(length=64), nullable=True),
        sa.Column("pool_people", sa.Integer(), nullable=True),
        sa.Column(
            "commitment",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column(
            "figures",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("fixed_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("drawn_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            "algorithm IN ('leximin','maximin','nash','random','proportionate')", name=op.f("ck_draw_algorithm")
        ),
        sa.CheckConstraint("public_value IS NULL OR state NOT IN ('planned')", name=op.f("ck_draw_value_after_fixing")),
        sa.CheckConstraint(
            "state IN ('planned','cancelled') OR (pool_sha256 IS NOT NULL AND secret_sha256 IS NOT NULL"
            " AND source IS NOT NULL AND source_on IS NOT NULL AND fixed_at IS NOT NULL)",
            name=op.f("ck_draw_fixed_is_whole"),
        ),
        sa.CheckConstraint("state IN ('planned','fixed','drawn','published','cancelled')", name=op.f("ck_draw_state")),
        sa.CheckConstraint(
            "state NOT IN ('drawn','published') OR (public_value IS NOT NULL AND drawn_at IS NOT NULL)",
            name=op.f("ck_draw_drawn_is_whole"),
        ),
        sa.CheckConstraint("reserves BETWEEN 0 AND 100000", name=op.f("ck_draw_reserves")),
        sa.CheckConstraint("size BETWEEN 1 AND 100000", name=op.f("ck_draw_size")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_draw_engagement_id_engagement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_engagement_id"), ["engagement_id"], unique=False)

    op.create_table(
        "draw_quota",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=120), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("draw_least", sa.Integer(), nullable=True),
        sa.Column("draw_most", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "draw_least IS NULL OR (draw_least >= 0 AND draw_most >= draw_least)", name=op.f("ck_draw_quota_draw_range")
        ),
        sa.CheckConstraint("least >= 0 AND most >= least", name=op.f("ck_draw_quota_range")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_quota_draw_id_draw"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draw_id", "feature", "category", name=op.f("pk_draw_quota")),
    )
    op.create_table(
        "draw_secret",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("pool", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_secret_draw_id_draw"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_draw_secret")),
    )
    op.create_table(
        "draw_sheet",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "public",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "whole",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_sheet_draw_id_draw"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draw_id", "number", name=op.f("pk_draw_sheet")),
    )
    op.create_table(
        "drawn_person",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("reply", sa.String(length=10), nullable=False),
        sa.Column("replied_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.CheckConstraint("reply IN ('none','yes','declined')", name=op.f("ck_drawn_person_reply")),
        sa.CheckConstraint("role IN ('chosen','reserve','replacement')", name=op.f("ck_drawn_person_role")),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name=op.f("ck_drawn_person_probability")),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["draw.id"], name=op.f("fk_drawn_person_draw_id_draw"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_drawn_person_member_id_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draw_id", "member_id", name=op.f("pk_drawn_person")),
    )
    with op.batch_alter_table("drawn_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drawn_person_member_id"), ["member_id"], unique=False)
        batch_op.create_index("ix_drawn_person_role", ["draw_id", "role", "place"], unique=False)

    op.add_column("member", sa.Column("address_index", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_member_address_index"), "member", ["address_index"], unique=False)


def downgrade() -> None:
    # Not in a batch: that makes the table of members anew, and its triggers would be gone.
    op.drop_index(op.f("ix_member_address_index"), table_name="member")
    op.drop_column("member", "address_index")

    with op.batch_alter_table("drawn_person", schema=None) as batch_op:
        batch_op.drop_index("ix_drawn_person_role")
        batch_op.drop_index(batch_op.f("ix_drawn_person_member_id"))

    op.drop_table("drawn_person")
    op.drop_table("draw_sheet")
    op.drop_table("draw_secret")
    op.drop_table("draw_quota")
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_engagement_id"))

    op.drop_table("draw")
