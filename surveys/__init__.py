"""Surveys: questionnaires, their wording, fieldwork, answering and results."""

from __future__ import annotations

import datetime as dt
import importlib

from flask import Flask

from core import navigation
from core.errors import N_
from i18n import web
from surveys import guards, hooks, immutability, models  # noqa: F401  the tables and their guards must be known

#: Modules of surveys.views that hold a `blueprint`.
PAGES: tuple[str, ...] = (
    "author",
    "answering",
    "calendar",
    "fieldwork",
    "results",
)


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from engagements import presenters as engagement_presenters
    from engagements import services as engagement_services
    from panel import involvement, leaving, signals, taking_part
    from panel.representation import counting
    from surveys import emails, jobs, sealed  # noqa: F401  the messages and the periodic work must be known
    from surveys.presenters import authoring as presenters
    from surveys.queries import participation

    sealed.register()
    app.jinja_env.filters["iso_moment"] = lambda text: web.moment(dt.datetime.fromisoformat(text))
    navigation.add_staff_entry("calendar.show", N_("Who is asked what"), 30, navigation.ENGAGEMENTS)
    navigation.add_staff_entry("fieldwork.index", N_("Surveys in the field"), 20, navigation.ENGAGEMENTS)
    for name in PAGES:
        app.register_blueprint(importlib.import_module(f"surveys.views.{name}").blueprint)
    engagement_services.add_close_check(hooks.refuse_open_fieldwork)
    engagement_presenters.add_section(presenters.of_engagement)
    engagement_presenters.add_section(hooks.fieldwork_of_engagement)
    involvement.register(hooks.what_they_were_asked)
    leaving.register(hooks.kept_answers)
    taking_part.register(participation.all_participant_ids)
    signals.member_erased.connect(hooks.forget_member)
    stages = {"invited": N_("Invited"), "responded": N_("Responded")}
    counting.add_stages(stages, participation.stages, participation.stages_marker)
    navigation.add_staff_entry("author.translations", N_("Translations"), 40, navigation.ENGAGEMENTS)
