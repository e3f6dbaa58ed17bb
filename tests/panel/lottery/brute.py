"""Leximin the long way: every panel of persons listed, one linear program for each question."""

from itertools import combinations

import numpy as np

from panel.lottery.problem import Sparse
from panel.lottery.programs import Program


def panels(pool, quotas, k, household=None):
    """Return every panel of `k` places that keeps the quotas and takes nobody's housemate."""
    homes = [pool.columns[household][i] or f"alone {i}" for i in range(len(pool))] if household else range(len(pool))
    return [c for c in combinations(range(len(pool)), k) if len({homes[i] for i in c}) == k and keeps(pool, quotas, c)]


def keeps(pool, quotas, places):
    return all(q.min <= sum(_has(pool, q, i) for i in places) <= q.max for q in quotas)


def _has(pool, quota, place):
    cells = zip(quota.columns(pool.columns), quota.values(pool.columns), strict=True)
    return all(pool.columns[column][place] == value for column, value in cells)


def leximin(n, found):
    """Return each person's probability under the leximin distribution over the panels `found`."""
    matrix = np.zeros((n, len(found)))
    for column, panel in enumerate(found):
        matrix[list(panel), column] = 1
    value = np.full(n, np.nan)
    while np.isnan(value).any():
        free = np.nonzero(np.isnan(value))[0]
        z = _best(matrix, value, free, None, 0.0)
        stuck = [i for i in free if _best(matrix, value, free, i, z) < z + 1e-7]
        value[stuck] = z
    return value


def _best(matrix, value, free, person, z):
    """Return the largest common value of the free, or, all of them having z, the largest of `person`."""
    n, width = matrix.shape
    full = np.zeros((n + 1, width + 1))
    full[:n, :width], full[n, :width] = matrix, 1
    low = np.append(np.where(np.isnan(value), z - 1e-10, value - 1e-10), 1.0)
    if person is None:
        low[free] = 0
        full[free, width] = -1
    cost = np.append(matrix[person], 0.0) if person is not None else np.append(np.zeros(width), 1.0)
    row, column = np.nonzero(full)
    sparse = Sparse(row, column, full[row, column], full.shape)
    return Program(sparse, cost, (low, np.append(np.full(n, 2.0), 1.0)), (0.0, 1.0)).solve().value
