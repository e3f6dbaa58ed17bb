"""The laws of the lottery: as fair as can be, whoever asks, in whatever order, under whatever names."""

import functools
import math
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.lottery import census_like
from panel.lottery.algorithms import ALGORITHMS
from panel.lottery.engine import draw
from panel.lottery.pool import Pool
from panel.lottery.quotas import Quota
from panel.lottery.randomness import Stream
from tests.panel.lottery import brute
from tests.panel.lottery.pools import example, lotteries

some = settings(max_examples=40, deadline=None, derandomize=True)


class TestLeximin:
    @some
    @given(lotteries())
    def test_equals_a_search_through_all_panels(self, lottery):
        pool, quotas, k = lottery
        best = brute.leximin(len(pool), brute.panels(pool, quotas, k))
        assert list(draw(pool, quotas, k, seed="1").probabilities.values()) == pytest.approx(list(best), abs=1e-6)

    @some
    @given(lotteries(households=True))
    def test_equals_a_search_through_all_panels_without_housemates(self, lottery):
        pool, quotas, k = lottery
        best = brute.leximin(len(pool), brute.panels(pool, quotas, k, "home"))
        result = draw(pool, quotas, k, seed="1", households="home")
        assert list(result.probabilities.values()) == pytest.approx(list(best), abs=1e-6)

    @some
    @given(lotteries(joint=True))
    def test_equals_a_search_through_all_panels_that_keep_joint_cells(self, lottery):
        pool, quotas, k = lottery
        best = brute.leximin(len(pool), brute.panels(pool, quotas, k))
        assert list(draw(pool, quotas, k, seed="1").probabilities.values()) == pytest.approx(list(best), abs=1e-6)

    def test_gives_everybody_a_tenth_in_the_published_example(self):
        result = draw(*example(), seed="1")
        assert set(result.probabilities.values()) == {0.1}
        assert result.upper_bound == pytest.approx(0.1, abs=1e-15)
        assert result.realisation_error < 1e-15

    def test_says_the_bound_it_cannot_reach(self):
        # Each pair of features must be met by one person; the relaxation cuts people in halves, panels cannot.
        pool = Pool(list("abc"), {"x": ["1", "1", "0"], "y": ["1", "0", "1"], "z": ["0", "1", "1"]})
        quotas = [Quota(c, v, 0, 1) for c in "xyz" for v in "01"]
        result = draw(pool, quotas, 1, seed="1")
        assert result.min_probability == pytest.approx(1 / 3)
        assert result.upper_bound >= result.min_probability - 1e-12

    def test_says_what_a_search_through_panels_proved_where_the_relaxation_promises_more(self):
        # Any two of a, b, c share a feature that one person may have: halves of all three would do, people do not.
        pool = Pool(list("abcd"), {"x": list("1100"), "y": list("1010"), "z": list("0110")})
        quotas = [quota for c in "xyz" for quota in (Quota(c, "1", 0, 1), Quota(c, "0", 0, 4))]
        result = draw(pool, quotas, 2, seed="1")
        assert result.audit["upper_bound"] == pytest.approx(1 / 2)
        assert result.upper_bound == pytest.approx(1 / 3, abs=1e-12)
        assert list(result.probabilities.values()) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1], abs=1e-12)

    @some
    @given(lotteries())
    def test_proves_the_least_probability_to_the_last_digits(self, lottery):
        result = draw(*lottery, seed="1")
        assert result.min_probability <= result.upper_bound
        assert result.upper_bound - result.min_probability < 1e-9


