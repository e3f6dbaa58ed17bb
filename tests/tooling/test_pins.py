"""What is pinned can be checked, and may be fetched from any mirror."""

from __future__ import annotations

import json
import re

import pytest

from tools import venv
from tools.steps import ROOT

REQUIREMENTS = sorted(path.name for path in ROOT.glob("requirements*.txt"))


def normal(name: str) -> str:
    """Return the one spelling of a library's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


class TestPackageLock:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))

    def test_names_no_address(self) -> None:
        assert not [name for name, package in self.lock["packages"].items() if "resolved" in package]

    def test_has_a_checksum_for_every_package(self) -> None:
        assert not [name for name, package in self.lock["packages"].items() if name and "integrity" not in package]

    def test_agrees_with_package_json(self) -> None:
        wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
        root = self.lock["packages"][""]
        assert root["dependencies"] == wanted["dependencies"]
        assert root["devDependencies"] == wanted["devDependencies"]


@pytest.mark.parametrize("name", REQUIREMENTS)
class TestRequirements:
    def test_names_no_host_and_no_local_path(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"://|(?m:^)\s*--(?:index|extra-index|find-links|trusted-host)|(?<![\w.])/\w", text)

    def test_has_a_hash_for_every_pin(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^[\w.-]+==.*(?:\n    .*)*", text, re.MULTILINE)
        assert blocks
        assert not [block.split(" ")[0] for block in blocks if "--hash=sha256:" not in block]

    def test_pins_what_its_source_asks_for(self, name: str) -> None:
        lines = (ROOT / name).with_suffix(".in").read_text(encoding="utf-8").splitlines()
        asked = {normal(re.split(r"[\[<>=~! ]", line)[0]) for line in lines if line[:1].isalpha()}
        assert asked <= {normal(pin) for pin in venv.pins(name)}


def test_what_runs_and_what_is_tested_is_the_same() -> None:
    tested = venv.pins("requirements-dev.txt")
    assert all(tested.get(name) == version for name, version in venv.pins("requirements.txt").items())
