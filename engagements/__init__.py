"""Engagements: pieces of involvement work, with their purpose, plan and place in the loop."""

from __future__ import annotations

from flask import Flask

from core import navigation
from core.errors import N_
from engagements import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from engagements.views import blueprint

    app.register_blueprint(blueprint)
    navigation.add_staff_entry("engagements.index", N_("Engagements"), 20)
