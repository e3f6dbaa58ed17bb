"""A whole installation for the browser tests: web and worker as in production, a fresh database, mail in a folder."""

from __future__ import annotations

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask

import app as application
from core import config, crypto, database, prepared
from core.database import db
from tests.support.pages import PageClient

ROOT = Path(__file__).parent.parent.parent
#: Seconds something that happens in another process may take on a busy machine.
PATIENCE = 120


def wait_for(find: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Return what `find` returns as soon as that is true; fail when it never is."""
    end = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.1)
    return found


class Mailbox:
    """The folder in which messages arrive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def messages(self, address: str) -> list[EmailMessage]:
        """Return the messages to `address`, in the order they came."""
        paths = sorted(self.folder.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        read = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        return [message for message in read if address in str(message["To"])]

    def link(self, address: str, part: str) -> str:
        """Wait for a message to `address` with a link that contains `part`, and return the newest such link."""
        return wait_for(lambda: self._link(address, part), f"a message with a link to {part}")

    def _link(self, address: str, part: str) -> str | None:
        for message in reversed(self.messages(address)):
            body = message.get_body(("plain",))
            links = re.findall(r"https?://\S+", body.get_content() if body else "")
            for link in links:
                if part in link:
                    return link
        return None


@dataclass
class Site:
    """A running installation; `app` is the same application in this process, for looking into the database."""

    url: str
    app: Flask
    mail: Mailbox
    environ: dict[str, str]

    @contextmanager
    def context(self) -> Iterator[None]:
        """Run the body as the application, with its settings, keys and database."""
        # A request of an earlier test may have left this thread reading; a write then begins without SQLite's lock.
        database.set_reading(False)
        before = config._settings
        config.use(self.app.extensions["settings"])
        crypto.use_keys(config.settings().field_keys)
        try:
            with self.app.app_context():
                yield
                db.session.remove()
        finally:
            if before is not None:
                config.use(before)
                crypto.use_keys(before.field_keys)

    def command(self, *arguments: str) -> str:
        """Run a `flask` command of the installation and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *arguments],
            cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def serving(folder: Path, prepare: Callable[[Site], None] = lambda site: None, **changes: str) -> Iterator[Site]:
    """Serve a fresh installation that keeps everything in `folder`; `prepare` fills it before anything runs."""
    port = _free_port()
    values = {
        "BASE_URL": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "MAIL_URL": f"folder:{folder / 'mail'}",
        "INSTANCE_PATH": str(folder),
        **changes,
    }
    own = {"DATABASE_URL", *(setting.name for setting in config.SETTINGS)}
    environ = {name: value for name, value in os.environ.items() if name not in own} | values
    settings = config.load(values, folder)
    flask_app = application.create_app(settings)
    flask_app.extensions["settings"] = settings
    flask_app.test_client_class = PageClient
    site = Site(values["BASE_URL"], flask_app, Mailbox(folder / "mail"), environ)
    with site.context():
        db.create_all()
    prepare(site)
    web = [
        "-m", "granian", "--interface=wsgi", "--factory", "--host=127.0.0.1", f"--port={port}", "--workers=1",
        "--blocking-threads=4", "--http=1", "--no-ws", "--no-access-log", "--log-level=warning", "app:create_app",
    ]  # fmt: skip
    with _running(folder / "web.log", web, environ), _running(folder / "worker.log", _WORKER, environ):
        wait_for(lambda: _answers(site.url), "the web server")
        yield site
    with site.context():
        prepared.close()
        db.engine.dispose()


_WORKER = ["-m", "flask", "--app", "app", "worker"]


@contextmanager
def _running(log: Path, arguments: list[str], environ: dict[str, str]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
            assert process.poll() is None, f"it stopped by itself: {log.read_text()[-2000:]}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/help", timeout=5) as response:  # noqa: S310  our own address
            return bool(response.status == 200)
    except OSError:
        return False
