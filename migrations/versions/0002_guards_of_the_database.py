"""What the database itself refuses: a published version that changes, fieldwork that changes its kind once open.

The words of surveys.guards and surveys.immutability as they were at this revision.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_MAKE = {
    "sqlite": (
        """CREATE TRIGGER fieldwork_fixed_once_open BEFORE UPDATE ON fieldwork
            WHEN OLD.state IN ('open', 'closed') AND (NEW.kind IS NOT OLD.kind
            OR NEW.survey_id IS NOT OLD.survey_id
            OR NEW.version_id IS NOT OLD.version_id
            OR NEW.state IN ('draft', 'scheduled'))
            BEGIN SELECT RAISE(ABORT, 'fieldwork is fixed once open'); END""",
        """CREATE TRIGGER survey_version_is_frozen BEFORE UPDATE ON survey_version
WHEN OLD.survey_id IS NOT NEW.survey_id
            OR OLD.number IS NOT NEW.number
            OR OLD.document IS NOT NEW.document
            OR OLD.languages IS NOT NEW.languages
            OR OLD.incomplete IS NOT NEW.incomplete
            OR OLD.published_at IS NOT NEW.published_at
            OR OLD.published_by IS NOT NEW.published_by

            OR (OLD.wording IS NOT NEW.wording AND NEW.wording_revision <> OLD.wording_revision + 1)
BEGIN SELECT RAISE(ABORT, 'a published version cannot change'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION fieldwork_fixed_once_open() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'fieldwork is fixed once open' USING ERRCODE = 'check_violation'; END $$""",
        """CREATE TRIGGER fieldwork_fixed_once_open BEFORE UPDATE ON fieldwork FOR EACH ROW
            WHEN (OLD.state IN ('open', 'closed') AND (NEW.kind IS DISTINCT FROM OLD.kind
            OR NEW.survey_id IS DISTINCT FROM OLD.survey_id
            OR NEW.version_id IS DISTINCT FROM OLD.version_id
            OR NEW.state IN ('draft', 'scheduled'))) EXECUTE FUNCTION fieldwork_fixed_once_open()""",
        """CREATE OR REPLACE FUNCTION survey_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.survey_id IS DISTINCT FROM NEW.survey_id
            OR OLD.number IS DISTINCT FROM NEW.number
            OR OLD.document IS DISTINCT FROM NEW.document
            OR OLD.languages IS DISTINCT FROM NEW.languages
            OR OLD.incomplete IS DISTINCT FROM NEW.incomplete
            OR OLD.published_at IS DISTINCT FROM NEW.published_at
            OR OLD.published_by IS DISTINCT FROM NEW.published_by

            OR (OLD.wording IS DISTINCT FROM NEW.wording AND NEW.wording_revision <> OLD.wording_revision + 1)
  THEN RAISE EXCEPTION 'a published version cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$""",
        """CREATE TRIGGER survey_version_is_frozen BEFORE UPDATE ON survey_version
FOR EACH ROW EXECUTE FUNCTION survey_version_is_frozen()""",
    ),
}
_UNDO = {
    "sqlite": (
        "DROP TRIGGER fieldwork_fixed_once_open",
        "DROP TRIGGER survey_version_is_frozen",
    ),
    "postgresql": (
        "DROP TRIGGER fieldwork_fixed_once_open ON fieldwork",
        "DROP FUNCTION fieldwork_fixed_once_open()",
        "DROP TRIGGER survey_version_is_frozen ON survey_version",
        "DROP FUNCTION survey_version_is_frozen()",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    for statement in _MAKE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    for statement in _UNDO[connection.dialect.name]:
        connection.exec_driver_sql(statement)
