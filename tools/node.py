"""Node.js for the assets: the machine's own, or else one from PyPI, and the packages of package-lock.json."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools import venv
from tools.steps import ROOT, command, step, write_whole

_PACKAGES = ROOT / "node_modules"
_STAMP = _PACKAGES / ".installed"

#: The oldest that the packages run on.
_OLDEST = 20


def environ() -> dict[str, str]:
    """Return the environment in which `node` and `npm` are found."""
    # Where an organisation reads its own traffic, the system knows its certificate and Node.js alone does not.
    return venv.environ(NODE_ENV="development", NODE_USE_SYSTEM_CA="1")


def tool(name: str) -> Path:
    """Return the path of a command that a package brought."""
    return _PACKAGES / ".bin" / name


def install_packages() -> None:
    """Install what package-lock.json pins, unless that is what is there."""
    _ensure_node()
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == wanted and tool("purgecss").exists():
        return
    with step("Fetching the front-end packages"):
        # Scripts of packages stay off: nothing here needs them, and they could run anything.
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        npm = shutil.which("npm", path=environ()["PATH"]) or "npm"
        command([npm, "ci", *options], "The front-end packages could not be fetched.", environ())
        write_whole(_STAMP, wanted.encode())


def _ensure_node() -> None:
    if _version() < _OLDEST:
        venv.ensure("requirements-node.txt")


def _version() -> int:
    """Return the major version of the Node.js on PATH that has npm beside it, 0 when there is none."""
    path = environ()["PATH"]
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return 0
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, env=environ()).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


if os.name == "nt":  # pragma: no cover
    raise SystemExit("Build the assets on Linux, macOS or WSL.")
