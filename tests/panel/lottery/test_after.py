"""After a draw: replacements, reserves, and inviting more where fewer answer."""

import pytest

from panel.lottery import errors
from panel.lottery.engine import draw
from panel.lottery.errors import InfeasibleError, RefusedError
from panel.lottery.pool import Pool
from panel.lottery.quotas import Quota
from panel.lottery.replacing import next_reserve, replacements, reserves
from panel.lottery.responders import invitation
from tests.panel.lottery import brute
from tests.panel.lottery.pools import example


def places(pool, ids):
    return [pool.ids.index(person) for person in ids]


class TestReplacements:
    def test_complete_the_panel_within_the_quotas(self):
        pool, quotas, k = example()
        first = draw(pool, quotas, k, seed="1").selected[0]
        yes, declined = first[:13], first[13:]
        added = replacements(pool, quotas, k, yes, declined, seed="2").selected[0]
        assert not set(added) & set(first)
        assert brute.keeps(pool, quotas, places(pool, [*yes, *added]))
        assert len({*yes, *added}) == k

    def test_are_never_housemates_of_who_said_yes(self):
        pool = Pool(list("abcd"), {"sex": list("ffff"), "home": ["1", "1", "", ""]})
        result = replacements(pool, [Quota("sex", "f", 0, 2)], 2, ["a"], [], seed="1", households="home")
        assert result.probabilities == pytest.approx({"c": 0.5, "d": 0.5})

    def test_say_when_those_settled_are_too_many_of_a_kind(self):
        pool = Pool(list("abc"), {"sex": list("ffm")})
        with pytest.raises(InfeasibleError) as raised:
            replacements(pool, [Quota("sex", "f", 0, 1), Quota("sex", "m", 0, 3)], 3, ["a", "b"], [], seed="1")
        assert raised.value.suggestions[0]["could_be_max"] == 2

    def test_refuse_a_person_who_is_not_in_the_pool(self):
        pool, quotas, k = example()
        with pytest.raises(errors.UnknownPersonError):
            replacements(pool, quotas, k, ["nobody"], [], seed="1")


class TestReserves:
    def test_are_others_made_up_like_the_panel(self):
        pool, quotas, k = example()
        first = draw(pool, quotas, k, seed="1").selected[0]
        listed = reserves(pool, quotas, k, first, 10, "1").selected[0]
        assert len(set(listed)) == 10
        assert not set(listed) & set(first)
        assert sum(int(person) < 100 for person in listed) in (4, 5, 6)

    def test_are_called_in_order_where_the_quotas_allow(self):
        pool = Pool(list("abcde"), {"sex": list("ffmmf")})
        quotas = [Quota("sex", "f", 1, 1), Quota("sex", "m", 1, 1)]
        assert next_reserve(pool, quotas, 2, ["a"], ["b", "d", "c"]) == "d"
        assert next_reserve(pool, quotas, 2, ["a"], ["b", "e"]) is None


class TestInvitation:
    def test_asks_more_of_those_who_answer_less(self):
        count = 400
        columns = {"sex": ["f", "m"] * 200, "rate": ["0.5", "0.25"] * 200}
        quotas = [Quota("sex", "f", 10, 10), Quota("sex", "m", 10, 10)]
        asked = invitation(Pool([str(i) for i in range(count)], columns), quotas, 20, "rate")
        assert asked.size == 60
        assert [(q.min, q.max) for q in asked.quotas] == [(20, 20), (40, 40)]
        assert asked.expected == pytest.approx([10, 10], abs=1e-6)

    def test_says_when_too_few_would_answer(self):
        pool = Pool(list("abcd"), {"sex": list("ffmm"), "rate": ["0.5"] * 4})
        quotas = [Quota("sex", "f", 2, 2), Quota("sex", "m", 0, 2)]
        with pytest.raises(InfeasibleError) as raised:
            invitation(pool, quotas, 2, "rate")
        assert raised.value.suggestions

    @pytest.mark.parametrize("rate", ["0", "1.5", "", "nan", "many"])
    def test_refuses_what_is_no_chance(self, rate):
        pool = Pool(list("ab"), {"sex": list("ff"), "rate": ["0.5", rate]})
        with pytest.raises(RefusedError) as raised:
            invitation(pool, [Quota("sex", "f", 0, 2)], 1, "rate")
        assert raised.value.params["row"] == 3
