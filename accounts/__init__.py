"""Staff: who they are, what they may do, and how they sign in."""

from __future__ import annotations

from flask import Flask

from accounts import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
