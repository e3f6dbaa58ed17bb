"""The panel: its members, their profiles and consents, areas, and the population it stands for."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from core import access
    from i18n import negotiation
    from panel import (  # noqa: F401  registering by import
        cli,
        current,
        emails,
        involvement,
        jobs,
        leaving,
        moves,
        presenters,
        reactions,
        recipients,
        recruits,
        sealed,
        signals,
        views,
    )
    from panel.draws import people, shown, work  # noqa: F401  registering by import
    from panel.representation import channels

    access.set_guard("member", current.guard)
    negotiation.add_person_source(current.language)
    recipients.register()
    channels.add_names(recruits.names)
    sealed.register()
    reactions.connect()
    signals.member_erased.connect(people.forget_member)
    involvement.register(shown.drawn_for)
    leaving.register(shown.kept_of)
    views.init_app(app)
    app.jinja_env.globals.update(
        removal_reason=presenters.removal_reason,
        milestone_words=presenters.milestone_words,
        group_reason=presenters.group_reason,
    )
    cli.init_app(app)
