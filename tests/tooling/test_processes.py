"""Programs side by side: they stop together, with all they have started, and a death is named."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.processes import Children
from tools.steps import StepError

#: Starts a child of its own, writes both ids, and waits for a signal.
_PARENT = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
path = pathlib.Path(sys.argv[1])
path.with_suffix(".new").write_text(f"{__import__('os').getpid()} {child.pid}")
path.with_suffix(".new").rename(path)
time.sleep(600)
"""


@pytest.fixture
def signals() -> Iterator[None]:
    """`stop` ignores the signals that end a program; the tests' own are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
@pytest.mark.usefixtures("signals")
class TestChildren:
    def start(self, children: Children, folder: Path, name: str) -> list[int]:
        path = folder / name
        children.start(name, [sys.executable, "-c", _PARENT, path], os.environ)
        until(path.exists)
        return [int(pid) for pid in path.read_text().split()]

    def test_stops_all_of_them_and_what_they_started(self, tmp_path: Path) -> None:
        children = Children()
        pids = self.start(children, tmp_path, "web server") + self.start(children, tmp_path, "worker")
        assert all(map(lives, pids))
        children.stop()
        until(lambda: not any(map(lives, pids)))

    def test_names_the_one_that_was_killed(self, tmp_path: Path) -> None:
        children = Children()
        try:
            self.start(children, tmp_path, "web server")
            worker, _ = self.start(children, tmp_path, "worker")
            os.kill(worker, signal.SIGKILL)
            with pytest.raises(StepError, match=r"^The worker ended by SIGKILL, so everything was stopped\.$"):
                children.watch()
        finally:
            children.stop()

    def test_does_not_wait_for_ever_for_what_is_not_at_work(self, tmp_path: Path) -> None:
        children = Children()
        try:
            self.start(children, tmp_path, "worker")
            with pytest.raises(StepError, match="Not everything was at work"):
                children.wait_until(lambda: False, 0.2)
        finally:
            children.stop()
