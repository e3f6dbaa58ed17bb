"""Compiles the catalogues of translations that changed; the compiled ones are never committed."""

from __future__ import annotations

from pathlib import Path

from tools import venv
from tools.steps import ROOT, command, step

_FOLDER = ROOT / "i18n" / "locales"


def compile_changed() -> None:
    """Compile every messages.po that is newer than its messages.mo."""
    sources = [path for path in _FOLDER.glob("*/LC_MESSAGES/*.po") if _stale(path)]
    if not sources:
        return
    with step("Compiling the translations"):
        for source in sources:
            # Drafts count too: they are marked for review, and no word is worse than a draft one.
            options = ("--use-fuzzy", "-i", source, "-o", source.with_suffix(".mo"))
            command(
                [venv.BIN / "pybabel", "compile", *options], f"{source.relative_to(ROOT)} is not right.", venv.environ()
            )


def _stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime
