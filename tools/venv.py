"""The virtual environment `.venv`: made once, filled from hashed requirements, left alone while these stay."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tools.steps import ROOT, StepError, command, step, write_whole

FOLDER = ROOT / ".venv"
BIN = FOLDER / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"

#: Names and hashes of the requirements files that were installed as they stand.
_INSTALLED = FOLDER / "installed.json"


def ensure(*files: str) -> None:
    """Make `.venv` where there is none, and install each of `files` whose content is not yet installed."""
    if not _works():
        with step("Making .venv, where the libraries go"):
            command(
                [sys.executable, "-m", "venv", "--clear", FOLDER],
                "Python could not make a virtual environment: on Debian and Ubuntu, install python3-venv.",
            )
    for name in files:
        _install(name)


def environ(**changes: str) -> dict[str, str]:
    """Return the environment for programs of `.venv`, which come first on PATH."""
    path = os.pathsep.join(filter(None, (str(BIN), os.environ.get("PATH", ""))))
    values = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(FOLDER), "PYTHONUNBUFFERED": "1", **changes}
    values.pop("PYTHONHOME", None)
    return values


def _works() -> bool:
    """Return whether `.venv` runs; it does not after its Python was removed or the folder moved."""
    if not PYTHON.exists():
        return False
    try:
        found = subprocess.run(
            [PYTHON, "-c", "import sys, pip; print(sys.prefix)"], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return found.returncode == 0 and Path(found.stdout.strip()).resolve() == FOLDER.resolve()


def _install(name: str) -> None:
    wanted = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
    installed = _installed()
    if installed.get(name) == wanted:
        return
    with step(f"Installing the libraries of {name}"):
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        command(
            [*pip, "--progress-bar=off", "--require-hashes", "--requirement", name],
            f"The libraries of {name} could not be installed.",
            environ(),
        )
    # Another file may pin other versions of the same libraries, so what it left is no longer certain.
    kept = {other: value for other, value in installed.items() if _same_pins(other, name)}
    write_whole(_INSTALLED, json.dumps({**kept, name: wanted}).encode())


def _installed() -> dict[str, str]:
    try:
        return dict(json.loads(_INSTALLED.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _same_pins(one: str, other: str) -> bool:
    first, second = pins(one), pins(other)
    return all(first[name] == second[name] for name in first.keys() & second.keys())


def pins(name: str) -> dict[str, str]:
    """Return the version that each library is pinned to in a requirements file."""
    try:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise StepError(f"{name} cannot be read: {error.strerror}.") from None
    pinned = (line.split(" ")[0].split("==") for line in lines if line[:1].isalnum() and "==" in line)
    return {pair[0]: pair[1] for pair in pinned}
