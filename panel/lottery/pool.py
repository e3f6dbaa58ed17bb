"""The people a lottery chooses from: read from a file, checked, put into an order that no file's order can change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from panel.lottery import errors
from panel.lottery.quotas import Quota
from panel.lottery.tables import Table, Words, table

ID = "id"


@dataclass(frozen=True)
class Pool:
    """People as columns: `ids` and, for each column's name, one value a person in the same order.

    `name` is what an error calls the file; `lines` are the file's line numbers, `numbered` says that the ids are no
    more than line numbers.
    """

    ids: Sequence[str]
    columns: Mapping[str, Sequence[str]]
    name: str = "pool"
    lines: Sequence[int] = ()
    numbered: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    def line(self, place: int) -> int:
        """Return the line in the file of the person at `place`."""
        return self.lines[place] if self.lines else place + 2

    def column(self, name: str) -> Sequence[str]:
        """Return a column; raise MissingColumnError."""
        if name not in self.columns:
            raise errors.MissingColumnError(file=self.name, row=1, column=name)
        return self.columns[name]

    def keeping(self, places: Sequence[int]) -> Pool:
        """Return the pool of the people at `places` only."""
        columns = {name: [values[p] for p in places] for name, values in self.columns.items()}
        return Pool([self.ids[p] for p in places], columns, self.name, [self.line(p) for p in places], self.numbered)


def read_pool(file: TextIO, name: str = "pool") -> Pool:
    """Return the people of a CSV, one a row, one column a feature, and an optional column `id`.

    Without the column, a person's id is the number of the line. Raises RefusedError with the row.
    """
    source = table(file, name)
    lines, columns = _columns(source)
    if not lines:
        raise errors.EmptyFileError(file=name, row=1)
    own = next((column for column in columns if column.casefold() == ID), None)
    ids = columns.pop(own) if own else [str(line) for line in lines]
    _check_ids(ids, lines, name)
    return Pool(ids, columns, name, lines, numbered=own is None)


def _columns(source: Table) -> tuple[list[int], dict[str, list[str]]]:
    values: list[list[str]] = [[] for _ in source.heading]
    lines = []
    words = Words()
    for line, cells in source.rows:
        lines.append(line)
        for column, kept, cell in zip(source.heading, values, cells, strict=True):
            kept.append(cell if column.casefold() == ID else words[cell])
    return lines, dict(zip(source.heading, values, strict=True))


def _check_ids(ids: Sequence[str], lines: Sequence[int], name: str) -> None:
    first: dict[str, int] = {}
    for person, line in zip(ids, lines, strict=True):
        if not person:
            raise errors.EmptyValueError(file=name, row=line, column=ID)
        if first.setdefault(person, line) != line:
            raise errors.DoubledPersonError(file=name, row=line, first=first[person])


def features_used(pool: Pool, quotas: Sequence[Quota], quotas_name: str = "quotas") -> list[str]:
    """Return the pool's columns that the quotas speak of, sorted; raise UnknownCategoryError with the quota's row."""
    used: set[str] = set()
    for quota in quotas:
        columns, values = quota.columns(pool.columns), quota.values(pool.columns)
        if len(columns) != len(values) or not set(columns) <= set(pool.columns):
            raise errors.UnknownCategoryError(file=quotas_name, row=quota.row, category=quota.category)
        used.update(columns)
    return sorted(used)


def check_features(pool: Pool, quotas: Sequence[Quota]) -> None:
    """Raise RefusedError for the first person with a feature that no quota of the category names, or with none."""
    known: dict[str, set[str]] = {}
    for quota in quotas:
        if len(quota.columns(pool.columns)) == 1:
            known.setdefault(quota.category, set()).add(quota.feature)
    for category, features in known.items():
        for place, value in enumerate(pool.column(category)):
            if not value:
                raise errors.EmptyValueError(file=pool.name, row=pool.line(place), column=category)
            if value not in features:
                raise errors.UnknownFeatureError(file=pool.name, row=pool.line(place), category=category, feature=value)


def canonical_order(pool: Pool, columns: Sequence[str]) -> list[int]:
    """Return the people's places, ordered by id; by what the row holds, then line, where ids are line numbers."""
    if not pool.numbered:
        return sorted(range(len(pool)), key=lambda place: pool.ids[place])
    kept = [pool.column(column) for column in columns]
    return sorted(range(len(pool)), key=lambda place: ([c[place] for c in kept], pool.line(place)))


def pool_hash(pool: Pool, columns: Sequence[str]) -> str:
    """Return SHA-256 over the people in canonical order: one JSON list a line, [id, value of each column]."""
    return pool_digest(pool, columns).hexdigest()


def pool_digest(pool: Pool, columns: Sequence[str], start: bytes = b"") -> hashlib._Hash:
    """Return SHA-256 over `start` and the people."""
    # One encoder for them all: json.dumps would make one for each person.
    encoded = json.JSONEncoder(ensure_ascii=False).encode
    digest = hashlib.sha256(start + encoded([ID, *columns]).encode())
    kept = [pool.column(column) for column in columns]
    for place in canonical_order(pool, columns):
        row = [pool.ids[place], *(column[place] for column in kept)]
        digest.update(b"\n" + encoded(row).encode())
    return digest
