"""Closing the loop: outcomes, telling everyone who took part, and what is overdue."""

from __future__ import annotations

from flask import Flask

from feedback import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
