"""Which columns are sealed: each room registers its own, so that `flask core rotate-keys` misses none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import crypto
from core.database import db


@dataclass(frozen=True)
class SealedColumn:
    """One column whose values are sealed for `place:<key of the row>`."""

    table: sa.Table
    column: str
    #: An SQL expression for what stands after the colon: usually a column of the same table.
    key: sa.ColumnElement[Any]
    place: str
    #: The column with the keyed index of the same value, if there is one, and how to compute it.
    index_column: str = ""
    index_of: Callable[[str], str] | None = None
    #: The most values renewed at a time, where one of them is large.
    most: int = 500


_columns: dict[str, SealedColumn] = {}
#: Renews what is kept as a keyed index alone, portion by portion; gives how many each renewed.
Rekey = Callable[[], Iterable[int]]
_rekeys: dict[str, Rekey] = {}


def register(
    model: Any,
    column: str,
    key: Any,
    *,
    place: str = "",
    index_column: str = "",
    index_of: Callable[[str], str] | None = None,
    most: int = 500,
) -> None:
    """Say that `model.column` is sealed for `place:<key>`; `place` is `table.column` unless told.

    `index_of` gives the digest, with the present key, under which a value opened from the column is looked up in
    `index_column`; a row without an index stays without.
    """
    table = model.__table__
    name = f"{table.name}.{column}"
    _columns[name] = SealedColumn(
        table, column, sa.type_coerce(key, sa.String), place or name, index_column, index_of, most
    )


def register_rekey(name: str, function: Rekey) -> None:
    """Let `function` renew what is kept as a keyed index alone; the caller commits after each portion."""
    _rekeys[name] = function


def registered() -> dict[str, SealedColumn]:
    """Return every sealed column by `table.column`."""
    return dict(_columns)


def rekeys() -> dict[str, Rekey]:
    """Return what else is to be renewed."""
    return dict(_rekeys)


def rotate_batch(sealed: SealedColumn, after: tuple[Any, ...] | None, size: int) -> tuple[int, tuple[Any, ...] | None]:
    """Seal up to `size` values with the present key, going on after the primary key `after`.

    Return how many were sealed anew and the last primary key seen, or None for it when the table is done.
    """
    keys = list(sealed.table.primary_key.columns)
    column = sealed.table.c[sealed.column]
    size = min(size, sealed.most)
    index = sealed.table.c[sealed.index_column] if sealed.index_column else sa.null()
    labels = (column.label("sealed"), sealed.key.label("seal_key"), index.label("indexed"))
    query = sa.select(*keys, *labels).where(column.is_not(None))
    if after is not None:
        query = query.where(
            sa.tuple_(*keys) > sa.tuple_(*(sa.bindparam(None, v, k.type) for k, v in zip(keys, after, strict=True)))
        )
    # Locked, so that a value changed meanwhile by somebody else is not overwritten with the one before.
    rows = db.session.execute(query.order_by(*keys).limit(size).with_for_update(of=sealed.table)).all()
    changes = [_renewed(sealed, row, len(keys)) for row in rows if not crypto.keyring().is_current(row.sealed)]
    if changes:
        where = [k == sa.bindparam(f"key_{i}") for i, k in enumerate(keys)]
        values: dict[str, Any] = {
            name: sa.bindparam(f"new_{name}") for name in (sealed.column, sealed.index_column) if name
        }
        # Through the connection: the ORM's bulk update by primary key wants every parameter to be a column.
        db.session.connection().execute(sa.update(sealed.table).where(*where).values(values), changes)
    return len(changes), tuple(rows[-1][: len(keys)]) if len(rows) == size else None


def _renewed(sealed: SealedColumn, row: Any, width: int) -> dict[str, Any]:
    place = f"{sealed.place}:{row.seal_key}"
    text = crypto.keyring().open(row.sealed, place)
    change = {f"key_{i}": row[i] for i in range(width)} | {f"new_{sealed.column}": crypto.keyring().seal(text, place)}
    if sealed.index_of:
        change[f"new_{sealed.index_column}"] = sealed.index_of(text) if row.indexed is not None else None
    return change
