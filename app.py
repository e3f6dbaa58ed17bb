"""The one file that knows every room: it puts the application together."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from flask import Flask
from flask.cli import AppGroup

from core import config

#: Lower rooms first: a higher one may replace what a lower one offers, such as the guard for members.
ROOMS = ("i18n", "mail", "accounts", "panel", "engagements", "surveys", "expenses", "feedback", "demo")


class Application(Flask):
    """Flask without coroutines: it would ask each of the nine functions a request passes through whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: config.Settings | None = None) -> Flask:
    """Return the application for `settings`, by default those of the environment."""
    if settings is None and _is_lottery(sys.argv):
        return _lottery_alone()
    import core

    root = Path(__file__).parent
    app = Application(
        __name__, static_folder=None, instance_path=os.environ.get("INSTANCE_PATH") or str(root / "instance")
    )
    core.init_app(app, settings or config.load(os.environ, Path(app.instance_path)))
    for room in ROOMS:
        importlib.import_module(room).init_app(app)
    return app


def _is_lottery(arguments: list[str]) -> bool:
    """Return whether this process is a command of the lottery, such as `flask panel draw`: it needs files alone."""
    from panel.lottery.algorithms import COMMANDS

    return any(room == "panel" and command in COMMANDS for room, command in pairwise(arguments))


def _lottery_alone() -> Flask:
    """Return an application of the lottery's commands and nothing else: they start in a fraction of the time."""
    from panel.lottery.cli import COMMANDS

    app = Application(__name__, static_folder=None)
    app.cli.add_command(AppGroup("panel", commands=list(COMMANDS)))
    return app
