"""The database: one declarative base, types that mean the same on SQLite and PostgreSQL, and the one commit."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, registry

from core.config import Settings

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment with its zone going in, in UTC coming out, on every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


#: A JSON document; JSONB where there is one.
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=_NAMES),
        type_annotation_map={
            dt.datetime: UtcDateTime(),
            dict[str, Any]: Json,
            list[str]: Json,
            list[dict[str, Any]]: Json,
        },
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True

        def __init__(self, **kwargs: Any) -> None: ...

else:
    Model = db.Model

#: Seconds for which a connection that has just been used is taken to be alive.
_FRESH = 1.0

#: True while a request that must not write is served; SQLite then takes no write lock.
_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Run the body without taking SQLite's write lock; a write inside may fail with "database is locked"."""
    mark = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(mark)


@contextmanager
def writing() -> Iterator[None]:
    """Run the body with SQLite's write lock taken by each transaction, inside `reading` too."""
    mark = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(mark)


def set_reading(value: bool) -> None:
    """Say whether the work that follows in this context only reads."""
    _reading.set(value)


def commit() -> None:
    """Commit the unit of work. Called by views, commands, jobs and the mail worker, by nothing else."""
    if db.session.registry.has():
        db.session.commit()


def changed_by(statement: sa.UpdateBase) -> int:
    """Carry out an UPDATE or DELETE and return how many rows it met: so one of two at one moment learns it lost."""
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(cast("sa.CursorResult[Any]", result).rowcount)


def is_postgresql() -> bool:
    """Return whether the database is PostgreSQL."""
    return db.engine.dialect.name == "postgresql"


def lock_name(name: str) -> None:
    """Hold the lock called `name` until the transaction ends, so that only one of several machines goes on.

    SQLite has one writer at a time already, because every writing transaction begins IMMEDIATE.
    """
    if is_postgresql():
        db.session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def among(column: Any, numbers: Collection[int]) -> sa.ColumnElement[bool]:
    """Return the condition that `column` is one of hundreds of whole numbers, which are written into the statement.

    As parameters they would be looked for letter by letter in a statement that no cache keeps.
    """
    found: sa.ColumnElement[bool] = column.in_(
        sa.bindparam(
            "among",
            [int(number) for number in numbers],
            sa.BigInteger,
            unique=True,
            expanding=True,
            literal_execute=True,
        )
    )
    return found


def insert_or_ignore(table: sa.Table | sa.FromClause) -> Any:
    """Return an INSERT of `table` that does nothing where a unique constraint is already taken."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    return insert(table).on_conflict_do_nothing()  # type: ignore[arg-type]  # every table here is a Table


def init_app(app: Flask, settings: Settings) -> None:
    """Connect `app` to its database."""
    url = settings.database_url
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    if url.startswith("postgresql"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_size": settings.web_threads + 2,
            "max_overflow": 4,
            # The one used last is taken first, so that few have to be asked whether they still live.
            "pool_use_lifo": True,
        }
    else:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_size": settings.web_threads + 2,
            "max_overflow": 60,
            "connect_args": {"timeout": 30},
        }
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations", render_as_batch=True, compare_type=True)
    with app.app_context():
        if url.startswith("postgresql"):
            _ask_the_idle(db.engine)
        else:
            _prepare_sqlite(db.engine)


def _ask_the_idle(engine: Engine) -> None:
    """Ask a connection that has lain idle whether it still lives before it is used.

    The pool's own `pre_ping` asks each time: a round trip for every request, of which busy servers have thousands.
    """

    @sa.event.listens_for(engine, "checkin")
    def note_time(connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, proxy: Any) -> None:
        used = record.info.get("used")
        if used is None or time.monotonic() - used < _FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool then lets go of all that are older than this moment, and opens a new one.
            raise sa.exc.InvalidatePoolError from error


def _prepare_sqlite(engine: Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours: see begin()
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Deleted drafts and answers are overwritten, not only unlinked.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that first reads and then writes cannot wait for the lock once another has written:
        # SQLite refuses at once, whatever the timeout. So a transaction that may write takes the lock first.
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
