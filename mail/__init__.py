"""Messages: their registry, the outbox, delivery, transports and bounces."""

from __future__ import annotations

from flask import Flask

from mail import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
