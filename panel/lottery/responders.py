"""How many to invite of each feature, so that those who will answer make up the panel that was asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from panel.lottery import errors, separable
from panel.lottery.infeasible import suggestions
from panel.lottery.kinds import Kinds, kinds_of
from panel.lottery.pool import Pool, check_features, features_used
from panel.lottery.problem import Problem, Sparse, problem_of
from panel.lottery.programs import Program
from panel.lottery.quotas import Quota, check_quotas
from panel.lottery.watching import Watch


@dataclass(frozen=True)
class Invitation:
    """`size` people to invite within `quotas` (of invitations); `expected` says how many of each quota will answer."""

    size: int
    quotas: list[Quota]
    expected: list[float]


def invitation(pool: Pool, quotas: Sequence[Quota], k: int, response: str, households: str | None = None) -> Invitation:
    """Return whom to draw so that `k` answers and `quotas` of answers are expected.

    `response` is the pool's column of each person's chance of answering (above 0, at most 1); a type's is the mean of
    its people. Among all ways the expected answers are spread nearest to evenly (Kullback-Leibler, see separable.py),
    then each quota's invitations are rounded to the whole numbers around them: what is expected is off by less than
    one invitation a quota. Raises RefusedError, InfeasibleError.
    """
    check_quotas(quotas)
    columns = features_used(pool, quotas)
    check_features(pool, quotas)
    kinds = kinds_of(pool, columns, households)
    rates = _rates(pool, kinds, response)
    problem = problem_of(kinds, quotas, k)
    answering = replace(problem, matrix=_weighted(problem.matrix, rates))
    x = _spread(answering, kinds)
    size = round(float(np.sum(x)))
    invited = problem.matrix.times(x)[:-1]
    wanted = [
        replace(quota, min=math.floor(count + 1e-6), max=math.ceil(count - 1e-6))
        for quota, count in zip(quotas, invited.tolist(), strict=True)
    ]
    return Invitation(size, wanted, answering.matrix.times(x)[:-1].tolist())


def _rates(pool: Pool, kinds: Kinds, response: str) -> np.ndarray:
    values = np.array([_rate(pool, response, place, text) for place, text in enumerate(pool.column(response))])
    return np.array([float(np.mean(values[members])) for members in kinds.members])


def _rate(pool: Pool, column: str, place: int, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate <= 1:
        raise errors.NotARateError(file=pool.name, row=pool.line(place), column=column)
    return rate


def _weighted(matrix: Sparse, rates: np.ndarray) -> Sparse:
    return Sparse(matrix.row, matrix.column, matrix.value * rates[matrix.column], matrix.shape)


def _spread(answering: Problem, kinds: Kinds) -> np.ndarray:
    rows = (answering.low, answering.high)
    if Program(answering.matrix, 0.0, rows, (0.0, answering.largest().astype(float))).solve() is None:
        raise errors.InfeasibleError(suggestions=suggestions(answering, kinds, whole=False), k=answering.k)
    nothing = np.zeros(answering.types)
    goal = separable.Goal(nash=False, least=nothing, still=nothing > 0)
    return separable.solve(answering, goal, Watch()).x
