"""Quotas that cannot be met: the smallest changes, in plain words."""

import pytest

from panel.lottery.changes import in_words
from panel.lottery.engine import draw
from panel.lottery.errors import InfeasibleError
from panel.lottery.pool import Pool
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
