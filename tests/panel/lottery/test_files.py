"""What is wrong in a file is refused, and the place is named."""

import io

import pytest

from panel.lottery import errors
from panel.lottery.engine import draw
from panel.lottery.errors import RefusedError
from panel.lottery.pool import Pool, pool_hash, read_pool
from panel.lottery.quotas import Quota, from_targets, read_quotas
from panel.lottery.tables import opened
from tests.panel.lottery.pools import example

QUOTAS = "category,feature,min,max\nsex,f,1,2\nsex,m,1,2\n"


def pool_of(text):
    return read_pool(io.StringIO(text), "people.csv")


def quotas_of(text):
    return read_quotas(io.StringIO(text), "quotas.csv")


class TestReadQuotas:
    @pytest.mark.parametrize(
        ("text", "error", "row"),
        [
            ("category,feature,min\n", errors.MissingColumnError, 1),
            ("category,feature,min,max\n", errors.EmptyFileError, 1),
            ("category,feature,min,max\nsex,f,1,2\nsex,m,3,2\n", errors.CrossedQuotaError, 3),
            ("category,feature,min,max\nsex,f,1,2\nsex,f,1,2\n", errors.DoubledQuotaError, 3),
            ("category,feature,min,max\nsex,f,-1,2\n", errors.NotANumberError, 2),
            ("category,feature,min,max\nsex,f,1,²\n", errors.NotANumberError, 2),
            ("category,feature,min,max\nsex,,1,2\n", errors.EmptyValueError, 2),
            ("category,feature,min,max\nsex,f,1\n", errors.RaggedRowError, 2),
        ],
    )
    def test_refuses_with_the_row(self, text, error, row):
        with pytest.raises(error) as raised:
            quotas_of(text)
        assert (raised.value.params["file"], raised.value.params["row"]) == ("quotas.csv", row)


class TestReadPool:
    @pytest.mark.parametrize(
        ("text", "error", "row"),
        [
            ("id,sex\n", errors.EmptyFileError, 1),
            ("", errors.EmptyFileError, 1),
            ("id,sex,sex\n1,f,m\n", errors.DoubledColumnError, 1),
            ("id,sex\n1,f\n2\n", errors.RaggedRowError, 3),
            ("id,sex\n1,f\n1,m\n", errors.DoubledPersonError, 3),
            ("id,sex\n1,f\n,m\n", errors.EmptyValueError, 3),
        ],
    )
    def test_refuses_with_the_row(self, text, error, row):
        with pytest.raises(error) as raised:
            pool_of(text)
        assert (raised.value.params["file"], raised.value.params["row"]) == ("people.csv", row)

    def test_numbers_people_by_line_where_there_is_no_id(self):
        assert list(pool_of("sex\nf\nm\n").ids) == ["2", "3"]


