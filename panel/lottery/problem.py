"""The lottery as a polytope over types: how many of each type a panel may take.

Unknowns x (T): the expected number chosen of each type. Rows: each quota, and last the total. Every type also belongs
to a group that no panel takes more from than it has households. A person's probability is x / people of the type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from panel.lottery.kinds import Kinds
from panel.lottery.quotas import Quota


@dataclass(frozen=True)
class Sparse:
    """A matrix of `shape` as three arrays: entry i says that `value[i]` is at (`row[i]`, `column[i]`)."""

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    shape: tuple[int, int]

    def times(self, x: np.ndarray) -> np.ndarray:
        """Return the matrix times `x` (columns), of length rows; summed in the order of the entries, everywhere."""
        return np.bincount(self.row, self.value * x[self.column], self.shape[0])

    def turned(self, d: np.ndarray) -> np.ndarray:
        """Return `d` (rows) times the matrix, of length columns."""
        return np.bincount(self.column, self.value * d[self.row], self.shape[1])

    def dense(self, columns: np.ndarray) -> np.ndarray:
        """Return the chosen columns as an array of shape (rows, len(columns))."""
        where = np.full(self.shape[1], -1)
        where[columns] = np.arange(len(columns))
        kept = where[self.column] >= 0
        out = np.zeros((self.shape[0], len(columns)))
        out[self.row[kept], where[self.column[kept]]] = self.value[kept]
        return out

    def by_column(self) -> Columns:
        """Return the matrix arranged for looking at few columns at a time, over and over."""
        order = np.argsort(self.column, kind="stable")
        start = np.searchsorted(self.column[order], np.arange(self.shape[1] + 1))
        return Columns(self.row[order], self.value[order], start, self.shape[0])

    def restricted(self, columns: np.ndarray) -> Sparse:
        """Return the matrix of the chosen columns, in their order, still sparse."""
        where = np.full(self.shape[1], -1)
        where[columns] = np.arange(len(columns))
        kept = where[self.column] >= 0
        return Sparse(self.row[kept], where[self.column[kept]], self.value[kept], (self.shape[0], len(columns)))


@dataclass(frozen=True)
class Columns:
    """A matrix of `height` rows by columns: those of column t are at `start[t]` up to `start[t + 1]`."""

    row: np.ndarray
    value: np.ndarray
    start: np.ndarray
    height: int

    def dense(self, columns: np.ndarray) -> np.ndarray:
        """Return the chosen columns as an array of shape (rows, len(columns)), at the cost of these columns alone."""
        out = np.zeros((self.height, len(columns)))
        for place, t in enumerate(columns.tolist()):
            mine = slice(self.start[t], self.start[t + 1])
            out[self.row[mine], place] = self.value[mine]
        return out


@dataclass(frozen=True)
class Problem:
    """`matrix` (M, T) with `low` <= matrix x <= `high`; the last row is the total, k. Groups as in Kinds."""

    k: int
    quotas: tuple[Quota, ...]
    matrix: Sparse
    low: np.ndarray
    high: np.ndarray
    people: np.ndarray
    group: np.ndarray
    households: np.ndarray

    @property
    def types(self) -> int:
        return len(self.people)

    def shared(self) -> np.ndarray:
        """Return the groups that several types belong to."""
        return np.nonzero(np.bincount(self.group, minlength=len(self.households)) > 1)[0]

    def group_rows(self, groups: np.ndarray) -> Sparse:
        """Return a row for each of `groups`: 1 for its types."""
        place = np.full(len(self.households), -1)
        place[groups] = np.arange(len(groups))
        mine = np.nonzero(place[self.group] >= 0)[0]
        return Sparse(place[self.group[mine]], mine, np.ones(len(mine)), (len(groups), self.types))

    def group_sums(self, x: np.ndarray) -> np.ndarray:
        """Return how many are taken from each group (G)."""
        return np.bincount(self.group, x, len(self.households))

    def largest(self) -> np.ndarray:
        """Return the most that any panel can take of each type (T)."""
        return self.households[self.group]

    def violation(self, x: np.ndarray) -> float:
        """Return by how much, in persons, x breaks its worst constraint; 0 when it keeps all."""
        sums = self.matrix.times(x)
        worst = [np.max(self.low - sums), np.max(sums - self.high), np.max(-x)]
        return float(max(0.0, *worst, np.max(self.group_sums(x) - self.households)))

    def without_quotas(self) -> Problem:
        """Return the problem with nothing but the size and the households."""
        count = self.types
        total = Sparse(np.zeros(count, int), np.arange(count), np.ones(count), (1, count))
        return replace(self, quotas=(), matrix=total, low=self.low[-1:], high=self.high[-1:])


def problem_of(kinds: Kinds, quotas: Sequence[Quota], k: int) -> Problem:
    """Return the polytope of panels of `k` people of `kinds` that keep `quotas`."""
    rows, columns = [], []
    place = {column: i for i, column in enumerate(kinds.columns)}
    holding: dict[tuple[tuple[int, ...], tuple[str, ...]], list[int]] = {}
    wanted = [(tuple(place[c] for c in q.columns(place)), q.values(place)) for q in quotas]
    for shape in {where for where, _ in wanted}:
        for t, features in enumerate(kinds.features):
            holding.setdefault((shape, tuple(features[i] for i in shape)), []).append(t)
    for row, cell in enumerate(wanted):
        columns += holding.get(cell, [])
        rows += [row] * len(holding.get(cell, []))
    count = len(kinds)
    rows += [len(quotas)] * count
    columns += range(count)
    matrix = Sparse(np.array(rows), np.array(columns), np.ones(len(rows)), (len(quotas) + 1, count))
    # No panel has k + 1 of anything: a minimum beyond that is as impossible, and no number the solver could choke on.
    low = np.array([*(min(q.min, k + 1) for q in quotas), k], float)
    high = np.array([*(q.max for q in quotas), k], float)
    return Problem(k, tuple(quotas), matrix, low, high, kinds.people, kinds.group, kinds.households)
