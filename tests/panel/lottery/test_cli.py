"""The commands, with files alone."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from panel.lottery.cli import COMMANDS, draw_command, publish_command, verify_command
from tests.panel.lottery.pools import example

ROOT = Path(__file__).parents[3]


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

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("category,feature,min,max\ngender,female,9,20\nnone,male,9,20\n", ("quotas.csv", 3)),
            ("category,feature,min,max\ngender,female,21,20\n", ("quotas.csv", 2)),
            ("category,feature,min,max\ngender,female,9,20\n", ("pool.csv", 102)),
        ],
    )
    def test_leaves_with_two_and_every_key_when_a_file_cannot_be_used(self, files, text, place):
        (files / "quotas.csv").write_text(text, encoding="utf-8")
        result = run(files)
        answer = json.loads(result.output)
        assert (result.exit_code, answer["status"], answer["file"], answer["row"]) == (2, "refused", *place)
        assert {"n", "types", "min_probability", "upper_bound", "gini", "geometric_mean", "seconds"} <= set(answer)

    def test_says_refused_with_the_place(self, files):
        answer = json.loads(run(files, size="201").output)
        assert (answer["status"], answer["file"], answer["row"]) == ("refused", "pool.csv", 201)


class TestDocument:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_names_every_command_and_option(self, command):
        said = (ROOT / "docs/lottery.md").read_text(encoding="utf-8")
        named = next(part for part in said.split("    flask panel ")[1:] if part.startswith(command.name))
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        assert [option for option in options if option not in named.split("\n\n")[0]] == []

    def test_names_every_key_that_is_printed(self, files):
        said = (ROOT / "docs/lottery.md").read_text(encoding="utf-8")
        assert [key for key in json.loads(run(files).output) if f"`{key}`" not in said] == []


class TestStart:
    def test_waits_for_no_room_and_no_settings(self, files):
        named = ["--pool", files / "pool.csv", "--quotas", files / "quotas.csv", "--size", "20", "--out", files / "out"]
        code = "import sys; from flask.cli import main\ntry: main()\nfinally: print('sqlalchemy.orm' in sys.modules)"
        command = [sys.executable, "-c", code, "--app", "app", "panel", "draw", *map(str, named), "--json"]
        bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=True)
        figures, loaded = done.stdout.splitlines()
        assert json.loads(figures)["status"] == "ok"
        assert loaded == "False"


class TestVerify:
    def test_says_ok_of_the_public_sheet(self, files):
        run(files, "--seed", "x")
        sheet, public, pool = (str(files / name) for name in ("out/audit.json", "public.json", "pool.csv"))
        assert CliRunner().invoke(publish_command, [sheet, "--pool", pool, "--out", public]).exit_code == 0
        assert CliRunner().invoke(verify_command, [public, "--pool", pool]).output == "OK\n"

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

    def test_says_so_of_a_file_nested_beyond_reason(self, files):
        run(files, "--seed", "x")
        (files / "out/audit.json").write_text("[" * 100_000)
        answer = verify(files)
        assert (answer.exit_code, "damaged" in answer.output) == (2, True)
