"""Leximin over the relaxation: the fairest probabilities that any lottery within the quotas could have.

The probabilities of every lottery over panels lie in the polytope of Problem, so what is best there bounds them all.
As in Flanigan et al. (2021) levels are raised one after the other: find the largest z such that every type that is not
yet settled can have z, settle the types that cannot rise above it, go on. Which types can rise is found by one linear
program for all of them at once. Its dual solution proves, by arithmetic alone, that the others cannot: see
certificate.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.lottery.errors import SolverError
from panel.lottery.problem import Problem, Sparse
from panel.lottery.programs import INF, Program, Solution, column_of, stacked
from panel.lottery.watching import Watch

#: Units in which a rise is looked for, in parts of a person: one below the last is no rise.
SCALES = (1e4, 1e6, 1e8)
#: What two numbers may differ by and still be taken as equal.
SLACK = 1e-6
#: In persons: by how much rows are widened when rounding has left them without a solution.
SLACKS = (0.0, 1e-10, 1e-9, 1e-8, 1e-7)


@dataclass(frozen=True)
class Level:
    """A settled probability: `value`, the types that have it, and the proof that they cannot have more.

    `rows` (M) multiplies the quotas' rows and the total: positive against the maximum, negative against the minimum.
    `groups` are (group, multiplier) against the number of households.
    """

    value: float
    types: np.ndarray
    rows: np.ndarray
    groups: tuple[tuple[int, float], ...]


class _Round:
    """The linear programs of one level, over the types in `free`, the others having x."""

    def __init__(self, problem: Problem, x: np.ndarray, free: np.ndarray, groups: list[int]) -> None:
        self.problem, self.x, self.free, self.groups = problem, x, free, groups
        self.people = problem.people[free].astype(float)
        settled = np.where(np.isin(np.arange(problem.types), free), 0.0, x)
        self._row_base = problem.matrix.times(settled)
        self._group_base = problem.group_sums(settled)
        self._arrange()

    def _arrange(self) -> None:
        problem, groups = self.problem, np.array(self.groups, int)
        matrix = problem.matrix.restricted(self.free)
        place = np.full(len(problem.households), -1)
        place[groups] = np.arange(len(groups))
        mine = np.nonzero(place[problem.group[self.free]] >= 0)[0]
        capped = Sparse(place[problem.group[self.free[mine]]], mine, np.ones(len(mine)), (len(groups), len(self.free)))
        height = matrix.shape[0] + len(groups)
        rows = stacked([(matrix, 0, 0), (capped, matrix.shape[0], 0)], (height, len(self.free)))
        self.rows = rows
        self.all = rows.times(self.people)
        self.low = np.append(problem.low - self._row_base, np.full(len(groups), -INF))
        caps = problem.households[groups] - self._group_base[groups]
        self.high = np.append(problem.high - self._row_base, caps)

    def _over(self, x_free: np.ndarray, slack: float) -> list[int]:
        """Return the groups that x takes too many from."""
        x = np.zeros(self.problem.types)
        x[self.free] = x_free
        room = self.problem.households - self._group_base
        return np.nonzero(self.problem.group_sums(x) > room + slack)[0].tolist()

    def _capped(self, x_free: np.ndarray, slack: float) -> bool:
        """Lay down as rows the groups that x takes too many from; return whether any is new."""
        new = sorted(set(self._over(x_free, slack)) - set(self.groups))
        self.groups += new
        if new:
            self._arrange()
        return bool(new)

    def value(self, least: float) -> float:
        """Return the largest probability that every free type can have at once; `least` is known to be possible.

        A type's excess over the common z stays below what its group leaves at the z found, which is a bound on a
        column; only where that moves z are the groups laid down as rows.
        """
        while True:
            first = self._common(least)
            if first is None:
                raise SolverError(status="infeasible")
            z = max(0.0, float(first.x[-1]))
            again = self._common(z)
            if again is not None and again.x[-1] >= z - 1e-13 and not self._over(self.people * z + again.x[:-1], 1e-9):
                return z
            if not self._capped(self.people * z + first.x[:-1], 1e-9):
                return z

    def _common(self, least: float) -> Solution | None:
        count = len(self.free)
        matrix = stacked([(self.rows, 0, 0), (column_of(self.all), 0, count)], (len(self.all), count + 1))
        left = np.maximum(0.0, self.problem.largest()[self.free] - self.people * least)
        return self._solved(matrix, np.append(np.zeros(count), 1.0), np.append(left, 1.0), 1.0, 0.0)

    def _solved(self, matrix: Sparse, cost: np.ndarray, high: np.ndarray, scale: float, z: float) -> Solution | None:
        """Solve with what earlier levels left of the solver's last digits forgiven, as little as will do."""
        for slack in SLACKS:
            low, top = self.low - self.all * z - slack, self.high - self.all * z + slack
            found = Program(matrix, cost, (scale * low, scale * top), (0.0, high)).solve()
            if found is not None:
                return found
        return None

    def rising(self, z: float) -> tuple[np.ndarray, np.ndarray, tuple[tuple[int, float], ...]]:
        """Return how far (0..1) each free type can rise above `z`, and the multipliers that prove it of the others.

        In units of 1 / scale persons; where some type rises by a part of a unit the unit is made smaller.
        """
        scale = SCALES[0]
        while True:
            w, rest, dual = self._risen(z, scale)
            if self._capped(self.people * z + (w + rest) / scale, SLACK):
                continue
            partly = np.any((w > SLACK) & (w < 1 - SLACK))
            if not partly or scale >= SCALES[-1]:
                break
            scale = next(larger for larger in SCALES if larger > scale)
        first = self.problem.matrix.shape[0]
        groups = [(g, float(y)) for g, y in zip(self.groups, np.maximum(dual[first:], 0.0), strict=True) if y > 0]
        return w, dual[:first], tuple(groups)

    def _risen(self, z: float, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        count, height = len(self.free), len(self.all)
        matrix = stacked([(self.rows, 0, 0), (self.rows, 0, count)], (height, 2 * count))
        whole = np.maximum(0.0, scale * (self.problem.largest()[self.free] - self.people * z))
        high = np.append(np.minimum(1.0, whole), np.maximum(0.0, whole - 1.0))
        found = self._solved(matrix, np.append(np.ones(count), np.zeros(count)), high, scale, z)
        if found is None:
            raise SolverError(status="infeasible")
        return found.x[:count], found.x[count:], found.dual


def leximin(problem: Problem, watch: Watch, depth: int | None = None) -> tuple[np.ndarray, list[Level]]:
    """Return x (T) and its levels, lowest first; with `depth` stop after so many levels, the rest of x being NaN."""
    x = np.full(problem.types, np.nan)
    levels: list[Level] = []
    groups = problem.shared().tolist()
    while np.isnan(x).any() and (depth is None or len(levels) < depth):
        free = np.nonzero(np.isnan(x))[0]
        watch.step("fairness", 1 - len(free) / problem.types)
        now = _Round(problem, x, free, groups)
        z = now.value(levels[-1].value if levels else 0.0)
        w, rows, capped = now.rising(z)
        stuck = w < 0.5
        if not stuck.any():
            stuck = w <= w.min()  # the solver's last digit: the level is kept, and its certificate shows the gap
        levels.append(Level(z, free[stuck], rows, capped))
        x[free[stuck]] = z * now.people[stuck]
    return x, levels


def polished(problem: Problem, x: np.ndarray, shares: list[np.ndarray]) -> np.ndarray:
    """Return x moved by the last digits so that rows which touch their bounds touch them to about 1e-13.

    `shares` are directions (T) that x may be moved along, such as "everybody of a level alike"; the least move is made.
    """
    if not shares:
        return x
    rows, low, high = _with_households(problem)
    basis = np.array(shares).T
    reached = np.array([rows.times(share) for share in shares]).T
    for _ in range(3):
        sums = rows.times(x)
        gap = np.where(np.abs(sums - low) < 1e-7, low - sums, 0.0)
        gap = np.where(np.abs(sums - high) < 1e-7, high - sums, gap)
        tight = (np.abs(sums - low) < 1e-7) | (np.abs(sums - high) < 1e-7)
        move = np.linalg.lstsq(reached[tight], gap[tight], rcond=1e-11)[0]
        x = np.clip(x + basis @ move, 0.0, problem.largest())
    return x


def _with_households(problem: Problem) -> tuple[Sparse, np.ndarray, np.ndarray]:
    """Return the rows of the quotas, then of the groups that several types share, with their bounds."""
    shared = problem.shared()
    height = len(problem.low)
    matrix = stacked(
        [(problem.matrix, 0, 0), (problem.group_rows(shared), height, 0)], (height + len(shared), problem.types)
    )
    low = np.append(problem.low, np.full(len(shared), -INF))
    return matrix, low, np.append(problem.high, problem.households[shared])
