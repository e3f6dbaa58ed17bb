"""The demo: a panel on real census figures, with engagements at every stage of the loop."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add `flask demo`."""
