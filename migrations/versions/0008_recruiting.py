"""Recruiting: channels, partner organisations, campaigns, lists of people, and the evidence of consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.database

revision = "0008"
down_revision = "0007"

_JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("groups", _JSON, nullable=False),
        sa.Column("reaches", sa.Text(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("contact_name", sa.LargeBinary(), nullable=True),
        sa.Column("contact_email", sa.LargeBinary(), nullable=True),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True),
        sa.Column("agreement_on", sa.Date(), nullable=True),
        sa.Column("agreement_review_on", sa.Date(), nullable=True),
        sa.Column("data_sharing", sa.Text(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("agreement_review_on >= agreement_on", name=op.f("ck_partner_review")),
        sa.CheckConstraint(
            "agreement_review_on IS NULL OR agreement_on IS NOT NULL", name=op.f("ck_partner_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("key", name=op.f("uq_partner_key")),
    )
    op.create_table(
        "recruiting_campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("due_on > starts_on", name=op.f("ck_recruiting_campaign_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruiting_campaign")),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("cost_pence", sa.Integer(), nullable=True),
        sa.Column("groups", _JSON, nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cost_pence >= 0", name=op.f("ck_channel_cost")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_channel_dates")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_channel_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("key", name=op.f("uq_channel_key")),
    )
    op.create_index("ix_channel_partner_id", "channel", ["partner_id"])

    op.create_table(
        "consent_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.String(length=200), nullable=False),
        sa.CheckConstraint("how IN ('paper','phone','in_person','online_form')", name=op.f("ck_consent_evidence_how")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_consent_evidence_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_evidence")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("mapping", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_import_mapping_partner_id_partner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "partner_area",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_partner_area_area_id_area")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_area_partner_id_partner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("partner_id", "area_id", name=op.f("pk_partner_area")),
    )
    op.create_index("ix_partner_area_area_id", "partner_area", ["area_id"])

    op.create_table(
        "recruiting_campaign_aim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.CheckConstraint("(feature = '') = (category = '')", name=op.f("ck_recruiting_campaign_aim_group")),
        sa.CheckConstraint("wanted > 0", name=op.f("ck_recruiting_campaign_aim_wanted")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_recruiting_campaign_aim_area_id_area")),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["recruiting_campaign.id"],
            name=op.f("fk_recruiting_campaign_aim_campaign_id_recruiting_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruiting_campaign_aim")),
        sa.UniqueConstraint("campaign_id", "area_id", "feature", "category", name="uq_recruiting_campaign_aim_group"),
    )
    op.create_index("ix_recruiting_campaign_aim_area_id", "recruiting_campaign_aim", ["area_id"])
    op.create_index("ix_recruiting_campaign_aim_campaign_id", "recruiting_campaign_aim", ["campaign_id"])

    op.create_table(
        "recruiting_campaign_partner",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["recruiting_campaign.id"],
            name=op.f("fk_recruiting_campaign_partner_campaign_id_recruiting_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_recruiting_campaign_partner_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "partner_id", name=op.f("pk_recruiting_campaign_partner")),
    )
    op.create_index("ix_recruiting_campaign_partner_partner_id", "recruiting_campaign_partner", ["partner_id"])

    op.create_table(
        "channel_area",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_channel_area_area_id_area")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_channel_area_channel_id_channel"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "area_id", name=op.f("pk_channel_area")),
    )
    op.create_index("ix_channel_area_area_id", "channel_area", ["area_id"])

    op.create_table(
        "member_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("columns", _JSON, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("mapping", _JSON, nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("text_id", sa.Integer(), nullable=True),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("finished_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('staged','checked','done','cancelled')", name=op.f("ck_member_import_state")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_member_import_channel_id_channel")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_member_import_created_by_staff")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["consent_evidence.id"], name=op.f("fk_member_import_evidence_id_consent_evidence")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_member_import_partner_id_partner")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_member_import_text_id_consent_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
    )
    op.create_index("ix_member_import_channel_id", "member_import", ["channel_id"])
    op.create_index("ix_member_import_created_at", "member_import", ["created_at"])
    op.create_index("ix_member_import_digest", "member_import", ["digest"])
    op.create_index("ix_member_import_partner_id", "member_import", ["partner_id"])

    op.create_table(
        "recruiting_campaign_channel",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["recruiting_campaign.id"],
            name=op.f("fk_recruiting_campaign_channel_campaign_id_recruiting_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_recruiting_campaign_channel_channel_id_channel")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "channel_id", name=op.f("pk_recruiting_campaign_channel")),
    )
    op.create_index("ix_recruiting_campaign_channel_channel_id", "recruiting_campaign_channel", ["channel_id"])

    op.create_table(
        "member_import_row",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("column", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome IN ('','accepted','known','refused')", name=op.f("ck_member_import_row_outcome")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["member_import.id"],
            name=op.f("fk_member_import_row_import_id_member_import"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_member_import_row_member_id_member"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_member_import_row")),
    )
    op.create_index("ix_member_import_row_member_id", "member_import_row", ["member_id"])
    op.create_index("ix_member_import_row_outcome", "member_import_row", ["import_id", "outcome", "number"])

    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_consent_evidence_id_consent_evidence"), "consent_evidence", ["evidence_id"], ["id"]
        )

    op.create_index("ix_member_source", "member", ["source", "state", "confirmed_at"])


def downgrade() -> None:
    op.drop_index("ix_member_source", "member")
    with op.batch_alter_table("consent") as batch_op:
        batch_op.drop_constraint("fk_consent_evidence_id_consent_evidence", type_="foreignkey")
        batch_op.drop_column("evidence_id")
    for table in (
        "member_import_row",
        "recruiting_campaign_channel",
        "member_import",
        "channel_area",
        "recruiting_campaign_partner",
        "recruiting_campaign_aim",
        "partner_area",
        "import_mapping",
        "consent_evidence",
        "channel",
        "recruiting_campaign",
        "partner",
    ):
        op.drop_table(table)
