"""The loop as a number: every engagement, and what is overdue by whom."""

from __future__ import annotations

import datetime as dt

from flask import render_template, request, url_for

import engagements.queries
from core import access, clock
from feedback.presenters import overview
from feedback.queries import loop
from feedback.views import staff

PAGE_SIZE = 20


@staff.get("/loop")
@access.requires("loop.read")
def show_loop() -> str:
    page = max(request.args.get("page", 1, type=int), 1)
    found = engagements.queries.list_engagements(limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE)
    shown = found[:PAGE_SIZE]
    silent = engagements.queries.list_by_ids(loop.silent_engagements())
    return render_template(
        "feedback/loop.html",
        figures=loop.figures(clock.today() - dt.timedelta(days=365)),
        rows=overview.rows(shown, loop.loops([each.id for each in shown])),
        overdue=overview.overdue(loop.list_due(clock.today()), silent),
        newer=url_for("feedback.show_loop", page=page - 1) if page > 1 else "",
        older=url_for("feedback.show_loop", page=page + 1) if len(found) > PAGE_SIZE else "",
    )
