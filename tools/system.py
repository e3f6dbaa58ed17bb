"""What only the system can bring: Pango and fonts for letters as PDF, a Chromium for the tests."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import sys
from pathlib import Path

from tools.steps import StepError, command, step

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: The libraries that WeasyPrint opens.
_PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "fontconfig")
_PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
_FONT_PACKAGE = "fonts-noto-core"
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def has_pango() -> bool:
    """Return whether every library that letters as PDF need is there."""
    return all(ctypes.util.find_library(name) for name in _PANGO)


def has_fonts() -> bool:
    """Return whether the Noto fonts are there, which cover the scripts that the panel's languages use."""
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    return any(next(folder.rglob("NotoSansArabic*"), None) for folder in folders if folder.is_dir())


def chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return found or (str(_MAC_CHROME) if _MAC_CHROME.exists() else None)


def advice_for_letters() -> list[str]:
    """Return a sentence for each thing that letters as PDF miss on this machine; everything else works without."""
    missing = []
    if not has_pango():
        missing.append(
            "Letters as PDF need Pango, which this machine does not have: on Debian and Ubuntu "
            f"“apt-get install {' '.join(_PANGO_PACKAGES)}”, on macOS “brew install pango”. All else works without it."
        )
    elif not has_fonts():
        missing.append(
            "Letters in Arabic and other scripts need fonts that this machine does not have: on Debian and Ubuntu "
            f"“apt-get install {_FONT_PACKAGE}”, on macOS “brew install font-noto-sans-arabic”. All else works without."
        )
    return missing


def require_for_tests(browser: bool) -> None:
    """Install what the tests need of the system where that is possible; raise StepError that says how elsewhere."""
    packages = [*(() if has_pango() else _PANGO_PACKAGES), *(() if has_fonts() else (_FONT_PACKAGE,))]
    if browser and chromium() is None:
        packages.append("chromium")
    if browser and sys.platform == "linux" and not ctypes.util.find_library("atomic"):
        packages.append("libatomic1")  # the driver of Playwright opens it, and a bare Debian has none
    if not packages:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise StepError(
            f"The tests need {', '.join(packages)} from the system: on Debian and Ubuntu "
            f"“sudo apt-get install {' '.join(packages)}”; “./test --quick” needs no Chromium."
        )
    with step(f"Installing {', '.join(packages)}"):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command(["apt-get", "update", "-q"], "The list of system packages could not be fetched.", environ)
        command(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
            f"{', '.join(packages)} could not be installed.",
            environ,
        )
    if browser and chromium() is None:
        raise StepError("The package chromium brought no program of that name; install a Chromium, then start again.")
