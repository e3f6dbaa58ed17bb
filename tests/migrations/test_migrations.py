"""Migrations go up and down on both databases, lose no row, and end where the models are."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

import app as application
from core.database import db
from tests.conftest import POSTGRES, make_settings, new_postgres_database


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=[
                pytest.mark.postgresql,
                pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL names no PostgreSQL: ./test starts one"),
            ],
        ),
    ]
)
def empty_database(request, tmp_path):
    """An application whose database holds nothing, not even tables."""
    drop = lambda: None  # noqa: E731
    changes = {}
    if request.param == "postgresql":
        changes["DATABASE_URL"], drop = new_postgres_database()
    with application.create_app(make_settings(tmp_path, **changes)).app_context():
        yield
        db.session.remove()
        db.engine.dispose()
    drop()


def triggers() -> set[str]:
    """Return the names of the triggers in the database."""
    source = {"sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'"}.get(
        db.engine.dialect.name, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with db.engine.connect() as connection:
        return set(connection.execute(sa.text(source)).scalars())


def sqlite_schema() -> dict[str, str]:
    with db.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return {name: " ".join(sql.split()) for name, sql in rows}


def add_an_area() -> None:
    area = db.metadata.tables["area"]
    with db.engine.begin() as connection:
        connection.execute(area.insert().values(code="E54000015", name="Leicestershire", level=1))


def areas() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT name FROM area")).scalars())


class TestUpgrade:
    def test_ends_where_the_models_are(self, empty_database):
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": only_ours})
            assert compare_metadata(context, db.metadata) == []

    def test_makes_the_guards_the_models_make(self, empty_database):
        upgrade()
        migrated = triggers()
        texts = sqlite_schema() if db.engine.dialect.name == "sqlite" else {}
        downgrade(revision="base")
        db.create_all()
        assert migrated == triggers() != set()
        assert not texts or texts == sqlite_schema()

    def test_keeps_sqlite_from_remembering_the_order_of_answers(self, empty_database):
        upgrade()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection, pytest.raises(sa.exc.OperationalError, match="rowid"):
                connection.execute(sa.text("SELECT rowid FROM response"))
        else:
            assert "response" in sa.inspect(db.engine).get_table_names()


class TestDowngrade:
    def test_leaves_nothing_behind(self, empty_database):
        upgrade()
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        assert triggers() == set()

    def test_one_step_down_and_up_again_loses_no_row(self, empty_database):
        upgrade()
        add_an_area()
        downgrade(revision="-1")
        upgrade()
        assert areas() == ["Leicestershire"]


def only_ours(thing, name, kind, reflected, compared_to):
    return not (kind == "table" and reflected and name == "alembic_version")
