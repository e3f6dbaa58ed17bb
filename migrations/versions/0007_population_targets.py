"""Population figures with their history, groupings of categories, attitude questions, and leavers by quarter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.database

revision = "0007"
down_revision = "0006"

_JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)

#: What was loaded before came with the project: it is valid since the day it describes.
_SETS_SO_FAR = """
    INSERT INTO target_set (area_id, feature, source, as_of, valid_from, loaded_at, loaded_by)
    SELECT area_id, feature, MIN(source), MIN(as_of), MIN(as_of), CURRENT_TIMESTAMP, 'project'
    FROM population_count_old GROUP BY area_id, feature ORDER BY MIN(id)
"""
_COUNTS_SO_FAR = """
    INSERT INTO population_count (set_id, category, "count")
    SELECT target_set.id, old.category, old."count"
    FROM population_count_old AS old
    JOIN target_set ON target_set.area_id = old.area_id AND target_set.feature = old.feature ORDER BY old.id
"""
#: The table before has room for one set of each area and feature: the one that began last.
_COUNTS_BACK = """
    INSERT INTO population_count (area_id, feature, category, "count", source, as_of)
    SELECT s.area_id, s.feature, c.category, c."count", SUBSTR(s.source, 1, 200), s.as_of
    FROM population_count_new AS c JOIN target_set AS s ON s.id = c.set_id
    WHERE LENGTH(s.feature) <= 60 AND LENGTH(c.category) <= 120 AND NOT EXISTS (
        SELECT 1 FROM target_set AS later WHERE later.area_id = s.area_id AND later.feature = s.feature
        AND (later.valid_from > s.valid_from OR (later.valid_from = s.valid_from AND later.id > s.id)))
    ORDER BY c.id
"""


def upgrade() -> None:
    op.create_table(
        "target_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("loaded_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_target_set_dates")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_target_set_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_set")),
    )
    op.create_index("ix_target_set_area_feature", "target_set", ["area_id", "feature", "valid_from"])
    op.drop_index("ix_population_count_area_id", "population_count")
    _set_aside("population_count_old", 'id, area_id, feature, category, "count", source, as_of')
    op.create_table(
        "population_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=160), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint('"count" >= 0', name=op.f("ck_population_count_count")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["target_set.id"], name=op.f("fk_population_count_set_id_target_set"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_count")),
        sa.UniqueConstraint("set_id", "category", name=op.f("uq_population_count_set_id_category")),
    )
    op.execute(_SETS_SO_FAR)
    op.execute(_COUNTS_SO_FAR)
    op.drop_table("population_count_old")
    _groupings()
    _attitudes()
    op.create_table(
        "departure_tally",
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "feature", "category", name=op.f("pk_departure_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_count",
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("marker", sa.String(length=200), nullable=False),
        sa.Column("made_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_count")),
    )


def _set_aside(name: str, columns: str) -> None:
    """Keep the rows of `population_count` in a table `name` without keys: the one made next needs their names."""
    op.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM population_count")  # noqa: S608  words of ours
    op.drop_table("population_count")


def _groupings() -> None:
    op.create_table(
        "grouping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grouping")),
        sa.UniqueConstraint("key", name=op.f("uq_grouping_key")),
    )
    op.create_table(
        "grouping_part",
        sa.Column("grouping_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("parent", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["grouping_id"], ["grouping.id"], name=op.f("fk_grouping_part_grouping_id_grouping"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("grouping_id", "category", name=op.f("pk_grouping_part")),
    )


def _attitudes() -> None:
    op.create_table(
        "attitude_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at_joining", sa.Boolean(), nullable=False),
        sa.Column("options", _JSON, nullable=False),
        sa.Column("wording", _JSON, nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft','asked','retired')", name=op.f("ck_attitude_question_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attitude_question")),
        sa.UniqueConstraint("key", name=op.f("uq_attitude_question_key")),
    )
    op.create_table(
        "attitude_answer",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_attitude_answer_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["attitude_question.id"],
            name=op.f("fk_attitude_answer_question_id_attitude_question"),
        ),
        sa.PrimaryKeyConstraint("question_id", "member_id", name=op.f("pk_attitude_answer")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_attitude_answer_member_id"), "attitude_answer", ["member_id"])


def downgrade() -> None:
    op.drop_table("kept_count")
    op.drop_table("departure_tally")
    op.drop_index(op.f("ix_attitude_answer_member_id"), "attitude_answer")
    op.drop_table("attitude_answer")
    op.drop_table("attitude_question")
    op.drop_table("grouping_part")
    op.drop_table("grouping")
    _set_aside("population_count_new", 'id, set_id, category, "count"')
    op.create_table(
        "population_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_population_count_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_count")),
        sa.UniqueConstraint(
            "area_id", "feature", "category", name=op.f("uq_population_count_area_id_feature_category")
        ),
    )
    op.create_index("ix_population_count_area_id", "population_count", ["area_id"])
    op.execute(_COUNTS_BACK)
    op.drop_table("population_count_new")
    op.drop_index("ix_target_set_area_feature", "target_set")
    op.drop_table("target_set")