class TestDraw:
    @pytest.mark.parametrize(
        ("pool", "quotas", "size", "error", "place"),
        [
            ("id,sex\n1,f\n2,x\n3,m\n", QUOTAS, 2, errors.UnknownFeatureError, ("people.csv", 3)),
            ("id,sex\n1,f\n2,\n3,m\n", QUOTAS, 2, errors.EmptyValueError, ("people.csv", 3)),
            ("id,age\n1,f\n", QUOTAS, 1, errors.UnknownCategoryError, ("quotas", 2)),
            ("id,sex\n1,f\n2,m\n", QUOTAS, 3, errors.TooFewPeopleError, ("people.csv", 3)),
        ],
    )
    def test_refuses_with_the_place(self, pool, quotas, size, error, place):
        with pytest.raises(error) as raised:
            draw(pool_of(pool), quotas_of(quotas), size, seed="1")
        assert (raised.value.params["file"], raised.value.params["row"]) == place
        assert "%(" not in str(raised.value)

    @pytest.mark.parametrize(("size", "algorithm"), [(0, "leximin"), (1, "dice")])
    def test_refuses_no_size_and_no_algorithm(self, size, algorithm):
        with pytest.raises(RefusedError):
            draw(pool_of("sex\nf\nm\n"), quotas_of(QUOTAS), size, algorithm)

    def test_refuses_a_household_column_that_is_not_there(self):
        with pytest.raises(errors.MissingColumnError):
            draw(pool_of("sex\nf\nm\n"), quotas_of(QUOTAS), 2, households="home")

    def test_stops_when_told(self):
        with pytest.raises(errors.CancelledError):
            draw(*example(), seed="1", cancelled=lambda: True)

    def test_tells_how_far_it_is(self):
        told = []
        draw(*example(), seed="1", progress=lambda stage, share: told.append((stage, share)))
        assert told[-1] == ("draw", 1.0)
        assert all(0 <= share <= 1 for _, share in told)

    def test_keeps_joint_quotas(self):
        pool, quotas, k = example()
        joint = Quota("gender & leaning", "female & conservative", 1, 1)
        result = draw(pool, [*quotas, joint], k, seed="1", draws=5)
        assert all("099" in ids for ids in result.selected)


class TestPoolHash:
    def test_does_not_mind_the_order_of_rows_and_minds_every_value(self):
        one = Pool(["a", "b"], {"sex": ["f", "m"]})
        assert pool_hash(one, ["sex"]) == pool_hash(Pool(["b", "a"], {"sex": ["m", "f"]}), ["sex"])
        assert pool_hash(one, ["sex"]) != pool_hash(Pool(["a", "b"], {"sex": ["m", "f"]}), ["sex"])


class TestFromTargets:
    def test_mirrors_the_population_within_so_many_seats(self):
        made = from_targets({"sex": {"f": 510, "m": 490}}, 20, 2)
        assert [(q.feature, q.min, q.max) for q in made] == [("f", 8, 13), ("m", 7, 12)]


class TestSpreadsheets:
    """What spreadsheets make of a CSV is read as if it were plain."""

    PLAIN = "id,sex\n1,f\n2,m\n"

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeffid,sex\r\n1,f\r\n2,m\r\n",
            "id;sex\n1;f\n2;m\n",
            "id\tsex\n1\tf\n2\tm\n",
            "ID,sex,,\n1,f,,\n,,,\n2,m,,\n\n",
            'id,sex\n"1","f"\n 2 , m \n',
            "id,sex\r1,f\r2,m\r",
        ],
    )
    def test_of_a_pool(self, tmp_path, text):
        (tmp_path / "people.csv").write_bytes(text.encode())
        pool = read_pool(opened(tmp_path / "people.csv"), "people.csv")
        assert (list(pool.ids), {name: list(v) for name, v in pool.columns.items()}) == (
            ["1", "2"],
            {"sex": ["f", "m"]},
        )

    def test_of_quotas(self):
        assert quotas_of("\ufeffcategory;feature;min;max\r\nsex;f;1;2\r\n")[0] == Quota("sex", "f", 1, 2, 2)

    def test_takes_two_ways_to_write_an_accent_as_one(self):
        pool = pool_of("id,town\n1,Ane\u0301\n2,An\u00e9\n")
        assert len(set(pool.columns["town"])) == 1

    def test_refuses_what_is_no_text_with_the_row(self, tmp_path):
        (tmp_path / "people.csv").write_bytes(b"id,sex\n1,f\n2,\xff\n")
        with pytest.raises(errors.NotTextError) as raised:
            opened(tmp_path / "people.csv")
        assert raised.value.params["row"] == 3

    def test_refuses_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(errors.UnreadableFileError):
            opened(tmp_path / "none.csv")

    def test_refuses_a_quotation_mark_that_would_swallow_the_people_after_it(self):
        with pytest.raises(errors.BrokenRowError):
            pool_of('id,sex,note\n1,f,"late\n2,m,early\n3,f,\n')
