"""Steps of a set-up, each shown with the seconds it takes, and commands whose words are seen only when they fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: The exit status of a program that stopped because of a setting; its last line says what is wrong.
WRONG_SETTING = 2

#: The last lines of a failed command that are worth showing.
_TAIL = 40


# A terminal that cannot show a character gets a question mark, not the end of the set-up.
for _stream in (sys.stdout, sys.stderr):
    _stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text stream


class StepError(Exception):
    """Set-up cannot go on; the message is one plain sentence, `details` what the command said."""

    def __init__(self, message: str, details: str = "", status: int = 1) -> None:
        super().__init__(message)
        self.details = details
        self.status = status


def say(words: str = "") -> None:
    """Show a line at once, also when the output is a pipe."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


@contextmanager
def step(words: str) -> Iterator[None]:
    """Show `words` at once, and on the same line how long the body took."""
    sys.stdout.write(f"{words} … ")
    sys.stdout.flush()
    began = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("\n")
        sys.stdout.flush()
        raise
    sys.stdout.write(f"{time.monotonic() - began:.1f} s\n")
    sys.stdout.flush()


def command(
    arguments: Sequence[str | Path], failure: str, environ: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> str:
    """Run `arguments` and return what they print; raise StepError with `failure` and their last lines otherwise."""
    try:
        done = subprocess.run(
            [str(a) for a in arguments],
            cwd=cwd,
            env=dict(environ) if environ is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise StepError(failure, str(error)) from None
    if done.returncode:
        raise StepError(failure, "\n".join(done.stdout.strip().splitlines()[-_TAIL:]), done.returncode)
    return done.stdout


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
