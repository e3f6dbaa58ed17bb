"""`./run`: sets everything up, starts web and worker, and stops both together."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from core import config
from tools import build, database, processes, system, venv
from tools.steps import ROOT, StepError, say, step

#: Seconds the web server and the worker may take until both are at work.
_PATIENCE = 60


def main(arguments: Sequence[str]) -> int:
    """Set up, serve until stopped, and return the exit status."""
    options = _parser().parse_args(arguments)
    # Ctrl-C too: a shell that starts this in the background tells it to ignore that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        settings = config.load(os.environ, instance_path())
        _serve(settings, _wants_demo(options, settings))
    except config.ConfigError as error:
        return _fail(str(error), 2)
    except StepError as error:
        return _fail(str(error), 1, error.details)
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def instance_path() -> Path:
    """Return the folder of this installation's data."""
    return Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Set up what is missing, then start the panel: the web server and the worker that sends messages.",
        epilog=_settings_help(),
    )
    demo = parser.add_mutually_exclusive_group()
    demo.add_argument(
        "--demo",
        action="store_true",
        help="load the demo, if the database has no members, even where DATABASE_URL names a database",
    )
    demo.add_argument("--no-demo", action="store_true", help="start with an empty panel")
    return parser


def _settings_help() -> str:
    lines = ["Settings, read from the environment:", ""]
    for setting in config.SETTINGS:
        default = setting.shown_default or setting.default or "none"
        lines.append(f"  {setting.name}")
        lines += textwrap.wrap(
            f"{setting.help} Default: {default}.", 100, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
    return "\n".join(lines)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _fail(sentence: str, status: int, details: str = "") -> int:
    sys.stdout.flush()
    sys.stderr.write((f"{details}\n\n" if details else "") + sentence + "\n")
    return status


def _wants_demo(options: argparse.Namespace, settings: config.Settings) -> bool:
    """Return whether this is a demo: asked for, or a first look, where neither DEMO nor DATABASE_URL says otherwise."""
    if options.demo or options.no_demo:
        return bool(options.demo)
    if os.environ.get("DEMO", "").strip():
        return bool(settings.demo)
    return not os.environ.get("DATABASE_URL", "").strip()


def _serve(settings: config.Settings, demo: bool) -> None:
    _require_free_port(settings.host, settings.port)
    venv.ensure("requirements.txt")
    for sentence in system.advice_for_letters():
        say(sentence)
    environ = venv.environ(DEMO="yes" if demo else "no", INSTANCE_PATH=str(settings.instance_path))
    build.ensure()
    welcome = database.ensure(settings, environ, demo)
    children = processes.Children()
    try:
        with step("Starting the web server and the worker"):
            children.start("web server", web_command(settings), environ)
            children.start("worker", [venv.BIN / "flask", "--app", "app", "worker", "--quiet"], environ)
            children.wait_until(lambda: _healthy(settings.host, settings.port), _PATIENCE)
        say("\n".join(["", f"The panel is at {settings.base_url}", *welcome, "Stop it with Ctrl-C."]))
        children.watch()
    finally:
        children.stop()


def web_command(settings: config.Settings) -> list[str | Path]:
    """Return the command of the web server. It keeps no access log: paths may hold the tokens of private links."""
    return [
        venv.BIN / "granian",
        "--interface=wsgi",
        "--factory",
        f"--host={settings.host}",
        f"--port={settings.port}",
        f"--workers={settings.web_workers}",
        f"--blocking-threads={settings.web_threads}",
        "--http=1",
        "--no-ws",
        "--no-access-log",
        "--log-level=warning",
        "--workers-kill-timeout=10",
        "app:create_app",
    ]


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  only compared


def _healthy(host: str, port: int) -> bool:
    """Return whether /health says that database, migrations and worker are well."""
    try:
        with socket.create_connection((_reachable(host), port), timeout=2) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(12).endswith(b" 200")
    except OSError:
        return False


def _require_free_port(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except socket.gaierror:
        raise config.ConfigError(f"HOST must be an address of this machine, not “{host}”.") from None
    except PermissionError:
        raise config.ConfigError(f"PORT {port} may not be used by this user; choose one above 1023.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise config.ConfigError(f"PORT {port} is in use by another program; choose another.") from None
        raise config.ConfigError(f"HOST must be an address of this machine, not “{host}”.") from None
