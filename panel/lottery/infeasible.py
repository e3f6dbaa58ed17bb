"""When no panel keeps the quotas: the smallest changes that would make one possible; changes.py says them in words."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panel.lottery.kinds import Kinds
from panel.lottery.problem import Problem, Sparse, problem_of
from panel.lottery.programs import INF, Program, Solution, diagonal, stacked

#: Up to so many types it is looked for whole panels, in larger pools for such as may cut people up.
SMALL = 2000
#: Seconds after which no further changes that are enough by themselves are looked for.
ALL = 20.0


def suggestions(problem: Problem, kinds: Kinds, whole: bool = True) -> list[dict[str, Any]]:
    """Return changes, each enough by itself ("alone"), then a smallest set of changes to make together ("together").

    Smallest means: the fewest seats by which minimums are lowered and maximums raised, in all; among equals the fewest
    quotas touched. Each change has: fix, category, feature, asked_min, asked_max, available (people who could be
    chosen), and could_be_min or could_be_max; recruit says how many more people of that feature would do instead, if
    any number would. With `whole` false rows may count parts of people (expected answers), and changes are rounded
    outwards. In a large pool the seats are counted as if people could be cut in parts, and rounded up: so whether a
    panel is there is judged, too.
    """
    exact = whole and problem.types <= SMALL
    single = list(_alone(problem, kinds, whole, exact))
    return single or [{"fix": "together"} | change for change in _together(problem, exact)]


@dataclass(frozen=True)
class _Elastic:
    """The quotas with room to give way: x (T), then how far each of `rows` is lowered, then how far it is raised."""

    problem: Problem
    rows: np.ndarray

    def solved(self, whole: bool, total: float = INF, count_rows: bool = False) -> Solution | None:
        """Return what gives way least, in seats; with `count_rows` in the fewest rows, at `total` seats or fewer."""
        problem, width, some = self.problem, self.problem.types, len(self.rows)
        height = problem.matrix.shape[0]
        groups = np.arange(len(problem.households))
        place, ones = np.arange(some), np.ones(some)
        most = np.concatenate([problem.low[self.rows], np.full(some, float(problem.k))])
        parts = [
            (problem.matrix, 0, 0),
            (Sparse(self.rows, place, ones, (height, some)), 0, width),
            (Sparse(self.rows, place, -ones, (height, some)), 0, width + some),
            (problem.group_rows(groups), height, 0),
        ]
        low = np.append(problem.low, np.zeros(len(groups)))
        high = np.append(problem.high, problem.households)
        cost = np.append(np.zeros(width), np.full(2 * some, -1.0))
        top = np.append(problem.largest(), most)
        columns = width + 2 * some
        if count_rows:
            under = height + len(groups)
            parts.append((diagonal(np.ones(2 * some)), under, width))
            parts.append((diagonal(-np.maximum(most, 1.0)), under, columns))
            parts.append((Sparse(np.zeros(2 * some, int), np.arange(2 * some), np.ones(2 * some), (1, 2 * some)),
                          under + 2 * some, width))  # fmt: skip
            low, high = np.append(low, np.full(2 * some + 1, -INF)), np.append(high, [*np.zeros(2 * some), total])
            cost = np.append(np.zeros(columns), np.full(2 * some, -1.0))
            top = np.append(top, np.ones(2 * some))
            columns += 2 * some
        matrix = stacked(parts, (len(low), columns))
        return Program(matrix, cost, (low, high), (0.0, top), integer=whole).solve(gap=0.99)

    def given(self, found: Solution, whole: bool) -> np.ndarray:
        """Return by how much minimums are lowered and maximums raised (2, M), in whole seats."""
        width, some = self.problem.types, len(self.rows)
        out = np.zeros((2, self.problem.matrix.shape[0]))
        out[0, self.rows] = found.x[width : width + some]
        out[1, self.rows] = found.x[width + some : width + 2 * some]
        return (np.round(out) if whole else np.ceil(out - 1e-6)).astype(int)


def _alone(problem: Problem, kinds: Kinds, whole: bool, exact: bool) -> Iterator[dict[str, Any]]:
    """Yield the quotas of which changing one is enough."""
    began = time.monotonic()
    for row in _at_fault(problem):
        if time.monotonic() - began > ALL:
            return
        one = _Elastic(problem, np.array([row]))
        # when not even people cut in parts could make it there is no need to ask for whole ones
        if (found := one.solved(whole=False)) is None or (exact and (found := one.solved(whole=True)) is None):
            continue
        lowered, raised = one.given(found, exact)[:, row].tolist()
        change = {"fix": "alone"} | _change(problem, row, lowered, raised)
        if whole and lowered and (recruit := _recruits(problem, kinds, row, exact)):
            change["recruit"] = recruit
        yield change


def _at_fault(problem: Problem) -> list[int]:
    """Return the quotas that have a part in one proof that no panel is there (Farkas): changing another is no help."""
    every = np.arange(len(problem.quotas))
    found = _Elastic(problem, every).solved(whole=False)
    if found is None or found.value > -1e-6:  # the size is at fault, or that people are whole
        return every.tolist()
    return np.nonzero(np.abs(found.dual[: len(every)]) > 1e-9)[0].tolist()


def _together(problem: Problem, exact: bool) -> Iterator[dict[str, Any]]:
    elastic = _Elastic(problem, np.arange(len(problem.quotas)))
    found = elastic.solved(exact)
    if found is None:
        yield {"size": problem.k, "could_be": _largest_size(problem)}
        return
    if exact:
        found = elastic.solved(exact, total=round(-found.value), count_rows=True) or found
    eased = elastic.given(found, exact)
    for row in np.nonzero(eased.any(axis=0))[0].tolist():
        yield _change(problem, row, int(eased[0, row]), int(eased[1, row]))


def _change(problem: Problem, row: int, less: int, more: int) -> dict[str, Any]:
    quota = problem.quotas[row]
    out: dict[str, Any] = {
        "category": quota.category,
        "feature": quota.feature,
        "asked_min": quota.min,
        "asked_max": quota.max,
        "available": _available(problem, row),
    }
    if less:
        out["could_be_min"] = int(problem.low[row]) - less
    if more:
        out["could_be_max"] = quota.max + more
    return out


def _available(problem: Problem, row: int) -> int:
    """Return how many people with the feature one panel could hold: one a household."""
    having = np.zeros(problem.types)
    mine = problem.matrix.column[problem.matrix.row == row]
    having[mine] = problem.largest()[mine]
    return int(np.sum(np.minimum(problem.group_sums(having), problem.households)))


def _largest_size(problem: Problem) -> int:
    return int(np.sum(problem.households))


def _recruits(problem: Problem, kinds: Kinds, row: int, exact: bool) -> int:
    """Return the least number of new people with the feature that makes the quotas possible, 0 when none does.

    A new person may be like anybody in the pool except for that feature.
    """
    quota = problem.quotas[row]
    columns, values = quota.columns(kinds.columns), quota.values(kinds.columns)
    place = {column: i for i, column in enumerate(kinds.columns)}
    new = set()
    for features in kinds.features:
        changed = list(features)
        for column, value in zip(columns, values, strict=True):
            changed[place[column]] = value
        new.add(tuple(changed))
    count, extra = len(kinds), len(new)
    wider = replace(
        kinds,
        features=[*kinds.features, *sorted(new)],
        people=np.append(kinds.people, np.full(extra, problem.k)),
        group=np.append(kinds.group, len(kinds.households) + np.arange(extra)),
        households=np.append(kinds.households, np.full(extra, problem.k)),
    )
    widened = problem_of(wider, problem.quotas, problem.k)
    groups = Sparse(
        widened.group, np.arange(count + extra), np.ones(count + extra), (len(wider.households), count + extra)
    )
    height = widened.matrix.shape[0]
    matrix = stacked([(widened.matrix, 0, 0), (groups, height, 0)], (height + groups.shape[0], count + extra))
    cost = np.append(np.zeros(count), np.full(extra, -1.0))
    low, high = np.append(widened.low, np.full(groups.shape[0], -INF)), np.append(widened.high, widened.households)
    found = Program(matrix, cost, (low, high), (0.0, INF), integer=exact).solve(gap=0.99)
    return 0 if found is None else math.ceil(-found.value - 1e-6)
