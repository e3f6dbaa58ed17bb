"""Published results, by the command from files: the paper's examples to the last digit, and one of many types."""

import csv
import json

import pytest
from click.testing import CliRunner

from bench.lottery import many_types, published, write_files
from panel.lottery.cli import draw_command, verify_command


def drawn(folder, pool, quotas, size):
    """Return what the command prints, and the probabilities it writes."""
    files = write_files(pool, quotas, folder)
    result = CliRunner().invoke(
        draw_command, [*files, "--size", str(size), "--seed", "1", "--out", str(folder / "out"), "--json"]
    )
    assert result.exit_code == 0, result.output
    with (folder / "out/probabilities.csv").open(encoding="utf-8") as file:
        return json.loads(result.output), [row["probability"] for row in csv.DictReader(file)]


def verified(folder):
    handed_in = ["--pool", str(folder / "pool.csv"), "--selected", str(folder / "out/selected.csv")]
    return CliRunner().invoke(verify_command, [str(folder / "out/audit.json"), *handed_in]).output


class TestPaper:
    """Flanigan, Gölz, Gupta, Hennig, Procaccia (Nature 596, 2021): everybody has a tenth, even who is one of a kind."""

    @pytest.mark.parametrize(("n", "k", "least", "first"), [(200, 20, 9, 99), (2_000, 200, 99, 999)])
    def test_everybody_has_exactly_a_tenth(self, tmp_path, n, k, least, first):
        told, probabilities = drawn(tmp_path, *published(n, k, least, first, 1), k)
        assert (told["n"], told["k"], told["types"]) == (n, k, 3)
        assert probabilities == ["0.1"] * n
        assert told["min_probability"] == told["upper_bound"] == 0.1
        assert told["realisation_error"] < 1e-15
        assert verified(tmp_path) == "OK\n"


class TestManyTypes:
    def test_is_proved_leximin_with_122_types(self, tmp_path):
        told, probabilities = drawn(tmp_path, *many_types(), 22)
        assert (told["n"], told["k"], told["types"]) == (150, 22, 122)
        assert told["upper_bound"] - told["min_probability"] < 1e-12
        assert told["realisation_error"] < 1e-9
        assert sum(map(float, probabilities)) == pytest.approx(22, abs=1e-9)
        proof = json.loads((tmp_path / "out/audit.json").read_text(encoding="utf-8"))["proof"]
        assert proof["settles_every_type"], "each level of leximin has its proof, which verify-draw checks"
        assert sorted(t for level in proof["levels"] for t in level["types"]) == list(range(122))
        assert verified(tmp_path) == "OK\n"
