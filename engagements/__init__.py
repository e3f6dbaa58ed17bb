"""Engagements: pieces of involvement work, with their purpose, plan and place in the loop."""

from __future__ import annotations

from flask import Flask

from core import navigation
from core.errors import N_
from engagements import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from engagements import queries, wording
    from engagements.views import blueprint
    from i18n import negotiation
    from panel import purposes

    def choices() -> list[tuple[int, str]]:
        tag = negotiation.current().tag
        return [(e.id, wording.title_of(e, tag)) for e in queries.list_engagements(limit=200)]

    def title(engagement_id: int) -> str | None:
        found = queries.list_by_ids([engagement_id])
        return wording.title_of(found[0], negotiation.current().tag) if found else None

    purposes.register(choices, title)

    app.register_blueprint(blueprint)
    navigation.add_staff_entry("engagements.index", N_("Engagements"), 10, navigation.ENGAGEMENTS)
