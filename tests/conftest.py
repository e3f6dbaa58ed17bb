"""Fixtures of every test: an application on an empty database, once with SQLite and once with PostgreSQL."""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

import app as application
from core import config, crypto, database, prepared
from core.audit import AuditEntry
from core.audit_words import ACTIONS
from core.database import db
from core.limits import limiter
from surveys import compiled
from surveys.views import shells
from tests.support.pages import PageClient
from tests.support.queries import recorded

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")

# A slow machine, or a first run that still has to gather the letters of Unicode, is no mistake in the program.
settings.register_profile("panel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("panel")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("DATABASE_URL", None)


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """Nothing outside this machine is reached."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


def make_settings(folder: Path, **changes: str) -> config.Settings:
    """Return settings of a test installation that keeps everything in `folder`."""
    values = {"BASE_URL": "http://localhost", "MAIL_URL": f"folder:{folder / 'mail'}", "CONTACT_PHONE": "0116 000 0000"}
    return config.load(values | changes, folder)


def _databases() -> list[object]:
    reason = "TEST_POSTGRES_URL names no PostgreSQL: ./test starts one"
    skip = pytest.mark.skipif(not POSTGRES, reason=reason)
    return [pytest.param("sqlite"), pytest.param("postgresql", marks=[pytest.mark.postgresql, skip])]


def _drop_all_rows() -> None:
    """Empty the tables that have rows, and let their ids begin at one again, as fast as each database can."""
    with db.engine.begin() as connection:
        filled = [name for (name,) in connection.exec_driver_sql(_which_have_rows())]
        if connection.dialect.name == "postgresql":
            _delete_at_once(connection, filled)
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for name in filled:
            connection.exec_driver_sql(f'DELETE FROM "{name}"')  # noqa: S608  one of our own tables


@functools.cache
def _which_have_rows() -> str:
    names = (table.name for table in reversed(db.metadata.sorted_tables))
    return " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM \"{n}\")" for n in names)  # noqa: S608


def _delete_at_once(connection: sa.Connection, names: list[str]) -> None:
    # One statement, at the end of which keys are looked at: tables refer to each other in circles. TRUNCATE would make
    # the files of a hundred tables anew.
    if names:
        deletes = ", ".join(f'"{name}" AS (DELETE FROM "{name}")' for name in names)  # noqa: S608
        connection.exec_driver_sql(f"WITH {deletes} SELECT 1")
    started = "SELECT setval(format('%%I.%%I', schemaname, sequencename), 1, false) FROM pg_sequences"
    connection.exec_driver_sql(f"{started} WHERE last_value IS NOT NULL")


@pytest.fixture(scope="session", params=_databases())
def application_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for the whole run of this process, on a database of its own."""
    folder = tmp_path_factory.mktemp("instance")
    if request.param == "postgresql":
        url, drop = new_postgres_database()
        settings = make_settings(folder, DATABASE_URL=url)
    else:
        settings, drop = make_settings(folder), lambda: None
    flask_app = application.create_app(settings)
    flask_app.extensions["settings"] = settings
    flask_app.config.update(TESTING=True)
    flask_app.test_client_class = PageClient
    with flask_app.app_context():
        db.create_all()
    yield flask_app
    with flask_app.app_context():
        db.session.remove()
        prepared.close()
        db.engine.dispose()
    drop()


def new_postgres_database():  # type: ignore[no-untyped-def]  # a fixture
    name = f"test_{secrets.token_hex(6)}"
    server = config.load({"DATABASE_URL": POSTGRES}, Path("/tmp")).database_url  # noqa: S108  no secret is kept there
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))

    def drop() -> None:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()

    return str(sa.make_url(server).set(database=name).render_as_string(hide_password=False)), drop


@pytest.fixture
def app(application_on: Flask) -> Iterator[Flask]:
    """An application context on an empty database."""
    # Both databases may be under test in one process: settings and keys are those of this application.
    config.use(application_on.extensions["settings"])
    crypto.use_keys(config.settings().field_keys)
    database.set_reading(False)  # else the last page a test looked at would say so for the next test
    with application_on.app_context():
        limiter.reset()
        compiled.forget()
        shells.forget()  # ids come again in an emptied database
        yield application_on
        db.session.remove()
        _drop_all_rows()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor. Its GETs may not write, and nothing may be left uncommitted after any request."""
    # Not as a context manager: that keeps each request's context open, inside which the next one's `g` would be old.
    return app.test_client()  # type: ignore[return-value]  # test_client_class is PageClient


@pytest.fixture(autouse=True, scope="session")
def _watch_every_request() -> Iterator[None]:
    """Fail on a GET that sends a writing statement, and on a page that leaves a write uncommitted."""
    original = PageClient.run_wsgi_app

    def watched(self: PageClient, environ, buffered=False):  # type: ignore[no-untyped-def]  # a fixture
        # What a test has looked at would be a snapshot, or SQLite's write lock, held over the request.
        if has_app_context():
            db.session.rollback()
        # One context for each request, as on a server: `g` and the session of the one before are gone.
        with self.application.app_context(), recorded() as recorder:
            response = original(self, environ, buffered)
        method, path, status = environ["REQUEST_METHOD"], environ["PATH_INFO"], response[1]
        if method in {"GET", "HEAD"}:
            assert not recorder.writes, f"GET {path} wrote: {recorder.writes}"
        # A refused form (4xx) may leave what it began to be rolled back; a success must have committed.
        elif status[0] in "23":
            assert not recorder.uncommitted, f"{method} {path} did not commit: {recorder.uncommitted}"
        return response

    PageClient.run_wsgi_app = watched  # type: ignore[method-assign]  # watched while tests run
    yield
    PageClient.run_wsgi_app = original  # type: ignore[method-assign]  # watched while tests run


@pytest.fixture(autouse=True, scope="session")
def _watch_every_record() -> Iterator[None]:
    """Fail on an action of the record that staff would read as a code."""

    def named(mapper: object, connection: object, entry: AuditEntry) -> None:
        assert entry.action in ACTIONS or entry.action.startswith("test."), f"{entry.action} has no words"

    sa.event.listen(AuditEntry, "before_insert", named)
    yield
    sa.event.remove(AuditEntry, "before_insert", named)
