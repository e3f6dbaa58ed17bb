"""Staff: who they are, what they may do, and how they sign in."""

from __future__ import annotations

from flask import Flask

from accounts import current, models  # noqa: F401  the tables must be known
from core import access, navigation


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from accounts.views import blueprint

    app.register_blueprint(blueprint)
    access.set_guard("staff", current.guard)
    navigation.set_permission_check(current.may)
    app.jinja_env.globals.update(current_staff=current.staff, may=current.may)
