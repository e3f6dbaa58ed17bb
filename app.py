"""The one file that knows every room: it puts the application together."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from core import config

#: Lower rooms first: a higher one may replace what a lower one offers, such as the guard for members.
ROOMS = ("i18n", "mail", "accounts", "panel", "engagements", "surveys", "expenses", "feedback", "demo")


class Application(Flask):
    """Flask without coroutines: it would ask each of the nine functions a request passes through whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: config.Settings | None = None) -> Flask:
    """Return the application for `settings`, by default those of the environment."""
    import core

    root = Path(__file__).parent
    app = Application(
        __name__, static_folder=None, instance_path=os.environ.get("INSTANCE_PATH") or str(root / "instance")
    )
    core.init_app(app, settings or config.load(os.environ, Path(app.instance_path)))
    for room in ROOMS:
        importlib.import_module(room).init_app(app)
    return app
