"""When no panel keeps the quotas: the smallest changes that would make one possible; changes.py says them in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from panel.lottery.kinds import Kinds
from panel.lottery.problem import Problem, Sparse, problem_of
from panel.lottery.programs import INF, Program, stacked


def suggestions(problem: Problem, kinds: Kinds, whole: bool = True) -> list[dict[str, Any]]:
    """Return changes, each enough by itself ("alone"), then a smallest set of changes to make together ("together").

    Each has: fix, category, feature, asked_min, asked_max, available (people who could be chosen), and could_be_min or
    could_be_max; recruit says how many more people of that feature would do instead, if any number would.
    With `whole` false rows may count parts of people (expected answers), and changes are rounded outwards.
    """
    single = list(_alone(problem, kinds, whole))
    return single or [{"fix": "together"} | change for change in _together(problem, whole)]


def _eased(problem: Problem, rows: np.ndarray, whole: bool = True) -> np.ndarray | None:
    """Return by how much minimums are lowered and maximums raised, at least in all (2, M); None when nothing helps."""
    height, count = problem.matrix.shape
    groups = Sparse(problem.group, np.arange(count), np.ones(count), (len(problem.households), count))
    place = np.arange(len(rows))
    lower = Sparse(rows, place, np.ones(len(rows)), (height, len(rows)))
    upper = Sparse(rows, place, -np.ones(len(rows)), (height, len(rows)))
    matrix = stacked(
        [(problem.matrix, 0, 0), (lower, 0, count), (upper, 0, count + len(rows)), (groups, height, 0)],
        (height + len(problem.households), count + 2 * len(rows)),
    )
    low = np.append(problem.low, np.zeros(len(problem.households)))
    high = np.append(problem.high, problem.households)
    cost = np.append(np.zeros(count), np.full(2 * len(rows), -1.0))
    top = np.concatenate([problem.largest(), problem.low[rows], np.full(len(rows), float(problem.k))])
    found = Program(matrix, cost, (low, high), (0.0, top), integer=whole).solve()
    if found is None:
        return None
    out = np.zeros((2, height))
    out[0, rows], out[1, rows] = found.x[count : count + len(rows)], found.x[count + len(rows) :]
    return (np.round(out) if whole else np.ceil(out - 1e-6)).astype(int)


def _alone(problem: Problem, kinds: Kinds, whole: bool) -> Iterator[dict[str, Any]]:
    """Yield the quotas of which changing one is enough."""
    for row in range(len(problem.quotas)):
        if (eased := _eased(problem, np.array([row]), whole=False)) is None:
            continue  # not even people cut in parts could make it
        if whole:
            eased = _eased(problem, np.array([row]))
        if eased is not None:
            change = {"fix": "alone"} | _change(problem, row, int(eased[0, row]), int(eased[1, row]))
            if whole and eased[0, row] and (recruit := _recruits(problem, kinds, row)):
                change["recruit"] = recruit
            yield change


def _together(problem: Problem, whole: bool) -> Iterator[dict[str, Any]]:
    eased = _eased(problem, np.arange(len(problem.quotas)), whole)
    if eased is None:
        yield {"size": problem.k, "could_be": _largest_size(problem)}
        return
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
        out["could_be_min"] = quota.min - less
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


def _recruits(problem: Problem, kinds: Kinds, row: int) -> int:
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
    found = Program(matrix, cost, (low, high), (0.0, INF), integer=True).solve()
    return 0 if found is None else int(np.round(-found.value))