class TestEveryAlgorithm:
    @pytest.mark.parametrize("algorithm", [a for a in ALGORITHMS if a != "random"])
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(st.booleans().flatmap(lambda j: lotteries(most=12, households=True, joint=j)), st.text(max_size=5))
    def test_keeps_quotas_size_and_households_in_every_draw(self, algorithm, lottery, seed):
        pool, quotas, k = lottery
        result = draw(pool, quotas, k, algorithm, seed, households="home", draws=5)
        place = {person: i for i, person in enumerate(pool.ids)}
        for ids in result.selected:
            chosen = [place[person] for person in ids]
            assert len(set(chosen)) == k
            assert len({pool.columns["home"][i] for i in chosen}) == k
            assert brute.keeps(pool, quotas, chosen)

    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(lotteries(most=12))
    def test_publishes_probabilities_that_add_up_to_the_size(self, algorithm, lottery):
        pool, quotas, k = lottery
        result = draw(pool, quotas, k, algorithm, "1")
        assert sum(result.probabilities.values()) == pytest.approx(k, abs=1e-7)
        assert result.min_probability <= result.upper_bound + 1e-9
        if algorithm in ("leximin", "maximin"):
            assert result.realisation_error < 1e-9

    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(lotteries(most=9), st.randoms(use_true_random=False))
    def test_does_not_mind_the_order_of_people_the_names_or_a_doubled_feature(self, algorithm, lottery, source):
        pool, quotas, k = lottery
        plain = draw(pool, quotas, k, algorithm, "1").probabilities
        order = list(range(len(pool)))
        source.shuffle(order)
        new = {"a": "z", "b": "ä b", "c": "0"}
        columns = {f"new {c}": [new[pool.columns[c][i]] for i in order] for c in pool.columns}
        columns["again"] = list(columns["new sex"])
        renamed = [Quota(f"new {q.category}", new[q.feature], q.min, q.max) for q in quotas]
        renamed += [Quota("again", q.feature, q.min, q.max) for q in renamed if q.category == "new sex"]
        moved = draw(Pool([pool.ids[i] for i in order], columns), renamed, k, algorithm, "1").probabilities
        # Leximin is settled by linear programs; the others end where their goal rises by too little to tell.
        assert moved == pytest.approx(plain, abs=1e-9 if algorithm in ("leximin", "random") else 1e-5)

    def test_random_takes_no_notice_of_quotas(self):
        pool, quotas, k = example()
        result = draw(pool, quotas, k, "random", "1", draws=30)
        assert set(result.probabilities.values()) == {0.1}
        assert all(len(set(ids)) == k for ids in result.selected)
        assert any(sum(int(i) < 99 for i in ids) < 9 for ids in result.selected)

    def test_nash_is_the_best_product(self):
        # Two of sex a, one of b; one is chosen; a at most half the time is no quota here: everybody alike is best.
        pool = Pool(list("abc"), {"sex": ["a", "a", "b"]})
        result = draw(pool, [Quota("sex", "a", 0, 1), Quota("sex", "b", 0, 1)], 1, "nash", "1")
        assert list(result.probabilities.values()) == pytest.approx([1 / 3] * 3, abs=1e-6)


DRAWS = 10_000
#: So likely is it that a lottery that is as published has anybody among the improbable.
RISK = 0.001


def binomial_tail(seen, chance):
    """Return how probable it is to be chosen `seen` times in DRAWS or farther out: twice the smaller exact tail."""
    if chance <= 0 or chance >= 1:
        return float(seen == DRAWS * chance)
    here = math.lgamma(DRAWS + 1) + seen * math.log(chance) + (DRAWS - seen) * math.log1p(-chance)
    term = math.exp(here - math.lgamma(seen + 1) - math.lgamma(DRAWS - seen + 1))
    odds = chance / (1 - chance)
    above = below = up = down = term
    for more in range(seen, DRAWS):
        up *= (DRAWS - more) / (more + 1) * odds
        above += up
    for less in range(seen, 0, -1):
        down *= less / (DRAWS - less + 1) / odds
        below += down
    return min(1.0, 2 * min(above, below))


def improbable(result):
    """Return who was chosen too often or too rarely: draws are independent, so each one's number is binomial.

    Bonferroni's correction for as many tests as people: the numbers of two people hang together.
    """
    seen = Counter(person for ids in result.selected for person in ids)
    tail = functools.cache(binomial_tail)
    chances = result.probabilities
    return [person for person, chance in chances.items() if tail(seen[person], chance) < RISK / len(chances)]


def uneven_example():
    pool, quotas, k = example()
    return pool, [*quotas[:2], Quota("leaning", "liberal", 10, 20, 4), quotas[3]], k


class TestDraws:
    @pytest.mark.parametrize("pool", [uneven_example, lambda: (*census_like(60, 8, seed=2), 8)])
    def test_of_ten_thousand_agree_with_the_published_probabilities(self, pool):
        result = draw(*pool(), seed="fixed", draws=DRAWS)
        assert len(set(result.probabilities.values())) > 1
        assert improbable(result) == []

    def test_of_ten_thousand_tell_on_numbers_that_are_a_little_too_often_nought(self, monkeypatch):
        fair = Stream.below
        monkeypatch.setattr(Stream, "below", lambda self, bound: 0 if fair(self, 20) == 0 else fair(self, bound))
        assert improbable(draw(*uneven_example(), seed="fixed", draws=DRAWS))

    @pytest.mark.parametrize(("seen", "which"), [(5, range(6)), (14, range(15)), (60, range(60, 200))])
    def test_are_tested_by_tails_that_fractions_confirm(self, seen, which):
        whole = sum(math.comb(DRAWS, times) * 399 ** (DRAWS - times) for times in which)
        assert binomial_tail(seen, 1 / 400) == pytest.approx(float(2 * Fraction(whole, 400**DRAWS)), rel=1e-8)

    def test_of_people_who_cannot_or_must_be_chosen_have_no_leeway(self):
        assert [binomial_tail(*pair) for pair in ((0, 0.0), (1, 0.0), (DRAWS, 1.0), (DRAWS - 1, 1.0))] == [1, 0, 1, 0]

    def test_repeat_with_the_same_seed_and_differ_with_another(self):
        pool, quotas, k = example()
        first = draw(pool, quotas, k, seed="one").selected
        assert draw(pool, quotas, k, seed="one").selected == first
        assert draw(pool, quotas, k, seed="two").selected != first
