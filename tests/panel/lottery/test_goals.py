"""Nash and proportionate are the best of their kind: no panel that is there would make them better by its share."""

import numpy as np
import pytest
from hypothesis import given, settings

from bench.lottery import census_like
from panel.lottery.engine import draw
from panel.lottery.kinds import kinds_of
from panel.lottery.panels import Box
from panel.lottery.pool import features_used
from panel.lottery.problem import problem_of
from panel.lottery.programs import Program
from tests.panel.lottery.pools import lotteries

some = settings(max_examples=25, deadline=None, derandomize=True)


def solution(pool, quotas, k, algorithm, households=None):
    """Return the problem and the expected numbers of each type."""
    result = draw(pool, quotas, k, algorithm, "1", households=households)
    problem = problem_of(kinds_of(pool, features_used(pool, quotas), households), quotas, k)
    return problem, np.array(result.audit["types"]["probability"]) * problem.people


def slope(problem, x, algorithm):
    """Return how much the goal rises with each type's number; 0 for those that nobody can choose."""
    there = x > 1e-9
    if algorithm == "nash":
        return np.divide(problem.people, x, out=np.zeros(len(x)), where=there)
    even = problem.people * (problem.k / problem.people.sum())
    return np.where(there, -np.log(np.where(there, x, 1.0) / even), 0.0)


class TestOptimality:
    """A concave goal is best where no point of the polytope lies uphill (the first-order condition)."""

    @pytest.mark.parametrize("algorithm", ["nash", "proportionate"])
    @some
    @given(lotteries(most=12, households=True))
    def test_over_whole_panels_of_small_pools(self, algorithm, lottery):
        problem, x = solution(*lottery, algorithm, "home")
        box = Box(problem, np.zeros(problem.types, int), problem.largest())
        up = slope(problem, x, algorithm)
        assert up[box.open] @ (box.best(up[box.open]) - x[box.open]) < 1e-4 * problem.people.sum()

    @pytest.mark.parametrize("algorithm", ["nash", "proportionate"])
    def test_over_the_polytope_of_a_larger_pool(self, algorithm):
        problem, x = solution(*census_like(400, 40), 40, algorithm)
        up = slope(problem, x, algorithm)
        rows, columns = (problem.low, problem.high), (0.0, problem.largest().astype(float))
        best = Program(problem.matrix, up, rows, columns).solve()
        assert best.value - up @ x < 1e-6 * problem.people.sum()
