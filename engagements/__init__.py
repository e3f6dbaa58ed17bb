"""Engagements: pieces of involvement work, with their purpose, plan and place in the loop."""

from __future__ import annotations

from flask import Flask

from engagements import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
