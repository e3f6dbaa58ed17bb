"""The pages of this room."""

from __future__ import annotations

from flask import Flask

from panel.views import home
from panel.views.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Add the pages to `app`. The home page keeps a name without a room: every layout links to it."""
    app.add_url_rule("/", "home", home.home)
    app.register_blueprint(blueprint)
