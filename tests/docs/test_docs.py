import re
from pathlib import Path

import pytest

from core.config import SETTINGS

ROOT = Path(__file__).parent.parent.parent
#: Made by commands, and never committed; or a pattern.
MADE = ("static/dist", "i18n/locales/messages.pot", "i18n/locales/TAG")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    return README.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]


class TestReadme:
    def test_lists_every_setting_with_its_default_and_no_other(self):
        rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", section("Settings"), re.M)
        expected = [(s.name, s.shown_default or (f"`{s.default}`" if s.default else "none"), s.help) for s in SETTINGS]
        assert rows == expected

    def test_every_place_it_sends_a_changer_to_exists(self):
        table = section("To change X, open Y")
        paths = [word for word in re.findall(r"`([^`]+)`", table) if "/" in word]
        assert len(paths) > 10
        assert [path for path in paths if not (ROOT / path).exists()] == []


class TestEveryPage:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_links_and_pictures_lead_somewhere(self, page):
        text = page.read_text(encoding="utf-8")
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        lost = [t for t in targets if not t.startswith(("http", "mailto:")) and not (page.parent / t).exists()]
        assert lost == []

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_files_it_names_exist(self, page):
        named = re.findall(
            r"`((?:core|i18n|accounts|panel|surveys|feedback|mail|engagements|tests|tools|templates|static"
            r"|deploy|demo|docs)/[\w./-]+)`",
            page.read_text(encoding="utf-8"),
        )
        assert [path for path in named if not (ROOT / path).exists() and not path.startswith(MADE)] == []

    def test_every_decision_is_listed(self):
        folder = ROOT / "docs" / "decisions"
        listed = set(re.findall(r"\]\((\S+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
        assert listed == {path.name for path in folder.glob("*.md")} - {"README.md"}

    def test_every_decision_says_why_and_what_it_costs(self):
        for path in (ROOT / "docs" / "decisions").glob("[a-z]*.md"):
            text = path.read_text(encoding="utf-8")
            for part in ("**Decided.**", "**What it costs.**", "**What would change our mind.**"):
                assert part in text, f"{path.name}: {part}"
