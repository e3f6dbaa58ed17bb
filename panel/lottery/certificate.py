"""The proof that no lottery within the quotas is fairer, checked by additions and multiplications alone.

For any multipliers d of the rows and g >= 0 of the groups, every x of the polytope obeys

    sum_t c_t x_t <= sum_r max(d_r * high_r, d_r * low_r) + sum_g g * households_g,   c_t = (d matrix)_t + g(group of t)

(weak duality). With y_t = people_t * c_t the left side is sum_t y_t p_t. Go up level by level: the
types of lower levels have what they have (they cannot rise, as was proved before), every other type at least z; that
bounds z from above, and a type with y_t > 0 cannot rise when the rest stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from panel.lottery.problem import Problem
from panel.lottery.relaxation import Level


@dataclass(frozen=True)
class Proof:
    """For each level the largest value it could have had, and by how much any of its types could rise above it."""

    bounds: list[float]
    rises: list[float]

    @property
    def worst(self) -> float:
        """The largest of all gaps, in probability."""
        return max([0.0, *self.rises])


def proof(problem: Problem, levels: Sequence[Level]) -> Proof:
    """Return what the levels' multipliers prove. The bound of level 1 holds for every lottery without condition."""
    value, rise = np.zeros(problem.types), np.zeros(problem.types)
    settled = np.zeros(problem.types, bool)
    most = np.minimum(1.0, problem.largest() / problem.people)
    bounds, rises = [], []
    for level in levels:
        y, limit = _combined(problem, level)
        up, down = np.maximum(y, 0.0), np.minimum(y, 0.0)
        taken = np.where(settled, up * value + down * np.minimum(most, value + rise), down * most)
        room = limit - float(np.sum(taken))
        others = float(np.sum(up[~settled]))
        bounds.append(min(1.0, room / others) if others > 0 else 1.0)
        spare = max(0.0, room - level.value * others)
        mine = up[level.types]
        rise[level.types] = np.minimum(
            most[level.types] - level.value, np.divide(spare, mine, out=np.ones(len(mine)), where=mine > 0)
        )
        rises.append(max(0.0, float(np.max(rise[level.types]))))
        value[level.types] = level.value
        settled[level.types] = True
    return Proof(bounds, rises)


def exact_bound(problem: Problem, level: Level) -> Fraction:
    """Return what the first level's multipliers prove of the least probability, without any rounding at all.

    Floating-point numbers are fractions; these are added and multiplied as such.
    """
    rows = [Fraction(d) for d in level.rows.tolist()]
    groups = {group: max(Fraction(0), Fraction(y)) for group, y in level.groups}
    matrix = problem.matrix
    cost = [groups.get(group, Fraction(0)) for group in problem.group.tolist()]
    for row, t, value in zip(matrix.row.tolist(), matrix.column.tolist(), matrix.value.tolist(), strict=True):
        cost[t] += rows[row] * Fraction(value)
    limit = Fraction(0)
    for multiplier, low, high in zip(rows, problem.low.tolist(), problem.high.tolist(), strict=True):
        limit += max(multiplier * Fraction(low), multiplier * Fraction(high))
    for group, multiplier in groups.items():
        limit += multiplier * int(problem.households[group])
    others = Fraction(0)
    for one, people, most in zip(cost, problem.people.tolist(), problem.largest().tolist(), strict=True):
        if one > 0:
            others += one * people
        else:
            limit -= one * min(people, most)
    return min(Fraction(1), limit / others) if others > 0 else Fraction(1)


def _combined(problem: Problem, level: Level) -> tuple[np.ndarray, float]:
    """Return y (T) and the bound on sum y p."""
    per_group = np.zeros(len(problem.households))
    for group, multiplier in level.groups:
        per_group[group] += max(0.0, multiplier)
    cost = problem.matrix.turned(level.rows) + per_group[problem.group]
    limit = np.sum(np.maximum(level.rows * problem.high, level.rows * problem.low))
    return cost * problem.people, float(limit + np.sum(per_group * problem.households))
