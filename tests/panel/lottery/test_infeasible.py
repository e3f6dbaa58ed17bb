"""Quotas that cannot be met: the smallest changes, in plain words."""

from dataclasses import replace

import pytest

from bench.lottery import census_like
from panel.lottery.changes import in_words, worded
from panel.lottery.engine import draw
from panel.lottery.errors import InfeasibleError
from panel.lottery.kinds import kinds_of
from panel.lottery.planning import exists
from panel.lottery.pool import Pool, features_used
from panel.lottery.problem import problem_of
from panel.lottery.quotas import Quota


def failing(pool, quotas, k, **options):
    with pytest.raises(InfeasibleError) as raised:
        draw(pool, quotas, k, seed="1", **options)
    return raised.value.suggestions


def ages(young, old):
    count = young + old
    return Pool([str(i) for i in range(count)], {"age": ["18-24"] * young + ["25+"] * old})


class TestSuggestions:
    def test_says_how_many_there_are_and_how_many_to_recruit(self):
        quotas = [Quota("age", "18-24", 12, 20), Quota("age", "25+", 0, 20)]
        (change,) = failing(ages(9, 30), quotas, 20)
        assert (change["could_be_min"], change["available"], change["recruit"]) == (9, 9, 3)
        assert in_words(change) == ("age 18-24 at least 12: only 9 could take part; lower it to 9, or recruit 3.")

    def test_names_each_quota_that_would_do_alone(self):
        quotas = [Quota("age", "18-24", 6, 20), Quota("age", "25+", 6, 20)]
        found = failing(ages(20, 20), quotas, 10)
        assert [(c["feature"], c["could_be_min"], c.get("recruit")) for c in found] == [
            ("18-24", 4, None),
            ("25+", 4, None),
        ]

    def test_raises_a_maximum_where_that_is_enough(self):
        quotas = [Quota("age", "18-24", 0, 3), Quota("age", "25+", 0, 4)]
        found = failing(ages(20, 20), quotas, 10)
        assert [c["could_be_max"] for c in found] == [6, 7]

    def test_gives_a_smallest_set_where_no_single_change_is_enough(self):
        pool = Pool(list("abcd"), {"sex": list("ffmm"), "age": list("yoyo")})
        quotas = [Quota("sex", "f", 3, 4), Quota("sex", "m", 0, 4), Quota("age", "y", 0, 4), Quota("age", "o", 4, 4)]
        found = failing(pool, quotas, 4)
        assert {c["fix"] for c in found} == {"together"}
        eased = {(c["category"], c["feature"]): c for c in found}
        fixed = [
            Quota(q.category, q.feature, c.get("could_be_min", q.min), c.get("could_be_max", q.max))
            for q in quotas
            for c in [eased.get((q.category, q.feature), {})]
        ]
        assert len(draw(pool, fixed, 4, seed="1").selected[0]) == 4

    def test_counts_housemates_once(self):
        pool = Pool([str(i) for i in range(6)], {"age": ["y"] * 3 + ["o"] * 3, "home": ["1", "1", "1", "", "", ""]})
        quotas = [Quota("age", "y", 2, 4), Quota("age", "o", 0, 4)]
        (change,) = failing(pool, quotas, 3, households="home")
        assert (change["available"], change["could_be_min"]) == (1, 1)

    def test_says_when_the_households_are_too_few(self):
        pool = Pool(list("abc"), {"age": ["y"] * 3, "home": ["1", "1", "2"]})
        (change,) = failing(pool, [Quota("age", "y", 0, 3)], 3, households="home")
        assert change["could_be"] == 2
        assert in_words(change) == "3 people were asked for: at most 2 could take part."

    def test_touches_the_fewest_quotas_among_equals(self):
        # a seats 8 of 10; b and c want 4 between them: 2 too many, which either of b and c could give up alone
        pool = Pool([str(i) for i in range(30)], {"x": list("aaabbbcccd") * 3, "y": ["u", "v"] * 15})
        quotas = [Quota("x", f, low, 10) for f, low in (("a", 8), ("b", 3), ("c", 3), ("d", 0))]
        quotas += [Quota("y", "u", 6, 10), Quota("y", "v", 6, 10)]
        found = failing(pool, quotas, 10)
        assert {change["fix"] for change in found} == {"together"}
        assert sum(change["asked_min"] - change["could_be_min"] for change in found) == 6
        assert len(found) == 2

    def test_is_enough_and_the_smallest_in_a_large_pool(self):
        pool, quotas = census_like(4_000, 200)
        asked = [replace(q, min=100, max=200) if q.feature == "age 00" else q for q in quotas]
        (change,) = failing(pool, asked, 200)

        def feasible(least):
            eased = [replace(q, min=least) if q.feature == "age 00" else q for q in asked]
            kinds = kinds_of(pool, features_used(pool, eased))
            return exists(problem_of(kinds, eased, 200), whole=False)

        assert change["feature"] == "age 00"
        assert feasible(change["could_be_min"])
        assert not feasible(change["could_be_min"] + 1)


class TestWorded:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"asked_min": 5, "available": 9, "could_be_min": 3}, "leave no room for so many; lower it to 3."),
            ({"asked_min": 5, "available": 2, "could_be_min": 2}, "only 2 could take part; lower it to 2."),
            ({"asked_max": 5, "available": 9, "could_be_max": 7}, "too few for a panel; raise it to 7."),
            ({"asked_max": 5, "settled": 7, "could_be_max": 7}, "7 are settled already; raise it to 7."),
        ],
    )
    def test_is_one_whole_sentence_with_its_values_apart(self, change, words):
        said = worded(change | {"category": "age", "feature": "18-24"})
        assert str(said).endswith(words)
        assert str(said) == said.words % said.params

    def test_answers_a_minimum_that_no_number_can_hold(self):
        quotas = [Quota("age", "18-24", 10**20, 10**20), Quota("age", "25+", 0, 20)]
        (change,) = failing(ages(9, 30), quotas, 20)
        assert (change["could_be_min"], change["available"]) == (9, 9)
