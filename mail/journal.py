"""What a worker was doing when it died: one small append-only file a run, written around every hand-over.

Before a message is handed to the transport its id is written with `S`; after the transport's answer with `A` (accepted)
or `R` (refused). The file outlives a `kill -9`, so whoever comes next on this machine knows of each message that the
dead run had claimed whether it left, did not leave, or was in flight at that very moment. While the run lives it holds
a lock on the file, which the system releases when the process ends, however it ends.

What was written last may be missing after the whole machine lost power, though not after the death of a process. The
file begins with the id of the system's boot, so that a missing `S` is taken for "not sent" only within the same boot.
"""

from __future__ import annotations

import fcntl
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core import ids


class Mark(StrEnum):
    """The last thing written about a message."""

    STARTED = "S"
    ACCEPTED = "A"
    REFUSED = "R"


_MARKS = frozenset(str(mark) for mark in Mark)


@dataclass(frozen=True)
class Record:
    """What the journal of a dead run says."""

    marks: dict[str, Mark]
    #: Whether a message without a mark was certainly never handed over.
    complete: bool


class RunAliveError(Exception):
    """The run still holds its journal."""


class Journal:
    """The journal of this run. Marks may be made from several threads: each is one small appending write."""

    def __init__(self, folder: Path, worker: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.run = f"{re.sub(r'[^A-Za-z0-9_-]', '_', worker)[:60]}.{ids.random_id()[:16]}"
        self._path = _path(folder, self.run)
        making = self._path.with_suffix(".new")
        self._handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        # Locked before it has its name: nobody may meet it unlocked and take this run for dead.
        fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(self._handle, f"boot {_boot()}\n".encode())
        os.fsync(self._handle)
        making.rename(self._path)

    def mark(self, mark: Mark, message_id: str) -> None:
        """Write down what is happening with this message."""
        os.write(self._handle, f"{mark} {message_id}\n".encode())

    def sync(self) -> None:
        """Make what was written outlive a power cut."""
        os.fsync(self._handle)

    def close(self) -> None:
        """End this run; its file stays until everything it claimed is settled."""
        os.close(self._handle)


def read(folder: Path, run: str) -> Record | None:
    """Return what the dead `run` wrote, None when its journal is not on this machine; raises RunAliveError."""
    try:
        handle = os.open(_path(folder, run), os.O_RDONLY)
    except OSError:
        return None
    with os.fdopen(handle, "r", encoding="ascii", errors="replace") as file:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunAliveError(run) from None
        header = file.readline()
        marks = {}
        for line in file:
            mark, _, message_id = line.rstrip("\n").partition(" ")
            # The last line may have been cut short; a cut id matches no message, and the mark before it stands.
            if mark in _MARKS and line.endswith("\n"):
                marks[message_id] = Mark(mark)
    return Record(marks, complete=header == f"boot {_boot()}\n" and _boot() != "")


def dead_runs(folder: Path) -> list[str]:
    """Return the runs whose journals lie here and which are no longer alive."""
    runs = []
    for path in sorted(folder.glob("*.journal")):
        try:
            read(folder, path.stem)
        except RunAliveError:
            continue
        runs.append(path.stem)
    return runs


def forget(folder: Path, run: str) -> None:
    """Remove the journal of a run nothing depends on any more."""
    _path(folder, run).unlink(missing_ok=True)


def _path(folder: Path, run: str) -> Path:
    return folder / f"{Path(run).name}.journal"


def _boot() -> str:
    """Return the id of this boot of the system, or nothing where it cannot be told."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
