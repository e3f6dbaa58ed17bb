"""An audit sheet that is true is OK; any change to it, to the pool or to the list is found."""

import copy
import json

import pytest

from bench.lottery import census_like
from panel.lottery.algorithms import ALGORITHMS
from panel.lottery.audit import PARTS, terms_hash
from panel.lottery.engine import draw
from panel.lottery.pool import Pool
from panel.lottery.randomness import Seed
from panel.lottery.verifying import differences as found_in
from tests.panel.lottery.pools import example


def differences(*given):
    return list(map(str, found_in(*given)))


@pytest.fixture(scope="module", params=["leximin", "nash", "random", "walk"])
def held(request):
    if request.param == "walk":
        pool, quotas = census_like(400, 40)
        result = draw(pool, quotas, 40, seed=Seed("04 11 23", "hidden", "the numbers of a Saturday"))
    else:
        pool, quotas, k = example()
        result = draw(pool, quotas, k, request.param, Seed("04 11 23", "hidden"), draws=2)
    return pool, json.loads(json.dumps(result.audit)), result


class TestDifferences:
    def test_finds_none_in_a_true_sheet(self, held):
        pool, sheet, result = held
        assert differences(sheet) == []
        assert differences(sheet, pool, result.selected) == []

    def test_does_not_mind_the_order_of_the_pool(self, held):
        pool, sheet, result = held
        assert differences(sheet, pool.keeping(list(range(len(pool)))[::-1]), result.selected) == []

    def test_finds_another_seed(self, held):
        pool, sheet, _ = held
        sheet = copy.deepcopy(sheet)
        sheet["seed"] |= {"public": "other", "text": "other|hidden"}
        assert differences(sheet, pool)

    def test_finds_a_secret_that_was_not_committed_to(self, held):
        sheet = copy.deepcopy(held[1])
        sheet["seed"] |= {"secret": "late", "text": "04 11 23|late"}
        assert "The secret is not the one that was committed to: its SHA-256 differs." in differences(sheet)

    @pytest.mark.parametrize("made", [(), ("04 11 23", "hidden"), ("04 11 23", "")])
    def test_finds_a_commitment_that_was_taken_out_or_blanked(self, held, made):
        sheet = copy.deepcopy(held[1])
        if made:
            sheet["seed"] = Seed(*made).published()
        del sheet["seed"]["secret_sha256"]
        assert "secret_sha256" in differences(sheet)[0]
        sheet["seed"]["secret_sha256"] = "" if sheet["seed"]["secret"] else "0" * 64
        assert "The secret is not the one that was committed to: its SHA-256 differs." in differences(sheet)

    @pytest.mark.parametrize("other", [*ALGORITHMS, "fairest"])
    def test_finds_another_algorithm_also_where_its_hash_was_made_again(self, held, other):
        pool, sheet, _ = held
        if other == sheet["algorithm"]:
            return
        sheet = copy.deepcopy(sheet) | {"algorithm": other}
        assert "SHA-256 differs" in differences(sheet)[0]
        assert differences(sheet | {"terms_sha256": terms_hash(sheet)}, pool)

    @pytest.mark.parametrize("part", sorted(PARTS))
    def test_finds_what_was_taken_out(self, held, part):
        sheet = {name: value for name, value in held[1].items() if name != part}
        assert differences(sheet)

    def test_finds_a_proof_that_was_taken_out(self, held):
        sheet = copy.deepcopy(held[1])
        if sheet["method"] != "uniform":
            sheet["proof"] = {"settles_every_type": False, "levels": []}
            assert differences(sheet)

    def test_finds_a_changed_pool(self, held):
        pool, sheet, _ = held
        columns = {name: [*values[1:], values[0]] for name, values in pool.columns.items()}
        assert any("SHA-256" in text for text in differences(sheet, Pool(pool.ids, columns)))

    def test_says_how_the_types_of_another_pool_differ(self, held):
        pool, sheet, _ = held
        column = next(name for name in pool.columns if name in sheet["pool"]["columns"])
        first = pool.columns[column][0]
        other = next(value for value in pool.columns[column] if value != first)
        found = differences(sheet, Pool(pool.ids, pool.columns | {column: [other, *pool.columns[column][1:]]}))
        assert found[0] == "The pool is not the one of the draw: its SHA-256 differs."
        assert len(found) == 3, "one type has one person less, another one more"
        assert any(first in text for text in found[1:])
        assert any(other in text for text in found[1:])

    def test_says_so_where_only_who_people_are_differs(self, held):
        pool, sheet, _ = held
        found = differences(sheet, Pool(["somebody else", *pool.ids[1:]], pool.columns))
        assert found[1:] == [
            "The pool has as many people of each type as the audit, so ids or addresses are other ones."
        ]

    def test_says_how_many_people_are_missing_and_of_which_type(self, held):
        pool, sheet, _ = held
        found = differences(sheet, pool.keeping(list(range(1, len(pool)))))
        assert found[0] == f"The pool has {len(pool) - 1} people, the audit {len(pool)}."
        assert len(found) == 2

    def test_finds_a_changed_quota_also_where_its_hash_was_made_again(self, held):
        pool, sheet, _ = held
        sheet = copy.deepcopy(sheet)
        sheet["quotas"][0][2] += 1
        terms = "The algorithm, the size, the quotas or the pool are not those fixed before the draw"
        assert differences(sheet, pool)[0].startswith(terms)
        again = sheet | {"terms_sha256": terms_hash(sheet)}
        assert any(text.startswith("Draw 1") for text in differences(again, pool)), "every lot hangs on the terms"

    def test_names_who_was_put_on_the_list(self, held):
        pool, sheet, result = held
        outsider = next(person for person in pool.ids if person not in result.selected[0])
        listed = [[outsider, *result.selected[0][1:]], *result.selected[1:]]
        found = differences(sheet, pool, listed)
        assert found == [
            f"Draw 1: {outsider} is on the list, and was not drawn.",
            f"Draw 1: {result.selected[0][0]} was drawn, and is not on the list.",
        ]

    def test_finds_changed_counts(self, held):
        sheet = copy.deepcopy(held[1])
        sheet["draws"][0]["counts"][0][1] += 1
        assert any("Draw 1" in text for text in differences(sheet, held[0]))

    def test_finds_a_probability_that_was_not_proved(self, held):
        sheet = copy.deepcopy(held[1])
        sheet["types"]["probability"][0] += 0.001
        assert differences(sheet)

    @pytest.mark.parametrize("sheet", [None, [], {}, {"format": "citizens-panel lottery", "version": 2}, "text"])
    def test_says_that_something_else_is_no_audit(self, sheet):
        assert differences(sheet)[0].startswith("The file is not a whole audit sheet")

    def test_holds_no_ids(self, held):
        pool, sheet, _ = held
        if len(pool) == 400:
            assert not any(f'"{person}"' in json.dumps(sheet) for person in pool.ids)
