"""A published version stays as it is: the ORM refuses at once, and the database refuses whoever comes round it.

Only the wording may change, and only together with `wording_revision`, which logged fixes raise by one.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, attributes

from surveys.models import SurveyVersion

_FROZEN = ("survey_id", "number", "document", "languages", "incomplete", "published_at", "published_by")


class FrozenVersionError(Exception):
    """Something tried to change or delete a published version: a mistake in the program."""


_SQLITE = f"""
CREATE TRIGGER survey_version_is_frozen BEFORE UPDATE ON survey_version
WHEN {" OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in _FROZEN)}
  OR (OLD.wording IS NOT NEW.wording AND NEW.wording_revision <> OLD.wording_revision + 1)
BEGIN SELECT RAISE(ABORT, 'a published version cannot change'); END
"""

_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION survey_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {" OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in _FROZEN)}
    OR (OLD.wording IS DISTINCT FROM NEW.wording AND NEW.wording_revision <> OLD.wording_revision + 1)
  THEN RAISE EXCEPTION 'a published version cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""

_POSTGRESQL_TRIGGER = """
CREATE TRIGGER survey_version_is_frozen BEFORE UPDATE ON survey_version
FOR EACH ROW EXECUTE FUNCTION survey_version_is_frozen()
"""

#: What a migration runs after it has made the table, by dialect.
STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (_SQLITE,),
    "postgresql": (_POSTGRESQL_FUNCTION, _POSTGRESQL_TRIGGER),
}

for _dialect, _statements in STATEMENTS.items():
    for _statement in _statements:
        sa.event.listen(
            SurveyVersion.__table__,
            "after_create",
            sa.DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),
        )


@sa.event.listens_for(SurveyVersion, "before_update")
def _refuse_update(mapper: Mapper[Any], connection: sa.Connection, version: SurveyVersion) -> None:
    changed = [name for name in _FROZEN if attributes.get_history(version, name).has_changes()]
    if changed:
        raise FrozenVersionError(changed)
    words = attributes.get_history(version, "wording")
    revision = attributes.get_history(version, "wording_revision")
    if words.has_changes() and (not revision.deleted or version.wording_revision != revision.deleted[0] + 1):
        raise FrozenVersionError(["wording"])


@sa.event.listens_for(SurveyVersion, "before_delete")
def _refuse_delete(mapper: Mapper[Any], connection: sa.Connection, version: SurveyVersion) -> None:
    raise FrozenVersionError(["delete"])
