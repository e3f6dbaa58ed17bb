"""`./test`: sets up all that the tests need, then runs them once, over SQLite and PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import NoReturn

from core import config
from tools import build, postgres, system, venv
from tools.steps import ROOT, StepError, say, step

_HELP = """usage: ./test [--quick] [PYTEST ARGUMENTS]

Set up what the tests need and run them all, on SQLite and on PostgreSQL, with pages in a real Chromium.

  --quick   leave out the browser, PostgreSQL and what takes more than a few seconds
  others    go to pytest: a path, -k WORDS, -x, -n 0 …

Settings, read from the environment:

  DATABASE_URL  a PostgreSQL to test on, whose user may create databases; default: one made for this run
  CHROMIUM      the path of the browser; default: the Chromium or Chrome found on PATH
"""

#: Two, because that is what the smallest machines have, and each process makes databases of its own.
_PROCESSES = ("-n", "2")


def main(arguments: Sequence[str]) -> int:
    """Set up, run pytest and return its exit status."""
    if {"--help", "-h"} & set(arguments):
        say(_HELP)
        return 0
    quick = "--quick" in arguments
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return _test(quick, [a for a in arguments if a != "--quick"])
    except StepError as error:
        sys.stdout.flush()
        sys.stderr.write((f"{error.details}\n\n" if error.details else "") + f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _test(quick: bool, arguments: list[str]) -> int:
    venv.ensure("requirements-dev.txt")
    system.require_for_tests(browser=not quick)
    build.ensure()
    with _database(quick) as address:
        changes = {"TEST_POSTGRES_URL": address, "CHROMIUM": os.environ.get("CHROMIUM") or system.chromium() or ""}
        return _pytest(quick, arguments, venv.environ(**changes))


@contextmanager
def _database(quick: bool) -> Iterator[str]:
    """Yield the address of a PostgreSQL, "" where none is wanted."""
    named = os.environ.get("TEST_POSTGRES_URL") or os.environ.get("DATABASE_URL", "")
    if quick or named.startswith("postgres"):
        yield "" if quick else named
        return
    with ExitStack() as stack:
        with step("Starting a PostgreSQL"):
            address = stack.enter_context(postgres.temporary())
        yield address


def _pytest(quick: bool, arguments: list[str], environ: Mapping[str, str]) -> int:
    left_out = ["-m", "not browser and not postgresql and not slow"] if quick else []
    # The settings of an installation are not those of a test.
    own = {"INSTANCE_PATH", *(setting.name for setting in config.SETTINGS)}
    kept = {name: value for name, value in environ.items() if name not in own}
    process = subprocess.Popen(
        [venv.PYTHON, "-m", "pytest", *_PROCESSES, *left_out, *arguments], cwd=ROOT, env=kept, stdin=subprocess.DEVNULL
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        # pytest was told as well, and says how far it came; after that it is ended.
        process.terminate()
        process.wait()
        raise
