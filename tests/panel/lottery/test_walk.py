"""The walk: exact sums, right expectations, the same again."""

import json
import random
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from bench.lottery import census_like
from panel.lottery import panels, residue
from panel.lottery.engine import draw
from panel.lottery.kinds import kinds_of
from panel.lottery.panels import UNITS
from panel.lottery.pool import features_used
from panel.lottery.problem import problem_of
from panel.lottery.randomness import Seed, Stream, commitment
from panel.lottery.relaxation import leximin
from panel.lottery.verifying import differences
from panel.lottery.walk import Walk
from panel.lottery.watching import Watch


@pytest.fixture(scope="module")
def census():
    pool, quotas = census_like(400, 40)
    homes = random.Random(3)
    pool.columns["home"] = [str(homes.randrange(250)) for _ in range(400)]
    return pool, quotas


@pytest.fixture(scope="module", params=[None, "home"])
def problem(request, census):
    pool, quotas = census
    problem = problem_of(kinds_of(pool, features_used(pool, quotas), request.param), quotas, 40)
    return problem, leximin(problem, Watch())[0]


class TestWalk:
    def test_changes_no_sum_and_leaves_no_bound(self, problem):
        polytope, target = problem
        walk = Walk(polytope, target, Stream("a", "1"))
        walk.go(60)
        assert len(walk.open_types()) <= 60
        assert polytope.matrix.times(walk.x) == pytest.approx(polytope.matrix.times(target), abs=1e-9)
        assert np.all(walk.x >= np.floor(target) - 1e-9)
        assert np.all(walk.x <= np.ceil(target) + 1e-9)
        assert np.all(polytope.group_sums(walk.x) <= polytope.households + 1e-9)

    @pytest.mark.slow
    def test_keeps_expectations(self, problem):
        polytope, target = problem
        walks = 120
        mean, square = np.zeros(polytope.types), np.zeros(polytope.types)
        for number in range(walks):
            walk = Walk(polytope, target, Stream("fixed", str(number)))
            walk.go(80)
            mean += walk.x / walks
            square += (walk.x - target) ** 2 / walks
        error = np.sqrt(np.maximum(square, 1e-12) / walks)
        assert np.mean(((mean - target) / error) ** 2) == pytest.approx(1, abs=0.5)

    def test_is_the_same_again(self, problem):
        polytope, target = problem
        ends = []
        for _ in range(2):
            walk = Walk(polytope, target, Stream("b", "1"))
            walk.go(70)
            ends.append(walk.x.tobytes())
        assert ends[0] == ends[1]


class TestResidual:
    def test_lets_some_others_move_where_the_open_types_alone_do_not_make_it_up(self, problem, monkeypatch):
        polytope, target = problem
        walk = Walk(polytope, target, Stream("a", "1"))
        walk.go(64)
        monkeypatch.setattr(residue, "next_to", lambda *_: None)
        mixture = residue.ended(walk, (64,), Watch()).mixture
        assert mixture.error < 1e-6
        assert all(polytope.violation(panel.astype(float)) == 0 for panel in mixture.panels)
        moved = np.any(mixture.panels != np.round(walk.x), axis=0)
        assert moved.sum() <= 64 + residue.OTHERS[0]

    def test_goes_straight_ahead_though_a_walk_leaves_sums_a_trillionth_beyond_a_quota(self, problem, monkeypatch):
        polytope, target = problem
        walk = Walk(polytope, target, Stream("a", "1"))
        walk.go(64)
        walk.state.x[walk.open_types()[0]] += 3e-12
        left = []
        straight = panels._straight
        monkeypatch.setattr(panels, "_straight", lambda *given: left.append(straight(*given)) or left[-1])
        assert residue.next_to(walk, Watch()).error < 1e-9
        assert left[0][2] < 0.5  # the search for panels that is left has little weight to place


