"""Membership over time: asks and their caps, groups with their own rules, reviews, rotation, thanks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.database

revision = "0003"
down_revision = "0002"

#: Invitations from before asks were written count towards the caps as well.
_ASKED_SO_FAR = """
    INSERT INTO ask (member_id, day, kind, source, engagement_id)
    SELECT participation.member_id, DATE(participation.invited_at), 'survey',
        'fieldwork:' || participation.fieldwork_id, survey.engagement_id
    FROM participation
    JOIN fieldwork ON fieldwork.id = participation.fieldwork_id
    JOIN survey ON survey.id = fieldwork.survey_id
"""


def upgrade() -> None:
    op.create_table(
        "asking_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking_rule")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_asking_rule_starts_on")),
    )
    op.create_table(
        "asking_cap",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 1096", name=op.f("ck_asking_cap_days")),
        sa.CheckConstraint("most BETWEEN 1 AND 366", name=op.f("ck_asking_cap_most")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["asking_rule.id"], name=op.f("fk_asking_cap_rule_id_asking_rule"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rule_id", "days", name=op.f("pk_asking_cap")),
    )
    op.create_table(
        "quiet_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_quiet_period_days")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_quiet_period_area_id_area")),
        sa.ForeignKeyConstraint(["group_id"], ["member_group.id"], name=op.f("fk_quiet_period_group_id_member_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_period")),
    )
    op.create_index("ix_quiet_period_area_id", "quiet_period", ["area_id"], unique=False)
    op.create_index("ix_quiet_period_ends_on", "quiet_period", ["ends_on"], unique=False)
    op.create_index("ix_quiet_period_group_id", "quiet_period", ["group_id"], unique=False)
    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('survey','event','reading','other')", name=op.f("ck_ask_kind")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_ask_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
        sa.UniqueConstraint("source", "member_id", name=op.f("uq_ask_source_member_id")),
    )
    op.create_index("ix_ask_day_member", "ask", ["day", "member_id"], unique=False)
    op.create_index("ix_ask_engagement_id", "ask", ["engagement_id"], unique=False)
    op.create_index("ix_ask_member_day", "ask", ["member_id", "day"], unique=False)
    # Not in batch mode, which would make the table anew without its triggers.
    op.add_column("fieldwork", sa.Column("invite_from", sa.Date(), nullable=True))
    op.execute(_ASKED_SO_FAR)


def downgrade() -> None:
    op.drop_column("fieldwork", "invite_from")

    op.drop_index("ix_ask_member_day", "ask")
    op.drop_index("ix_ask_engagement_id", "ask")
    op.drop_index("ix_ask_day_member", "ask")
    op.drop_table("ask")
    op.drop_index("ix_quiet_period_group_id", "quiet_period")
    op.drop_index("ix_quiet_period_ends_on", "quiet_period")
    op.drop_index("ix_quiet_period_area_id", "quiet_period")
    op.drop_table("quiet_period")
    op.drop_table("asking_cap")
    op.drop_table("asking_rule")
