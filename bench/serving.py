"""Serving the application for a bench as ./run serves it: a database of its own, granian, and its processor time."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import sqlalchemy as sa
from flask import Flask

import app as application
from core import config
from core.database import db
from tools import postgres, start

ROOT = Path(__file__).parent.parent
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running installation: its address, its application for looking into the database, and its processes."""

    port: int
    app: Flask
    roots: tuple[int, ...]

    def cpu_ms(self) -> float:
        """Return the processor time, in milliseconds, used so far by all processes of the server."""
        return tree_ms(self.roots)


@contextmanager
def installation(database: str, folder: Path) -> Iterator[tuple[config.Settings, tuple[int, ...]]]:
    """Yield settings of an empty installation on `database` (sqlite or postgresql), and the processes of PostgreSQL."""
    port = _free_port()
    values = {"PORT": str(port), "MAIL_URL": f"folder:{folder / 'mail'}", "SECRET_KEY": secrets.token_urlsafe(48)}
    if database == "sqlite":
        yield config.load(values, folder), ()
        return
    with _postgresql() as (url, roots):
        yield config.load(values | {"DATABASE_URL": url}, folder), roots


@contextmanager
def _postgresql() -> Iterator[tuple[str, tuple[int, ...]]]:
    given = os.environ.get("TEST_POSTGRES_URL")
    with nullcontext(given) if given else postgres.temporary() as server, _new_database(server) as url:
        yield url, _postmaster(server)


@contextmanager
def _new_database(server: str) -> Iterator[str]:
    """Yield the address of an empty database on `server`, and drop it afterwards whoever is still connected."""
    name = f"bench_{secrets.token_hex(6)}"
    engine = sa.create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


def _postmaster(server: str) -> tuple[int, ...]:
    """Return the process of a PostgreSQL on this machine, so that its time counts as the server's."""
    engine = sa.create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        own = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        parent = _parent(own)
    engine.dispose()
    return (parent,) if parent else ()


@contextmanager
def serving(settings: config.Settings, roots: tuple[int, ...]) -> Iterator[Server]:
    """Make the tables, serve with the command of ./run, and stop it afterwards."""
    app = application.create_app(settings)
    with app.app_context():
        db.create_all()
    environ = {
        **os.environ,
        **{name: str(settings.values[name]) for name in ("PORT", "DATABASE_URL", "SECRET_KEY", "MAIL_URL")},
        "INSTANCE_PATH": str(settings.instance_path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    arguments = [str(part) for part in start.web_command(settings)[1:]]
    log = (settings.instance_path / "web.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "granian", *arguments], env=environ, cwd=ROOT, stderr=log)
    try:
        _wait(settings.port, process)
        yield Server(settings.port, app, (process.pid, *roots))
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/resume", timeout=5) as response:
            if response.status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stat(pid: int) -> list[str]:
    # The name of a program may hold spaces and brackets: fields are counted from behind it.
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()


def _parent(pid: int) -> int:
    with suppress(OSError, IndexError):
        return int(_stat(pid)[1])
    return 0


def _tree(roots: tuple[int, ...]) -> set[int]:
    parents = {int(p.name): _parent(int(p.name)) for p in Path("/proc").iterdir() if p.name.isdigit()}
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def tree_ms(roots: tuple[int, ...]) -> float:
    """Return the processor time, in milliseconds, used so far by the processes `roots` and all they have started."""
    return sum(cpu_ms(pid) for pid in _tree(roots)) if roots else 0.0


def cpu_ms(pid: int) -> float:
    """Return user and system time of a process and of its children that have ended."""
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0
    return 1000 * sum(int(fields[i]) for i in (11, 12, 13, 14)) / _TICK
