"""Statements compiled once and given to the database's own driver, for what everybody who answers passes through.

SQLAlchemy writes each statement, and nothing of it is written by hand. But of what it does at every execution, a page
that asks one question of the database needs a tenth: a connection, a cursor, the values and the types of the columns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.engine import Dialect, Engine

from core.database import db

Convert = Callable[[Any], Any]
#: Under this name an application keeps its ways.
_NAME = "prepared"
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


class _Way:
    """A connection that has left the pool, in which every statement stands for itself unless it is told to begin."""

    def __init__(self, engine: Engine) -> None:
        self.is_postgresql = engine.name == "postgresql"
        lent = engine.raw_connection()
        # From the pool, so that it was opened like any other; but not to go back there, which costs more than to ask.
        self._connection = cast("Any", lent.driver_connection)
        lent.detach()
        self._lent = lent  # which would close the connection if nothing referred to it any more
        if self.is_postgresql:
            self._connection.autocommit = True
        self._cursor = self._connection.cursor(binary=True) if self.is_postgresql else self._connection.cursor()

    def close(self) -> None:
        self._connection.close()

    def run(self, text: str, bound: Any = ()) -> Any:
        """Return the cursor that has carried out `text`."""
        if self.is_postgresql:
            return self._cursor.execute(text, bound, prepare=True)
        return self._cursor.execute(text, bound)

    def is_lost(self, engine: Engine, error: Exception) -> bool:
        """Return whether `error` means that the server is away, or has been."""
        return bool(engine.dialect.is_disconnect(error, self._connection, None))  # type: ignore[arg-type]  # a driver's error


#: The way of the transaction which `together` has begun.
_open: ContextVar[_Way | None] = ContextVar("open", default=None)


class Prepared:
    """A statement of at most one row, with named parameters and no others that change from one run to the next.

    It belongs to the transaction of `together`, or else to that of the session. Outside of both it stands for itself:
    what it reads is what is committed, and what it writes is committed when it returns.
    """

    def __init__(self, statement: sa.ClauseElement | Callable[[], sa.ClauseElement]) -> None:
        self._given = statement
        self._compiled: dict[str, _Compiled] = {}

    def first(self, values: Mapping[str, Any]) -> Sequence[Any] | None:
        """Return the row, or None."""
        if _session_is_busy():
            return _in_session(self._statement(), values).first()
        ours = _ours()
        compiled = self._for(ours.engine.dialect)
        rows = ours.run(compiled.text, compiled.values(values), _all)
        return compiled.row(rows[0]) if rows else None

    def change(self, values: Mapping[str, Any]) -> int:
        """Carry it out and return how many rows it met. Standing for itself, it must bear being carried out twice."""
        if _session_is_busy():
            return int(_in_session(self._statement(), values).rowcount)
        ours = _ours()
        compiled = self._for(ours.engine.dialect)
        return int(ours.run(compiled.text, compiled.values(values), _count))

    def _statement(self) -> sa.ClauseElement:
        return self._given if isinstance(self._given, sa.ClauseElement) else self._given()

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement(), dialect)
        return compiled


def close() -> None:
    """Close the connections this application keeps here, for one that is taken down while its process lives on."""
    _ours().close()


@contextmanager
def together() -> Iterator[None]:
    """Make the prepared statements of the body one transaction, committed at its end; an error takes all back.

    Where the session is in a transaction they belong to that, and whoever began it commits. The body must not begin
    one: SQLite has one writer at a time.
    """
    if _session_is_busy():
        yield
        return
    ours = _ours()
    way = ours.begin()
    mark = _open.set(way)
    try:
        yield
        way.run("COMMIT")
    except BaseException:
        with suppress(Exception):  # a connection that is lost has taken all back already
            way.run("ROLLBACK")
        raise
    finally:
        _open.reset(mark)
        ours.give_back(way)


def _session_is_busy() -> bool:
    """Return whether statements belong to the session: it has begun, and `together` has not."""
    return _open.get() is None and db.session.registry.has() and db.session().in_transaction()


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


class _Ways:
    """The ways of an application: as many as statements have ever run at one moment.

    They lie in a queue and not in thread-locals: what a server's thread leaves behind at its end is torn down at a time
    when Python code may no longer run.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._free: deque[_Way] = deque()

    def close(self) -> None:
        """Close the ways; none may be in use."""
        while self._free:
            self._free.pop().close()

    def run(self, text: str, bound: Any, take: Callable[[Any], Any]) -> Any:
        """Return what `take` finds in the cursor that has carried out `text`."""
        for listener in listeners:
            listener(text)
        way = _open.get()
        if way is not None:
            return take(way.run(text, bound))
        way = self._next()
        try:
            return take(way.run(text, bound))
        except self.engine.dialect.loaded_dbapi.Error as error:
            way = self._instead_of(way, error)
            # The server was restarted since this way was used: once more, on a new one.
            return take(way.run(text, bound))
        finally:
            self._free.append(way)

    def begin(self) -> _Way:
        """Return a way with a transaction begun, to be given back."""
        begin = "BEGIN" if self.engine.name == "postgresql" else "BEGIN IMMEDIATE"
        way = self._next()
        try:
            way.run(begin)
        except self.engine.dialect.loaded_dbapi.Error as error:
            way = self._instead_of(way, error)
            way.run(begin)
        return way

    def give_back(self, way: _Way) -> None:
        """Keep `way` for the next statement."""
        self._free.append(way)

    def _next(self) -> _Way:
        try:
            return self._free.pop()  # the one used last, which is the least likely to be lost
        except IndexError:
            return _Way(self.engine)

    def _instead_of(self, way: _Way, error: Exception) -> _Way:
        """Return a new way if `error` means that the server has let go of them all; else raise it."""
        if not way.is_lost(self.engine, error):
            raise error
        way.close()
        self.close()
        self.engine.dispose()
        return _Way(self.engine)


def _ours() -> _Ways:
    extensions = current_app.extensions
    ways: _Ways | None = extensions.get(_NAME)
    if ways is None:
        ways = extensions.setdefault(_NAME, _Ways(db.engine))
    return ways
