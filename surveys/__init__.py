"""Surveys: questionnaires, their wording, fieldwork, answering and results."""

from __future__ import annotations

from flask import Flask

from surveys import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
