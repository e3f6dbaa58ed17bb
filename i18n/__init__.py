"""Languages: the one list of them, which one a person reads, and how dates, numbers and text come out in it."""

from __future__ import annotations

from flask import Flask

from i18n import cli, negotiation, web


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    negotiation.init_app(app)
    web.init_app(app)
    cli.init_app(app)