class TestEnd:
    def test_is_the_first_stop_and_never_one_that_was_gone_past(self, problem, monkeypatch):
        polytope, target = problem
        tried, straight = [], residue.next_to

        def failing_twice(walk, watch):
            tried.append(len(walk.open_types()))
            return straight(walk, watch) if len(tried) > 2 else None

        monkeypatch.setattr(residue, "next_to", failing_twice)
        walk = Walk(polytope, target, Stream("a", "1"))
        end = residue.ended(walk, (90, 80, 64, 50), Watch())
        assert end.stops == [90, 80, 64]
        assert all(there <= stop for there, stop in zip(tried, end.stops, strict=True))
        assert end.mixture.error < 1e-9
        assert np.max(np.abs(end.mixture.mean - walk.x)) < 1e-9

    def test_hangs_on_the_size_of_the_pool_alone(self):
        pools = [SimpleNamespace(types=types) for types in (100, 2_000, 2_001, 20_001)]
        assert [residue.stops_for(pool)[0] for pool in pools] == [100, 100, 150, 250]

    def test_has_no_more_stops_where_no_direction_is_left(self, problem, monkeypatch):
        polytope, target = problem
        monkeypatch.setattr(Walk, "go", lambda *_: None)
        monkeypatch.setattr(residue, "next_to", lambda *_: None)
        monkeypatch.setattr(residue, "OTHERS", ())
        assert residue.ended(Walk(polytope, target, Stream("a", "1")), (64, 50), Watch()) is None


class TestLargePools:
    @pytest.mark.slow
    def test_are_drawn_by_a_walk_that_can_be_verified(self, census):
        pool, quotas = census
        result = draw(pool, quotas, 40, seed="1", households="home")
        assert result.audit["method"] == "walk"
        assert result.realisation_error < 1e-9
        assert result.upper_bound - result.min_probability < 1e-9
        for ids in result.selected:
            places = [pool.ids.index(person) for person in ids]
            assert len({pool.columns["home"][i] for i in places}) == 40
            for quota in quotas:
                assert quota.min <= sum(pool.columns[quota.category][i] == quota.feature for i in places) <= quota.max
        assert result.audit["draws"][0]["stops"] == [residue.stops_for(SimpleNamespace(types=result.types))[0]]
        assert differences(result.audit, pool, result.selected) == []

    @pytest.mark.slow
    def test_are_repeated_with_the_stops_that_were_left(self, census, monkeypatch):
        pool, quotas = census
        straight, left = residue.next_to, []
        monkeypatch.setattr(residue, "next_to", lambda *given: straight(*given) if left else left.append(1))
        result = draw(pool, quotas, 40, seed="1")
        assert result.audit["draws"][0]["stops"] == [100, 64]
        sheet = json.loads(json.dumps(result.audit))
        assert differences(sheet, pool, result.selected) == []
        for stops in ([64], [100], [], [100, 50]):
            sheet["draws"][0]["stops"] = stops
            assert differences(sheet)


class TestStream:
    def test_begins_with_the_hash_of_seed_label_and_counter(self):
        # sha256("seed\nlabel\n" + eight zero bytes), computed apart
        import hashlib

        digest = hashlib.sha256(b"seed\nlabel\n" + bytes(8)).digest()
        assert Stream("seed", "label").below(1 << 64) == int.from_bytes(digest[:8], "big")

    def test_gives_every_number_alike(self):
        stream = Stream("fixed", "1")
        counts = np.bincount([stream.below(6) for _ in range(6000)], minlength=6)
        assert np.sum((counts - 1000) ** 2 / 1000) < 20.5  # chi-square, 5 degrees of freedom, p = 0.001

    def test_chooses_by_weight(self):
        assert {Stream("a", str(i)).choose([0, UNITS, 0]) for i in range(20)} == {1}

    def test_refuses_an_empty_range(self):
        with pytest.raises(ValueError, match="1 or more"):
            Stream("a", "b").below(0)


class TestSeed:
    def test_mixes_the_public_value_with_the_committed_secret(self):
        seed = Seed("04 11 23", "hidden")
        assert seed.published()["secret_sha256"] == commitment("hidden")
        assert seed.text == "04 11 23|hidden"

    def test_weights_are_exact(self):
        pool, quotas = census_like(40, 6, seed=2)
        result = draw(pool, quotas, 6, seed="1")
        weights = result.audit["distribution"]["weights"]
        assert sum(Fraction(w, UNITS) for w in weights) == 1
