"""Membership over time: asks and their caps, groups with their own rules, reviews, rotation, thanks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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

_MOVES = (
    "OLD.state <> NEW.state AND NOT ((OLD.state = 'applied' AND NEW.state IN ('active', 'left', 'removed'))"
    " OR (OLD.state = 'active' AND NEW.state IN ('lapsed', 'left', 'paused', 'removed'))"
    " OR (OLD.state = 'paused' AND NEW.state IN ('active', 'lapsed', 'left', 'removed'))"
    " OR (OLD.state = 'lapsed' AND NEW.state IN ('active', 'left', 'paused', 'removed')))"
)
#: The words of panel.moves as they were at this revision.
_GUARD = {
    "sqlite": (
        f"CREATE TRIGGER member_state_moves BEFORE UPDATE ON member WHEN {_MOVES} "
        "BEGIN SELECT RAISE(ABORT, 'a membership cannot move like this'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION member_state_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'a membership cannot move like this' USING ERRCODE = 'check_violation'; END $$",
        f"CREATE TRIGGER member_state_moves BEFORE UPDATE ON member FOR EACH ROW WHEN ({_MOVES}) "
        "EXECUTE FUNCTION member_state_moves()",
    ),
}
_UNGUARD = {
    "sqlite": ("DROP TRIGGER member_state_moves",),
    "postgresql": ("DROP TRIGGER member_state_moves ON member", "DROP FUNCTION member_state_moves()"),
}
#: Columns of member_group with what they may hold, in both databases' words: SQLite could only add table constraints by
#: making the table anew, and other tables refer to it. Removed in the opposite order.
_GROUP_COLUMNS = (
    ("words", "{json} NOT NULL DEFAULT '{{}}'"),
    (
        "joining",
        "VARCHAR(12) NOT NULL DEFAULT 'invitation' CONSTRAINT ck_member_group_joining "
        "CHECK (joining IN ('open','application','invitation'))",
    ),
    ("minimum_age", "INTEGER CONSTRAINT ck_member_group_minimum_age CHECK (minimum_age BETWEEN 0 AND 120)"),
    (
        "maximum_age",
        "INTEGER CONSTRAINT ck_member_group_maximum_age CHECK (maximum_age BETWEEN 0 AND 120) "
        "CONSTRAINT ck_member_group_ages CHECK (minimum_age <= maximum_age)",
    ),
    ("size_wanted", "INTEGER CONSTRAINT ck_member_group_size_wanted CHECK (size_wanted > 0)"),
    (
        "mirrors",
        "VARCHAR(12) NOT NULL DEFAULT 'none' CONSTRAINT ck_member_group_mirrors "
        "CHECK (mirrors IN ('none','population','own'))",
    ),
    ("quotas", "{json} NOT NULL DEFAULT '{{}}'"),
    ("tenure_months", "{json} NOT NULL DEFAULT '[6, 12, 24, 36]'"),
    ("rotation_share", "INTEGER CONSTRAINT ck_member_group_rotation_share CHECK (rotation_share BETWEEN 1 AND 100)"),
    ("rotation_after", "INTEGER"),
    (
        "rotation_return",
        "INTEGER CONSTRAINT ck_member_group_rotation_months CHECK (rotation_after >= 0 AND "
        "rotation_return >= 0) CONSTRAINT ck_member_group_rotation_whole CHECK ((rotation_share IS NULL) = "
        "(rotation_after IS NULL) AND (rotation_share IS NULL) = (rotation_return IS NULL))",
    ),
    ("closed_on", "DATE"),
)
_EVENTS = (
    "kind IN ('applied','confirmed','paused','resumed','bounced','reviewed','stayed','lapsed','returned',"
    "'left','removed')"
)


def _json() -> sa.types.TypeEngine:
    return sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
    )


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
    dialect = op.get_bind().dialect.name
    for name, definition in _GROUP_COLUMNS:
        definition = definition.format(json="JSONB" if dialect == "postgresql" else "JSON")
        op.execute(sa.text(f"ALTER TABLE member_group ADD COLUMN {name} {definition}"))
    op.create_table(
        "member_group_area",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_member_group_area_area_id_area")),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["member_group.id"],
            name=op.f("fk_member_group_area_group_id_member_group"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "area_id", name=op.f("pk_member_group_area")),
    )
    op.create_index("ix_member_group_area_area_id", "member_group_area", ["area_id"])
    with op.batch_alter_table("group_membership") as batch_op:
        batch_op.add_column(sa.Column("left_because", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=80), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_group_membership_left_because"), "left_because IN ('left','removed','rotated','ended')"
        )
        batch_op.create_check_constraint(
            op.f("ck_group_membership_left"), "left_at IS NOT NULL OR (left_because IS NULL AND reason IS NULL)"
        )
    op.create_index(
        "uq_group_membership_present",
        "group_membership",
        ["group_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    with op.batch_alter_table("member_event") as batch_op:
        batch_op.create_check_constraint(op.f("ck_member_event_kind"), _EVENTS)
    op.add_column("member", sa.Column("seen_in", sa.Date(), nullable=True))
    for statement in _GUARD[dialect]:
        op.execute(statement)
    _create_tables_of_time()


def _create_tables_of_time() -> None:
    op.create_table(
        "benefit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", _json(), nullable=False),
        sa.Column("shown_from", sa.Date(), nullable=False),
        sa.Column("shown_until", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("shown_until >= shown_from", name=op.f("ck_benefit_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
    )
    op.create_table(
        "group_rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("joined_before", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("pool_hash", sa.String(length=64), nullable=False),
        sa.Column("pool", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("made_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("settled_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint("state IN ('drawn','confirmed','done','cancelled')", name=op.f("ck_group_rotation_state")),
        sa.CheckConstraint("chosen BETWEEN 0 AND pool", name=op.f("ck_group_rotation_chosen")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["member_group.id"], name=op.f("fk_group_rotation_group_id_member_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_rotation")),
    )
    op.create_index("ix_group_rotation_group_id", "group_rotation", ["group_id"])
    op.create_index("ix_group_rotation_state", "group_rotation", ["state"])
    op.create_table(
        "group_rotation_member",
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("rotated", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_group_rotation_member_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"],
            ["group_rotation.id"],
            name=op.f("fk_group_rotation_member_rotation_id_group_rotation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rotation_id", "member_id", name=op.f("pk_group_rotation_member")),
    )
    op.create_index("ix_group_rotation_member_member_id", "group_rotation_member", ["member_id"])
    op.create_table(
        "group_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("made_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.CheckConstraint("kind IN ('application','invitation')", name=op.f("ck_group_request_kind")),
        sa.CheckConstraint("outcome IN ('accepted','declined','withdrawn')", name=op.f("ck_group_request_outcome")),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_group_request_settled")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["member_group.id"], name=op.f("fk_group_request_group_id_member_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_group_request_member_id_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_request")),
    )
    op.create_index("ix_group_request_group", "group_request", ["group_id", "settled_at"])
    op.create_index("ix_group_request_member_id", "group_request", ["member_id"])
    op.create_index(
        "uq_group_request_open",
        "group_request",
        ["group_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "member_milestone",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("told_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("key IN ('first_answer','tenth_answer','one_year')", name=op.f("ck_member_milestone_key")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_member_milestone_member_id_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "key", name=op.f("pk_member_milestone")),
    )
    op.create_index("ix_member_milestone_told", "member_milestone", ["told_at"])
    op.create_table(
        "membership_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('stay','pause','leave','lapsed','ended')", name=op.f("ck_membership_review_outcome")
        ),
        sa.CheckConstraint("(settled_on IS NULL) = (outcome IS NULL)", name=op.f("ck_membership_review_settled")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_membership_review_member_id_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_review")),
    )
    op.create_index("ix_membership_review_member_id", "membership_review", ["member_id"])
    op.create_index("ix_membership_review_open", "membership_review", ["settled_on", "asked_on"])
    op.create_index(
        "uq_membership_review_member",
        "membership_review",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("settled_on IS NULL"),
        postgresql_where=sa.text("settled_on IS NULL"),
    )


def downgrade() -> None:
    for table in (
        "membership_review",
        "member_milestone",
        "group_request",
        "group_rotation_member",
        "group_rotation",
        "benefit",
        "member_group_area",
    ):
        op.drop_table(table)
    for statement in _UNGUARD[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_column("member", "seen_in")
    with op.batch_alter_table("member_event") as batch_op:
        batch_op.drop_constraint(op.f("ck_member_event_kind"), type_="check")
    op.drop_index("uq_group_membership_present", "group_membership")
    with op.batch_alter_table("group_membership") as batch_op:
        batch_op.drop_constraint(op.f("ck_group_membership_left"), type_="check")
        batch_op.drop_constraint(op.f("ck_group_membership_left_because"), type_="check")
        batch_op.drop_column("reason")
        batch_op.drop_column("left_because")
    for name, _definition in reversed(_GROUP_COLUMNS):
        op.drop_column("member_group", name)
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
