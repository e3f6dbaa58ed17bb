"""Surveys: questionnaires, their wording, fieldwork, answering and results."""

from __future__ import annotations

import importlib

from flask import Flask

from surveys import guards, immutability, models  # noqa: F401  the tables and their guards must be known

#: Modules of surveys.views that hold a `blueprint`.
PAGES: tuple[str, ...] = ("answering",)


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    for name in PAGES:
        app.register_blueprint(importlib.import_module(f"surveys.views.{name}").blueprint)
