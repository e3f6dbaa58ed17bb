"""The checkers people run by hand run here too, so that nothing lands that one of them refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.rooms import ROOT

BIN = Path(sys.executable).parent


def run(*command: str) -> None:
    """Run a checker over the repository; fail with what it says."""
    result = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


class TestCode:
    def test_pleases_ruff(self):
        run("ruff", "check", "--no-cache", ".")

    def test_is_laid_out_by_ruff(self):
        run("ruff", "format", "--no-cache", "--check", ".")

    @pytest.mark.slow
    def test_is_typed(self, tmp_path):
        run("mypy", f"--cache-dir={tmp_path}")

    def test_keeps_the_import_contracts(self):
        run("lint-imports", "--no-cache")


class TestTemplates:
    def test_please_djlint(self):
        run("djlint", "--lint", "--quiet", "templates")
