"""The commands, with files alone."""

import csv
import json

import pytest
from click.testing import CliRunner

from panel.lottery.cli import draw_command, verify_command
from tests.panel.lottery.pools import example


@pytest.fixture
def files(tmp_path):
    pool, quotas, _ = example()
    rows = ["gender,leaning", *map(",".join, zip(pool.columns["gender"], pool.columns["leaning"], strict=True))]
    (tmp_path / "pool.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    lines = ["category,feature,min,max", *(f"{q.category},{q.feature},{q.min},{q.max}" for q in quotas)]
    (tmp_path / "quotas.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(files, *more, size="20"):
    named = ["--pool", str(files / "pool.csv"), "--quotas", str(files / "quotas.csv"), "--size", size]
    return CliRunner().invoke(draw_command, [*named, "--out", str(files / "out"), "--json", *more])


def verify(files, *more):
    return CliRunner().invoke(verify_command, [str(files / "out/audit.json"), *more])


def rows_of(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


class TestDraw:
    def test_writes_what_it_came_to(self, files):
        answer = json.loads(run(files, "--seed", "x", "--draws", "3").output)
        assert (answer["status"], answer["n"], answer["k"], answer["types"]) == ("ok", 200, 20, 3)
        assert answer["min_probability"] == 0.1
        probabilities = rows_of(files / "out/probabilities.csv")
        assert {row["probability"] for row in probabilities} == {"0.1"}
        selected = rows_of(files / "out/selected.csv")
        assert [row["draw"] for row in selected] == [str(d) for d in (1, 2, 3) for _ in range(20)]

    def test_says_infeasible_with_suggestions_and_writes_nothing(self, files):
        answer = json.loads(run(files, size="17").output)
        assert answer["status"] == "infeasible"
        assert answer["suggestions"][0]["text"].startswith("gender male at least 9: the other quotas leave no room")
        assert not (files / "out").exists()

    def test_says_refused_with_the_place(self, files):
        answer = json.loads(run(files, size="201").output)
        assert (answer["status"], answer["file"], answer["row"]) == ("refused", "pool.csv", 201)


class TestVerify:
    def test_says_ok(self, files):
        run(files, "--seed", "x")
        answer = verify(files, "--pool", str(files / "pool.csv"), "--selected", str(files / "out/selected.csv"))
        assert (answer.exit_code, answer.output) == (0, "OK\n")

    def test_says_what_differs(self, files):
        run(files, "--seed", "x")
        sheet = json.loads((files / "out/audit.json").read_text())
        sheet["seed"] |= {"public": "y", "text": "y"}
        (files / "out/audit.json").write_text(json.dumps(sheet))
        answer = verify(files, "--pool", str(files / "pool.csv"))
        assert answer.exit_code == 1
        assert "it chooses other people" in answer.output

    def test_says_when_a_file_is_damaged(self, files):
        run(files, "--seed", "x")
        (files / "out/audit.json").write_text("{")
        assert "damaged" in verify(files).output
