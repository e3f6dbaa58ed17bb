"""The pages of this room."""

from __future__ import annotations

from flask import Flask

from panel.views.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Add the pages to `app`."""
    app.register_blueprint(blueprint)
