"""Laws of the measures, and values known from elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.representation import measures
from panel.representation.measures import Margin

shares = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10_000), min_size=1)


def margin(codes, wanted):
    wanted = np.array(wanted, dtype=float)
    return Margin(np.array(codes), wanted / wanted.sum())


class TestWilson:
    def test_agrees_with_a_published_value(self):
        # Newcombe 1998, table I: 81 of 263.
        low, high = measures.wilson(81, 263)
        assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)

    @given(st.integers(1, 5000), st.data())
    def test_holds_the_share_and_stays_between_nought_and_one(self, whole, data):
        part = data.draw(st.integers(0, whole))
        low, high = measures.wilson(part, whole)
        assert 0 <= low <= part / whole + 1e-12
        assert part / whole - 1e-12 <= high <= 1


class TestDissimilarity:
    @given(shares, shares)
    def test_lies_between_nought_and_one(self, panel, population):
        index = measures.dissimilarity(panel, population)
        assert index is None or 0 <= index <= 1
        assert (index is None) == (not sum(panel.values()) or not sum(population.values()))

    @given(shares.filter(lambda s: sum(s.values())), st.integers(1, 50))
    def test_is_nought_for_a_mirror_of_any_size(self, population, times):
        panel = {k: n * times for k, n in population.items()}
        assert measures.dissimilarity(panel, population) == pytest.approx(0, abs=1e-12)

    def test_is_one_where_nothing_is_shared(self):
        assert measures.dissimilarity({"a": 5}, {"b": 7}) == 1


cells = st.integers(2, 4).flatmap(
    lambda a: st.integers(2, 4).flatmap(
        lambda b: st.tuples(
            st.just(a), st.just(b),
            st.lists(st.integers(1, 200), min_size=a * b, max_size=a * b),
            st.lists(st.integers(1, 100), min_size=a, max_size=a),
            st.lists(st.integers(1, 100), min_size=b, max_size=b),
        )
    )
)  # fmt: skip


class TestRake:
    @given(cells)
    @settings(deadline=None)
    def test_reproduces_every_margin(self, drawn):
        a, b, counts, rows, columns = drawn
        counts = np.array(counts, dtype=float)
        one = margin(np.repeat(np.arange(a), b), rows)
        two = margin(np.tile(np.arange(b), a), columns)
        weights = measures.rake(counts, [one, two])
        weighted = (weights * counts).reshape(a, b)
        assert np.allclose(weighted.sum(axis=1) / counts.sum(), one.shares, rtol=1e-6)
        assert np.allclose(weighted.sum(axis=0) / counts.sum(), two.shares, rtol=1e-6)
        assert (weights * counts).sum() == pytest.approx(counts.sum())

    def test_leaves_those_alone_of_whom_nothing_is_known(self):
        counts = np.array([10.0, 30.0, 20.0])
        weights = measures.rake(counts, [margin([0, 1, -1], [1, 1])])
        assert weights == pytest.approx([2.0, 2 / 3, 1.0])

    def test_spreads_the_share_of_a_category_with_nobody_over_the_others(self):
        weights = measures.rake(np.array([10.0, 10.0]), [margin([0, 1], [1, 3, 4])])
        assert weights == pytest.approx([0.5, 1.5])


class TestEffectiveSize:
    def test_is_the_number_of_people_where_all_weigh_the_same(self):
        assert measures.effective_size(np.array([30.0, 70.0]), np.array([2.0, 2.0])) == pytest.approx(100)

    def test_is_kish_s_formula(self):
        # n = 4, w = 1, 1, 1, 3: deff = 4 * 12 / 36.
        assert measures.effective_size(np.array([3.0, 1.0]), np.array([1.0, 3.0])) == pytest.approx(3)

    @given(cells)
    @settings(deadline=None)
    def test_is_never_more_than_there_are(self, drawn):
        a, b, counts, rows, _columns = drawn
        counts = np.array(counts, dtype=float)
        weights = measures.rake(counts, [margin(np.repeat(np.arange(a), b), rows)])
        assert 0 < measures.effective_size(counts, weights) <= counts.sum() * (1 + 1e-9)


class TestRIndicator:
    @given(st.lists(st.integers(2, 10_000), min_size=1, max_size=8), st.floats(0.001, 1))
    def test_is_one_for_a_perfect_mirror(self, sizes, rate):
        found = measures.r_indicator(np.array(sizes, dtype=float), np.full(len(sizes), rate))
        assert found.r == pytest.approx(1, abs=1e-6)
        assert found.comparable == pytest.approx(1, abs=1e-6)

    def test_is_one_for_a_panel_raked_from_a_mirror(self):
        counts = np.array([10.0, 20.0, 30.0, 40.0])
        one, two = margin([0, 0, 1, 1], [30, 70]), margin([0, 1, 0, 1], [40, 60])
        weights = measures.rake(counts, [one, two])
        assert measures.of_weights(counts, weights, 1000, 0).r == pytest.approx(1)

    def test_is_nought_where_half_surely_answer_and_half_never(self):
        found = measures.r_indicator(np.array([5e6, 5e6]), np.array([1.0, 0.0]))
        assert found.r == pytest.approx(0, abs=1e-6)
        assert found.largest_bias == pytest.approx(1, abs=1e-6)

    def test_falls_as_propensities_spread(self):
        sizes = np.array([500.0, 500.0])
        values = [measures.r_indicator(sizes, np.array([0.5 - d, 0.5 + d])).r for d in (0, 0.1, 0.2, 0.4)]
        assert values == sorted(values, reverse=True)

    def test_does_not_depend_on_size_in_its_comparable_form(self):
        sizes = np.array([5e6, 5e6])
        small, large = (measures.r_indicator(sizes, np.array([r, 2 * r])) for r in (0.0001, 0.3))
        assert small.comparable == pytest.approx(large.comparable, abs=1e-6)
        assert small.r > large.r

    def test_takes_chance_off(self):
        sizes, rates = np.array([50.0, 50.0]), np.array([0.45, 0.55])
        assert measures.r_indicator(sizes, rates, 2).r > measures.r_indicator(sizes, rates).r
