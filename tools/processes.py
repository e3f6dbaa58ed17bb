"""Programs that run side by side and stop together: when one ends, or a person stops them, none is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.steps import ROOT, StepError

#: Seconds a program may take to finish what it is doing before it is ended.
_GRACE = 15


def run_visibly(arguments: Sequence[str | Path], environ: Mapping[str, str], failure: str) -> None:
    """Run a program that shows its own steps; raise StepError with `failure` when it fails."""
    done = subprocess.run(
        [str(a) for a in arguments], cwd=ROOT, env=dict(environ), stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise StepError(failure)


class Children:
    """Programs started together, each in a process group of its own so that its own children stop with it."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: Sequence[str | Path], environ: Mapping[str, str]) -> None:
        """Start a program; `name` is what it is called when it fails."""
        # A session of its own: Ctrl-C reaches this program alone, which then stops each child once.
        self._running[name] = subprocess.Popen(
            [str(a) for a in arguments],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return when `ready`; raise StepError when a program ends first or it takes too long."""
        limit = time.monotonic() + seconds
        while not ready():
            self._require_all()
            if time.monotonic() > limit:
                raise StepError(f"Not everything was at work within {seconds:.0f} seconds.")
            time.sleep(0.05)

    def watch(self) -> None:
        """Wait until a program ends, which none should by itself: raise StepError that names it."""
        while True:
            self._require_all()
            time.sleep(0.25)

    def _require_all(self) -> None:
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
                raise StepError(f"The {name} ended {how}, so everything was stopped.")

    def stop(self) -> None:
        """Ask every program to finish, wait, and end what is left of their groups."""
        # A second Ctrl-C must not leave one of them running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        limit = time.monotonic() + _GRACE
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, limit - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
