"""What the README promises to a newcomer is there."""

from __future__ import annotations

import re

import pytest

from tests.support.rooms import ROOMS, ROOT

README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="there is no README yet")


def rows(text: str) -> list[tuple[str, list[str]]]:
    """Return each row of the table: what to change, and the code-formatted words of where."""
    table = text.split("## To change X, open Y", 1)[1].split("\n## ", 1)[0]
    found = [line.strip("| ").split("|", 1) for line in table.splitlines() if line.startswith("|")]
    return [(cells[0].strip(), re.findall(r"`([^`]+)`", cells[1])) for cells in found[2:]]


def missing(words: list[str]) -> list[str]:
    """Return the words that look like a path and lead nowhere; a bare `models.py` is one of any room's."""
    paths = [word for word in words if re.fullmatch(r"[\w./*<>-]+", word) and ("/" in word or "." in word)]
    places = [ROOT, *(ROOT / room for room in ROOMS)]
    return [p for p in paths if not any(list(place.glob(re.sub("<[^>]+>", "*", p))) for place in places)]


class TestTable:
    def test_has_a_line_for_a_newcomers_jobs(self):
        assert len(rows(README.read_text(encoding="utf-8"))) >= 10

    def test_leads_to_files_that_exist(self):
        table = rows(README.read_text(encoding="utf-8"))
        assert {what: gone for what, where in table if (gone := missing(where))} == {}

    def test_would_not_lead_astray_unnoticed(self):
        assert missing(["core/no_such_file.py", "core/config.py", "models.py", "flask --app app run"]) == [
            "core/no_such_file.py"
        ]


class TestLinks:
    @pytest.mark.parametrize(
        "path", sorted(p.relative_to(ROOT).as_posix() for p in [README, *(ROOT / "docs").rglob("*.md")])
    )
    def test_lead_somewhere(self, path):
        page = ROOT / path
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        local = [link for link in links if not re.match(r"[a-z]+:", link)]
        assert [link for link in local if not (page.parent / link).exists()] == []
