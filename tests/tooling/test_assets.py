"""The built assets: small, asking nobody else for anything, and holding every style that a template names."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest

from tools import assets


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    return dict(json.loads(assets.MANIFEST.read_text(encoding="utf-8")))


def built(manifest: dict[str, str], name: str) -> Path:
    return assets.DIST / manifest[name]


class TestBuiltFiles:
    def test_are_what_pages_ask_for(self, manifest: dict[str, str]) -> None:
        assert set(manifest) == {"app.css", "app.rtl.css", "app.js", "favicon.svg"}

    @pytest.mark.parametrize("name", ["app.css", "app.rtl.css"])
    def test_a_style_sheet_fits_its_budget_compressed(self, manifest: dict[str, str], name: str) -> None:
        for ending in (".gz", ".br"):
            assert Path(f"{built(manifest, name)}{ending}").stat().st_size < 14_000

    @pytest.mark.parametrize("name", ["app.css", "app.rtl.css", "app.js", "favicon.svg"])
    def test_compressed_forms_hold_the_same(self, manifest: dict[str, str], name: str) -> None:
        path = built(manifest, name)
        assert gzip.decompress(Path(f"{path}.gz").read_bytes()) == path.read_bytes()
        assert brotli.decompress(Path(f"{path}.br").read_bytes()) == path.read_bytes()

    @pytest.mark.parametrize("name", ["app.css", "app.rtl.css", "app.js"])
    def test_ask_nobody_else_for_anything(self, manifest: dict[str, str], name: str) -> None:
        text = built(manifest, name).read_text(encoding="utf-8")
        fetched = re.findall(r"url\(\s*[\"']?(?!data:)[^)]*|@import[^;]*|@font-face|https?://[^\"' )]*", text)
        assert not [address for address in fetched if "www.w3.org" not in address]

    def test_sides_are_swapped_for_right_to_left(self, manifest: dict[str, str]) -> None:
        left, right = (built(manifest, name).read_text(encoding="utf-8") for name in ("app.css", "app.rtl.css"))
        inset = r"\.nhsuk-inset-text\{[^}]*border-(left|right):"
        assert re.search(inset, left)[1] == "left"  # type: ignore[index]  # None fails the test
        assert re.search(inset, right)[1] == "right"  # type: ignore[index]  # None fails the test

    def test_forced_colours_and_print_are_thought_of(self, manifest: dict[str, str]) -> None:
        text = built(manifest, "app.css").read_text(encoding="utf-8")
        assert "forced-colors:active" in text.replace(" ", "")
        assert "@media print" in text

    def test_every_own_style_that_a_template_names_is_kept(self, manifest: dict[str, str]) -> None:
        text = built(manifest, "app.css").read_text(encoding="utf-8")
        own = set(re.findall(r"\.(app-[\w-]+)", (assets.SOURCE / "app.css").read_text(encoding="utf-8")))
        templates = (assets.ROOT / "templates").rglob("*.html")
        named = set(re.findall(r"app-[\w-]+", " ".join(path.read_text(encoding="utf-8") for path in templates)))
        assert not [name for name in own & named if f".{name}" not in text]


class TestUsedNames:
    @pytest.mark.parametrize(
        "template",
        [
            '<b class="nhsuk-tag nhsuk-tag--{{ kind }}">',
            "{{ ' nhsuk-tag--' ~ kind if kind }}",
            'f"nhsuk-tag--{kind}"',
            'f"nhsuk-tag--{state.kind}"',
        ],
    )
    def test_a_name_finished_by_a_value_keeps_every_ending(self, template: str) -> None:
        assert assets.used_names(".nhsuk-tag--red{} .nhsuk-tag--blue{} .nhsuk-card{}", [template]) == {
            "nhsuk-tag--red",
            "nhsuk-tag--blue",
        }

    def test_a_value_in_the_middle_keeps_what_ends_alike(self) -> None:
        sheet = ".nhsuk-radios__item{} .nhsuk-checkboxes__item{} .nhsuk-radios__label{}"
        found = assets.used_names(sheet, ['<div class="nhsuk-{{ block }}__item">'])
        assert found == {"nhsuk-radios__item", "nhsuk-checkboxes__item"}

    def test_a_name_that_no_template_has_is_dropped(self) -> None:
        assert assets.used_names(".nhsuk-hero{} .nhsuk-card{}", ['<div class="nhsuk-card">']) == {"nhsuk-card"}
