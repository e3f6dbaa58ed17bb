"""Housemates told apart only where it matters.

People with the same features have the same chances in the fairest lottery as long as no household stands in the way.
So people are first merged by what the quotas say of them, wherever they live, and their households are left aside:
what is best there bounds everything. Then every household is looked at. Where its people's chances add up to more than
one person, the people of such households become types of their own with a row of their own, and the search is made
again. It ends when no household is too full: the answer then is the best with all the households, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from panel.lottery.problem import Problem, Sparse
from panel.lottery.relaxation import Level

#: A household this full is told apart with those that are too full: it might be the next.
CROWDED = 0.98
#: By so many persons a household may be too full: the solver's last digits.
OVER = 1e-9


@dataclass(frozen=True)
class Found:
    """The best `x` (T) of a problem, the levels that prove it, and the goal's gap."""

    x: np.ndarray
    levels: list[Level]
    gap: float = 0.0


@dataclass(frozen=True)
class Merged:
    """`problem` over fewer types; `of` (T) is the merged type of each type, `groups` the group of each kept row."""

    problem: Problem
    of: np.ndarray
    groups: dict[int, int]

    def spread(self, whole: Problem, found: Found) -> Found:
        """Return what was found over the types of `whole`: everybody of a merged type alike."""
        x = found.x[self.of] * (whole.people / self.problem.people[self.of])
        levels = [replace(one, types=self._types(one), groups=self._groups(one)) for one in found.levels]
        return Found(x, levels, found.gap)

    def _types(self, level: Level) -> np.ndarray:
        return np.nonzero(np.isin(self.of, level.types))[0]

    def _groups(self, level: Level) -> tuple[tuple[int, float], ...]:
        # a row that only says "at most all the people of a merged type" says what chances say anyway
        return tuple((self.groups[group], y) for group, y in level.groups if group in self.groups)


def merged(problem: Problem, apart: np.ndarray) -> Merged:
    """Return the problem with all types merged that are alike to the quotas, but for those of groups `apart` (G)."""
    alone = apart[problem.group]
    alike = _alike(problem.matrix)
    # every type apart gets a number of its own above those of the merged
    key = np.where(alone, alike.max(initial=0) + 1 + np.arange(problem.types), alike)
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    people = np.bincount(of, problem.people).astype(int)
    group = np.zeros(len(first), int)
    households: list[int] = []
    kept: dict[int, int] = {}
    place: dict[int, int] = {}
    for t, one in enumerate(first.tolist()):
        whose = int(problem.group[one])
        if not alone[one]:
            group[t] = len(households)
            households.append(int(people[t]))
        elif whose in place:
            group[t] = place[whose]
        else:
            group[t] = place[whose] = len(households)
            kept[len(households)] = whose
            households.append(int(problem.households[whose]))
    rows = problem.matrix.restricted(first)
    smaller = replace(problem, matrix=rows, people=people, group=group, households=np.array(households))
    return Merged(smaller, of, kept)


def _alike(matrix: Sparse) -> np.ndarray:
    """Return a number for each column, the same where two columns are the same; all values are 1."""
    height, count = matrix.shape
    order = np.lexsort((matrix.row, matrix.column))
    column, row = matrix.column[order], matrix.row[order]
    start = np.searchsorted(column, np.arange(count + 1))
    table = np.full((count, int(np.max(np.diff(start), initial=1))), height)
    table[column, np.arange(len(column)) - start[column]] = row
    return np.unique(table, axis=0, return_inverse=True)[1].ravel()


def solved(problem: Problem, solve: Callable[[Problem], Found]) -> Found:
    """Return the best of `problem`, by solving problems over fewer types until no household is too full."""
    apart = np.zeros(len(problem.households), bool)
    while True:
        small = merged(problem, apart)
        found = small.spread(problem, solve(small.problem))
        sums = problem.group_sums(found.x)
        if not np.any((sums > problem.households + OVER) & ~apart):
            return found
        apart |= sums > problem.households * CROWDED
