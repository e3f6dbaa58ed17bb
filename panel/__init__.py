"""The panel: its members, their profiles and consents, areas, and the population it stands for."""

from __future__ import annotations

from flask import Flask

from panel import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
