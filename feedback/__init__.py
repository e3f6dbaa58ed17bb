"""Closing the loop: outcomes, telling everyone who took part, and what is overdue."""

from __future__ import annotations

from flask import Flask

from core.errors import N_


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from accounts import cards
    from core import navigation
    from engagements.presenters import add_section
    from engagements.services import add_archive_check
    from feedback import hooks, jobs, sealed, views  # noqa: F401  the worker must know the jobs
    from feedback.presenters.content import telling_content
    from feedback.services import departures
    from panel import involvement, signals

    sealed.register()
    app.register_blueprint(views.staff)
    app.register_blueprint(views.public)
    app.jinja_env.globals["telling_content"] = telling_content
    navigation.add_staff_entry(
        "feedback.show_loop", N_("Closing the loop"), 50, navigation.ENGAGEMENTS, folders=("tellings",)
    )
    navigation.add_staff_entry("feedback.translations", N_("Outcomes to translate"), 60, navigation.ENGAGEMENTS)
    navigation.add_staff_entry("feedback.show_funnel", N_("Who takes part"), 70, navigation.ENGAGEMENTS)
    navigation.add_footer_link("directory.index", N_("You said, we did"), 10)
    navigation.add_front_entry(
        "directory.index", N_("You said, we did"), N_("See what people told us, and what came of it."), 30
    )
    cards.add_card("feedback.overdue", "loop.read", hooks.overdue_card, order=20)
    cards.add_card("feedback.failures", "telling.manage", hooks.failures_card, order=30)
    add_section(hooks.section_of)
    signals.member_leaving.connect(departures.note)
    signals.member_erased.connect(hooks.forget_member)
    involvement.register(hooks.what_came_of_it)
    add_archive_check(hooks.refuse_open_loop)
