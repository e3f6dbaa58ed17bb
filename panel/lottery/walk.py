"""Dependent rounding: a random walk from expected numbers to whole ones that keeps every quota on every step.

Each step moves along a direction that changes no row's sum, up or down with the chances that keep every expectation,
until some type reaches a whole number (Gandhi, Khuller, Parthasarathy, Srinivasan: Dependent rounding and its
applications, J. ACM 2006, generalised to several rows). Every type ends at the whole number below or above its
expectation. It stops when `stop` types or fewer are left; those are drawn from an explicit distribution.

Anyone must be able to repeat it bit for bit. So there is no linear algebra library in here: only additions,
multiplications and divisions of IEEE numbers, element by element.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.lottery.problem import Problem
from panel.lottery.randomness import Stream

#: A number this near to a whole one is whole.
NEAR = 1e-11
#: How many directions are prepared at once.
CHUNK = 64
TINY = 1e-9


@dataclass
class _State:
    """`x` are types, then for each group of several types the households that are left out of the panel."""

    x: np.ndarray
    floor: np.ndarray

    def is_open(self, places: np.ndarray) -> np.ndarray:
        away = self.x[places] - self.floor[places]
        return (away > NEAR) & (away < 1 - NEAR)

    def settle(self, places: np.ndarray) -> np.ndarray:
        """Make whole what is nearly whole; return the mask of those."""
        away = self.x[places] - self.floor[places]
        self.x[places] = np.where(away <= NEAR, self.floor[places], self.x[places])
        self.x[places] = np.where(away >= 1 - NEAR, self.floor[places] + 1, self.x[places])
        return (away <= NEAR) | (away >= 1 - NEAR)


def order_of(problem: Problem) -> list[int]:
    """Return the types, rarest first: the commonest are left to the end, where the most ways to make up remain.

    Rare is a small product of what the quotas allow to each of the type's features; whole numbers, so no rounding.
    """
    size = [int(low + high) + 1 for low, high in zip(problem.low, problem.high, strict=True)]
    score = [1] * problem.types
    for row, t in zip(problem.matrix.row.tolist(), problem.matrix.column.tolist(), strict=True):
        score[t] *= size[row]
    return sorted(range(problem.types), key=lambda t: (score[t], t))


class Walk:
    """A walk that can be stopped, looked at, and gone on with."""

    def __init__(self, problem: Problem, target: np.ndarray, stream: Stream) -> None:
        self.problem, self.stream = problem, stream
        self.count = problem.types
        self._columns = problem.matrix.by_column()
        members = np.bincount(problem.group, minlength=len(problem.households))
        self._joint = np.full(len(members), -1)
        joint = np.nonzero(members > 1)[0]
        self._joint[joint] = np.arange(len(joint))
        spare = np.maximum(0.0, problem.households - problem.group_sums(target))[joint]
        x = np.append(target, spare)
        self.state = _State(x, np.floor(x + NEAR))
        self.state.settle(np.arange(len(x)))
        self._group = np.append(problem.group, joint)
        self._queue = self._queued()
        self._block: list[int] = []

    def _queued(self) -> list[int]:
        """Return open places, last to be done first, each group's in a row."""
        queue: list[int] = []
        done = set()
        by_group: dict[int, list[int]] = {}
        for place, group in enumerate(self._group.tolist()):
            by_group.setdefault(group, []).append(place)
        for t in order_of(self.problem):
            group = int(self._group[t])
            if group not in done:
                done.add(group)
                queue += by_group[group]
        places = np.array(queue)
        return places[self.state.is_open(places)].tolist()[::-1]

    @property
    def x(self) -> np.ndarray:
        """The types' numbers now (T)."""
        return self.state.x[: self.count]

    def open_types(self) -> np.ndarray:
        """Return the types that are not whole yet, in canonical order."""
        return np.array(sorted(p for p in self._block + self._queue if p < self.count), int)

    def go(self, stop: int) -> None:
        """Walk until `stop` types or fewer are open, or no direction is left."""
        left = sum(p < self.count for p in self._block) + sum(p < self.count for p in self._queue)
        while left > stop:
            places = self._fill()
            table = _Table(self._rows(places))
            if not table.free:
                return
            while table.free and left > stop:
                left -= self._step(places, table)
            self._block = [p for p, kept in zip(places.tolist(), self.state.is_open(places), strict=True) if kept]

    def _fill(self) -> np.ndarray:
        """Return the places of the next table: enough that directions are left over."""
        block = self._block
        joint = {int(self._group[p]) for p in block if self._joint[self._group[p]] >= 0}
        height = self.problem.matrix.shape[0]
        while self._queue and len(block) < height + len(joint) + CHUNK:
            group = self._group[self._queue[-1]]
            while self._queue and self._group[self._queue[-1]] == group:
                block.append(self._queue.pop())
            if self._joint[group] >= 0:
                joint.add(int(group))
        return np.array(block)

    def _rows(self, places: np.ndarray) -> np.ndarray:
        """Return the sums that a step must not change, as an array of shape (rows, places)."""
        types = places < self.count
        height = self.problem.matrix.shape[0]
        groups = [int(g) for g in dict.fromkeys(self._group[places].tolist()) if self._joint[g] >= 0]
        out = np.zeros((height + len(groups), len(places)))
        out[:height, types] = self._columns.dense(places[types])
        for i, group in enumerate(groups):
            out[height + i] = self._group[places] == group
        return out

    def _step(self, places: np.ndarray, table: _Table) -> int:
        """Move along one direction; return how many types became whole."""
        columns, v = table.direction()
        moved = places[columns]
        x, floor = self.state.x[moved], self.state.floor[moved]
        up_room, down_room = floor + 1 - x, x - floor
        rising, size = v > 0, np.abs(v)
        far = size > TINY
        up = float(np.min(np.where(rising, up_room, down_room)[far] / size[far]))
        down = float(np.min(np.where(rising, down_room, up_room)[far] / size[far]))
        step = up if self.stream.happens(down / (up + down)) else -down
        self.state.x[moved] = x + step * v
        whole = self.state.settle(moved)
        table.leave(columns[whole])
        return int(np.sum(moved[whole] < self.count))


