"""The database of `./run`: brought up to date at every start, filled with the demo at the first.

An embedded database that is as the last start left it is not asked again, so that a second start takes few seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core import config
from tools import venv
from tools.steps import ROOT, WRONG_SETTING, StepError, command, step, write_whole

#: How large the demo is, and the seed that makes it the same everywhere.
_DEMO = ("--members", "1200", "--seed", "7")


def ensure(settings: config.Settings, environ: dict[str, str], demo: bool) -> list[str]:
    """Bring the database up to date, load the demo where it is wanted, and return the lines that tell of it."""
    stamp = Path(settings.instance_path) / "prepared.json"
    key = _key(demo)
    known = _read(stamp)
    schema = _schema(settings.database_url)
    if schema and known.get("schema") == schema and known.get("key") == key:
        return list(known["welcome"])
    state = _prepare(environ)
    if demo and state["empty"]:
        with step("Loading the demo"):
            load = [venv.BIN / "flask", "--app", "app", "demo", "load", *_DEMO]
            command(load, "The demo could not be loaded.", environ)
    welcome = state["welcome"] if demo else []
    document = {"key": key, "schema": _schema(settings.database_url), "welcome": welcome}
    write_whole(stamp, json.dumps(document).encode())
    return list(welcome)


def _prepare(environ: dict[str, str]) -> dict[str, Any]:
    with step("Bringing the database up to date"):
        try:
            said = command(
                [venv.PYTHON, "-m", "tools.prepare"], "The database could not be brought up to date.", environ
            )
        except StepError as error:
            if error.status == WRONG_SETTING:
                raise config.ConfigError(error.details.splitlines()[-1]) from None
            raise
    return dict(json.loads(said.splitlines()[-1]))


def _read(stamp: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(stamp.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _key(demo: bool) -> str:
    """Return a hash of all else that decides what a start has to do: settings, migrations and the demo."""
    digest = hashlib.sha256(str(demo).encode())
    for setting in config.SETTINGS:
        digest.update(f"{setting.name}={os.environ.get(setting.name, '')}\n".encode(errors="surrogateescape"))
    for folder in ("migrations", "demo"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _schema(url: str) -> str:
    """Return the revision that an SQLite file says it has; "" for a missing file or any other database."""
    path = url.removeprefix("sqlite:///")
    if path == url or not Path(path).is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version ORDER BY version_num").fetchall()
    except sqlite3.Error:
        return ""
    return " ".join(row[0] for row in rows)
