"""Commands for catalogues: extract, update, compile, and see what is missing."""

from __future__ import annotations

from flask import Flask
from flask.cli import AppGroup

commands = AppGroup("i18n", help="Catalogues of the pages' and messages' words.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(commands)