class _Table:
    """Row-reduced sums: every column in `free` gives a direction, the others are `basic`, one a row."""

    def __init__(self, rows: np.ndarray) -> None:
        self.body = rows.copy()
        self.basic: dict[int, int] = {}  # row -> column
        unused = np.ones(len(rows), bool)
        free = []
        for column in range(rows.shape[1]):
            entries = np.where(unused, np.abs(self.body[:, column]), 0.0)
            row = int(np.argmax(entries))
            if entries[row] < TINY:
                free.append(column)
            else:
                self._pivot(row, column)
                unused[row] = False
        self.free = free

    def _pivot(self, row: int, column: int) -> None:
        self.body[row] = self.body[row] / self.body[row, column]
        others = np.nonzero(self.body[:, column])[0]
        others = others[others != row]
        self.body[others] = self.body[others] - self.body[others, column][:, None] * self.body[row][None, :]
        self.body[others, column] = 0.0
        self.basic[row] = column

    def direction(self) -> tuple[np.ndarray, np.ndarray]:
        """Return columns and how each changes when the first free column grows by 1."""
        column = self.free[0]
        entries = self.body[:, column]
        rows = [row for row in np.nonzero(np.abs(entries) > TINY)[0].tolist() if row in self.basic]
        columns = np.array([column, *(self.basic[row] for row in rows)])
        return columns, np.array([1.0, *(-entries[rows])])

    def leave(self, columns: np.ndarray) -> None:
        """Take columns out that do not move any more."""
        gone = set(columns.tolist())
        self.free = [column for column in self.free if column not in gone]
        for row in [row for row, column in self.basic.items() if column in gone]:
            if not self.free:
                return
            entries = np.abs(self.body[row, self.free])
            best = int(np.argmax(entries))
            if entries[best] >= TINY:
                self._pivot(row, self.free.pop(best))
            else:
                del self.basic[row]
