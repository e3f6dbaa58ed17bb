"""Statements compiled once and given to the database's own driver, for what everybody who answers passes through.

SQLAlchemy writes each statement, and nothing of it is written by hand. But of what it does at every execution, a page
that asks one question of the database needs a tenth: a connection, a cursor, the values and the types of the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Engine

from core.database import db

Convert = Callable[[Any], Any]
#: Under this name a connection keeps its way.
_WAY = "prepared_way"
#: Called with each statement that is run here: what the events of an engine are for all the others.
listeners: list[Callable[[str], None]] = []


@dataclass(frozen=True)
class _Compiled:
    """A statement as one kind of database takes it."""

    text: str
    #: Names, values by default and conversion of the parameters; in the order of their places where these have none.
    parameters: tuple[tuple[str, Any, Convert | None], ...]
    by_place: bool
    #: Conversion of those columns that need one, by their places.
    columns: tuple[tuple[int, Convert], ...]

    def values(self, given: Mapping[str, Any]) -> Any:
        taken = [
            (name, given.get(name, default) if convert is None else convert(given.get(name, default)))
            for name, default, convert in self.parameters
        ]
        return [value for _, value in taken] if self.by_place else dict(taken)

    def row(self, found: Sequence[Any] | None) -> tuple[Any, ...] | None:
        if found is None:
            return None
        row = list(found)
        for place, convert in self.columns:
            row[place] = convert(row[place])
        return tuple(row)


@dataclass(frozen=True)
class _Way:
    """A connection's cursor, kept with it: to make one costs as much as to ask."""

    cursor: Any
    is_postgresql: bool

    def execute(self, text: str, bound: Any) -> Any:
        return (
            self.cursor.execute(text, bound, prepare=True) if self.is_postgresql else self.cursor.execute(text, bound)
        )


#: That of the transaction which `together` has begun.
_open: ContextVar[_Way | None] = ContextVar("open", default=None)


class Prepared:
    """A statement of at most one row, with named parameters and no others that change from one run to the next.

    Where the session is in a transaction, it belongs to that; else to the one of `together`. Outside of both it stands
    for itself: what it reads is what is committed, and what it writes is committed when it returns.
    """

    def __init__(self, statement: sa.ClauseElement | Callable[[], sa.ClauseElement]) -> None:
        self._given = statement
        self._compiled: dict[str, _Compiled] = {}

    def first(self, values: Mapping[str, Any]) -> Sequence[Any] | None:
        """Return the row, or None."""
        if _session_is_busy():
            return _in_session(self._statement(), values).first()
        compiled = self._for(db.engine.dialect)
        rows = _run(compiled, values, _all)
        return compiled.row(rows[0]) if rows else None

    def change(self, values: Mapping[str, Any]) -> int:
        """Carry it out and return how many rows it met. Standing for itself, it must bear being carried out twice."""
        if _session_is_busy():
            return int(_in_session(self._statement(), values).rowcount)
        return int(_run(self._for(db.engine.dialect), values, _count))

    def _statement(self) -> sa.ClauseElement:
        return self._given if isinstance(self._given, sa.ClauseElement) else self._given()

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement(), dialect)
        return compiled


@contextmanager
def together() -> Iterator[None]:
    """Make the prepared statements of the body one transaction, committed at its end; an error takes all back.

    Where the session is in a transaction they belong to that, and whoever began it commits.
    """
    if _session_is_busy():
        yield
        return
    lent = db.engine.raw_connection()
    try:
        way = _way(lent)
        if not way.is_postgresql:
            way.cursor.execute("BEGIN IMMEDIATE")  # PostgreSQL's driver begins by itself
        mark = _open.set(way)
        try:
            yield
        finally:
            _open.reset(mark)
        way.cursor.connection.commit()
    finally:
        lent.close()  # takes back what is not committed


def _session_is_busy() -> bool:
    return db.session.registry.has() and db.session().in_transaction()


def _in_session(statement: Any, values: Mapping[str, Any]) -> sa.CursorResult[Any]:
    return db.session.connection().execute(statement, values)


def _all(cursor: Any) -> Any:
    return cursor.fetchall()


def _count(cursor: Any) -> Any:
    return cursor.rowcount


def _compile(statement: Any, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    names = compiled.positiontup or list(compiled.params)
    columns = getattr(statement, "exported_columns", ())
    converted = [(place, _result(column.type, dialect)) for place, column in enumerate(columns)]
    return _Compiled(
        str(compiled),
        tuple((name, compiled.params[name], _bind(compiled.binds[name].type, dialect)) for name in names),
        compiled.positional,
        tuple((place, convert) for place, convert in converted if convert is not None),
    )


def _bind(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _run(compiled: _Compiled, values: Mapping[str, Any], take: Callable[[Any], Any]) -> Any:
    bound = compiled.values(values)
    for listener in listeners:
        listener(compiled.text)
    way = _open.get()
    if way is not None:
        return take(way.execute(compiled.text, bound))
    engine = db.engine
    try:
        return _run_alone(engine, compiled.text, bound, take)
    except _ConnectionLostError:  # the server was restarted under a connection just used: once more, on a new one
        return _run_alone(engine, compiled.text, bound, take)


def _run_alone(engine: Engine, text: str, bound: Any, take: Callable[[Any], Any]) -> Any:
    lent = engine.raw_connection()
    try:
        way = _way(lent)
        if not way.is_postgresql:  # SQLite is told to begin, or every statement stands for itself
            return take(way.execute(text, bound))
        connection = way.cursor.connection
        connection.autocommit = True
        try:
            return take(way.execute(text, bound))
        finally:
            if not connection.closed:
                connection.autocommit = False
    except engine.dialect.loaded_dbapi.Error as error:
        if not engine.dialect.is_disconnect(error, lent.driver_connection, None):
            raise
        lent.invalidate(error)
        engine.dispose()  # all that lie in the pool are lost with it
        raise _ConnectionLostError from error
    finally:
        lent.close()


class _ConnectionLostError(Exception):
    """The database has closed the connection, or was never there."""


def _way(lent: Any) -> _Way:
    way = lent.info.get(_WAY)
    if way is None:
        connection = lent.driver_connection
        is_postgresql = db.engine.name == "postgresql"
        way = _Way(connection.cursor(binary=True) if is_postgresql else connection.cursor(), is_postgresql)
        lent.info[_WAY] = way
    return way
