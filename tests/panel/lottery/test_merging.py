"""Leaving households aside until they matter comes to the same as minding them all from the start."""

import random

import numpy as np
import pytest
from hypothesis import given, settings

from bench.lottery import HOME, with_homes, with_housemates
from panel.lottery import merging
from panel.lottery.certificate import proof
from panel.lottery.engine import draw
from panel.lottery.kinds import kinds_of
from panel.lottery.merging import Found, merged, solved
from panel.lottery.pool import Pool, features_used
from panel.lottery.problem import problem_of
from panel.lottery.quotas import Quota
from panel.lottery.relaxation import leximin
from panel.lottery.watching import Watch
from tests.panel.lottery.pools import lotteries


def problem_from(pool, quotas, k, household):
    return problem_of(kinds_of(pool, features_used(pool, quotas), household), quotas, k)


def fairest(problem):
    return Found(*leximin(problem, Watch()))


def crowded(seed):
    """Return a pool in which most people are housemates and some are nearly certain to be drawn."""
    source = random.Random(seed)
    n, k = 60, 14
    columns = {
        "sex": [source.choice("fm") for _ in range(n)],
        "age": [source.choices("abcd", (1, 3, 5, 8))[0] for _ in range(n)],
        "home": [str(source.randrange(28)) for _ in range(n)],
    }
    quotas = [Quota("sex", s, 5, 9) for s in "fm"] + [Quota("age", a, 3, 4) for a in "abcd"]
    return Pool([f"{i:02d}" for i in range(n)], columns), quotas, k


class TestMerged:
    def test_keeps_apart_only_who_lives_in_the_households_named(self):
        pool = Pool(list("abcd"), {"sex": list("fmfm"), "home": ["1", "1", "2", ""]})
        problem = problem_from(pool, [Quota("sex", "f", 0, 2), Quota("sex", "m", 0, 2)], 2, "home")
        together = merged(problem, np.zeros(len(problem.households), bool))
        assert sorted(together.problem.people.tolist()) == [2, 2]
        shared = np.isin(np.arange(len(problem.households)), problem.shared())
        apart = merged(problem, shared)
        assert sorted(apart.problem.people.tolist()) == [1, 1, 1, 1]
        assert apart.problem.households[apart.problem.shared()].tolist() == [1]


class TestSolved:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(lotteries(most=14, households=True))
    def test_equals_all_households_minded_from_the_start(self, lottery):
        problem = problem_from(*lottery, "home")
        assert solved(problem, fairest).x == pytest.approx(leximin(problem, Watch())[0], abs=1e-7)

    @pytest.mark.parametrize("seed", range(6))
    def test_proves_its_levels_over_everybody(self, seed):
        problem = problem_from(*crowded(seed), "home")
        found = solved(problem, fairest)
        assert problem.violation(found.x) < 1e-8
        proved = proof(problem, found.levels)
        assert proved.worst < 1e-7
        assert sorted(t for level in found.levels for t in level.types.tolist()) == list(range(problem.types))

    def test_looks_at_few_households_of_a_large_pool(self, monkeypatch):
        sizes = []
        monkeypatch.setattr(merging, "merged", lambda *given: sizes.append(merged(*given)) or sizes[-1])
        pool, quotas = with_homes(1_000, 100)
        problem = problem_from(pool, quotas, 100, HOME)
        solved(problem, fairest)
        assert len(sizes) < 6
        assert len(problem.shared()) > 10 * len(sizes[-1].problem.shared())


class TestDraw:
    @pytest.mark.parametrize("algorithm", ["leximin", "maximin", "nash", "proportionate"])
    def test_takes_no_housemates_and_keeps_quotas_in_crowded_homes(self, algorithm):
        pool, quotas, k = crowded(1)
        result = draw(pool, quotas, k, algorithm, "1", households="home", draws=40)
        assert not with_housemates(pool, result.selected)
        assert result.realisation_error < 1e-6
        place = {person: i for i, person in enumerate(pool.ids)}
        for ids in result.selected:
            for quota in quotas:
                assert (
                    quota.min <= sum(pool.columns[quota.category][place[i]] == quota.feature for i in ids) <= quota.max
                )
