"""Messages: their registry, the outbox, delivery, transports and bounces."""

from __future__ import annotations

from flask import Flask

from core import config, jobs
from mail import models, transports  # noqa: F401  the tables must be known
from mail.delivery import Post


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    jobs.add_continuous("mail", lambda: Post(config.settings(), transports.of(config.settings())))
