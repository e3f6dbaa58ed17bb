"""The public sheet: nobody can be picked out of it, and who has the pool can check all of it."""

import copy
import json

import pytest

from bench.lottery import census_like
from panel.lottery.engine import draw
from panel.lottery.errors import WrongPoolError
from panel.lottery.pool import Pool
from panel.lottery.publishing import chances, makeup, opened, public_sheet
from panel.lottery.verifying import differences


@pytest.fixture(scope="module")
def held():
    pool, quotas = census_like(90, 20, seed=3)
    result = draw(pool, quotas, 20, seed="1", draws=3)
    sheet = json.loads(json.dumps(result.audit))
    return pool, sheet, json.loads(json.dumps(public_sheet(sheet, pool))), result


class TestPublicSheet:
    def test_names_no_type_and_pools_people_by_their_chances(self, held):
        pool, sheet, public, _ = held
        assert any(people == 1 for people in sheet["types"]["people"])
        rows = public["chances"]
        assert sum(row["people"] for row in rows) == len(pool)
        assert min(row["people"] for row in rows) >= 8
        assert [row["from"] for row in rows] == sorted(row["from"] for row in rows)
        assert "types" not in public
        assert "proof" not in public

    def test_tells_no_small_number_and_none_that_could_be_taken_from_the_size(self, held):
        _, _, public, _ = held
        for one in public["draws"]:
            assert all(row["count"] is None or row["count"] == 0 or row["count"] >= 8 for row in one["makeup"])
            for category in {row["category"] for row in one["makeup"]}:
                hidden = [r for r in one["makeup"] if r["category"] == category and r["count"] is None]
                assert len(hidden) != 1
            assert all(row["kept"] for row in one["makeup"])

    def test_is_opened_by_the_pool_alone(self, held):
        pool, sheet, public, _ = held
        assert opened(public, pool.keeping(list(range(len(pool)))[::-1])) == sheet
        with pytest.raises(WrongPoolError):
            opened(public, Pool([*pool.ids[1:], "other"], pool.columns))

    def test_hides_a_second_number_where_one_is_small(self):
        sheet = {
            "pool": {"columns": ["sex"]},
            "types": {"features": [["f"], ["m"], ["x"]]},
            "quotas": [["sex", "f", 0, 30], ["sex", "m", 0, 30], ["sex", "x", 0, 3]],
        }
        counts = [row["count"] for row in makeup(sheet, {"counts": [[0, 12], [1, 9], [2, 3]]})]
        assert counts == [12, None, None]

    def test_hides_more_where_those_left_out_add_up_to_few(self):
        sheet = {
            "pool": {"columns": ["sex"]},
            "types": {"features": [["f"], ["m"], ["x"], ["y"]]},
            "quotas": [["sex", value, 0, 40] for value in "fmxy"],
        }
        counts = [row["count"] for row in makeup(sheet, {"counts": [[0, 20], [1, 9], [2, 1], [3, 1]]})]
        assert counts == [20, None, None, None], "two that add up to two would be one each"

    def test_leaves_no_small_row_at_the_top(self):
        rows = chances({"types": {"probability": [0.5, 0.1, 0.9], "people": [3, 20, 2]}})
        assert rows == [{"people": 25, "from": 0.1, "to": 0.9}]


class TestDifferences:
    def test_are_none_with_and_without_the_pool(self, held):
        pool, _, public, result = held
        assert differences(public) == []
        assert differences(public, pool, result.selected) == []

    def test_finds_another_pool(self, held):
        pool, _, public, _ = held
        assert "cannot be opened" in str(differences(public, Pool([*pool.ids[1:], "other"], pool.columns))[0])

    @pytest.mark.parametrize(
        "part", ["upper_bound", "min_probability", "size", "seed", "chances", "draws", "algorithm"]
    )
    def test_finds_what_was_changed_in_the_open_part(self, held, part):
        pool, _, public, _ = held
        changed = copy.deepcopy(public)
        if part == "draws":
            changed["draws"][0]["selected_sha256"] = "0" * 64
        elif part == "algorithm":
            changed["algorithm"] = "nash"
        elif part == "chances":
            changed["chances"][0]["people"] += 1
        elif part == "seed":
            changed["seed"]["source"] = "elsewhere"
        else:
            changed[part] += 1
        assert part in {one.params.get("part") for one in differences(changed, pool)}

    def test_finds_another_algorithm_and_a_commitment_taken_out_without_the_pool(self, held):
        _, _, public, _ = held
        assert "SHA-256 differs" in str(differences(public | {"algorithm": "nash"})[0])
        seed = {name: value for name, value in public["seed"].items() if name != "secret_sha256"}
        assert "secret_sha256" in str(differences(public | {"seed": seed})[0])

    def test_finds_a_list_of_others_without_the_pool(self, held):
        _, _, public, result = held
        listed = [list(reversed(result.selected[0])), *result.selected[1:]]
        assert differences(public, None, listed) == []
        assert differences(public, None, [["000"], *result.selected[1:]])
