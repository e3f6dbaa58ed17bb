"""A draw tells how far it is and stops when it is told to, within a long call of the solver, too."""

import random
import time

import numpy as np
import pytest

from bench.lottery import census_like
from panel.lottery.engine import draw
from panel.lottery.errors import CancelledError
from panel.lottery.problem import Sparse
from panel.lottery.programs import Program, watched
from panel.lottery.watching import STAGES, Watch


def hard(count=60, rows=30):
    """Return an integer program (a market split) that nobody solves in seconds."""
    source = random.Random(1)
    values = np.array([[source.randrange(100) for _ in range(count)] for _ in range(rows)], float)
    row, column = np.nonzero(values)
    sums = np.floor(values.sum(axis=1) / 2)
    matrix = Sparse(row, column, values[row, column], values.shape)
    return Program(matrix, 0.0, (sums, sums), (0.0, 1.0), integer=True)


class TestWatched:
    def test_stops_the_solver_while_it_runs(self):
        began = time.monotonic()
        with watched(Watch(cancelled=lambda: time.monotonic() > began + 0.3)), pytest.raises(CancelledError):
            hard().solve()
        assert time.monotonic() - began < 5

    def test_leaves_a_draw_alone_that_is_wanted(self):
        pool, quotas = census_like(60, 12, seed=2)
        calls = []
        result = draw(pool, quotas, 12, seed="1", cancelled=lambda: calls.append(1) is not None)
        assert calls
        assert result.selected == draw(pool, quotas, 12, seed="1").selected


class TestStep:
    def test_never_goes_back(self):
        told = []
        pool, quotas = census_like(300, 30)
        draw(pool, quotas, 30, seed="1", draws=2, progress=lambda stage, share: told.append((stage, share)))
        places = [(list(STAGES).index(stage), share) for stage, share in told]
        assert places == sorted(places)
        assert {stage for stage, _ in told} == set(STAGES)
        assert told[-1] == ("draw", 1.0)
