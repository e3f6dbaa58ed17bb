"""The equality duty's evidence on one page: who of those invited got how far; the same as PDF, CSV and spreadsheet."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

import engagements.queries
from core import access, clock
from core.errors import NotFoundError
from engagements.wording import title_of
from feedback import funnel
from feedback.presenters import funnel as presenters
from feedback.queries import funnel as queries
from feedback.views import staff
from i18n import negotiation
from panel import queries as panel


def _scope() -> tuple[queries.Scope, str]:
    """Return what is counted, and the title of the engagement that was asked for."""
    since = queries.counted_since()
    wanted = request.args.get("engagement", type=int)
    if wanted is None:
        return queries.Scope(None, since), ""
    try:
        return queries.Scope(wanted, since), title_of(engagements.queries.get_engagement(wanted))
    except NotFoundError:
        abort(404)


def _funnel(scope: queries.Scope) -> funnel.Funnel:
    return _shown(queries.find(scope))


def _shown(found: queries.Found) -> funnel.Funnel:
    places = {area.id: area.name for area in panel.list_areas(level=2)}
    return funnel.shown(found.counts, places)


def _context() -> dict[str, Any]:
    scope, title = _scope()
    found = queries.find(scope)
    return {
        "tables": presenters.tables(_shown(found)),
        "counted_at": found.made_at,
        "head": presenters.head(),
        "scope": scope,
        "title": title,
        "today": clock.today(),
        "language": negotiation.current(),
    }


@staff.get("/funnel")
@access.requires("panel.figures")
def show_funnel() -> str:
    found = engagements.queries.list_engagements(limit=100)
    choices = [(each.id, title_of(each)) for each in found]
    return render_template("feedback/funnel.html", engagements=choices, **_context())


@staff.get("/funnel.pdf")
@access.requires("panel.figures")
def funnel_pdf() -> ResponseReturnValue:
    return _file(presenters.as_pdf(_context()), "application/pdf", "pdf")


@staff.get("/funnel.csv")
@access.requires("panel.figures")
def funnel_csv() -> ResponseReturnValue:
    return _file(presenters.as_csv(_funnel(_scope()[0])).encode(), "text/csv; charset=utf-8", "csv")


@staff.get("/funnel.xlsx")
@access.requires("panel.figures")
def funnel_xlsx() -> ResponseReturnValue:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(presenters.as_xlsx(_funnel(_scope()[0])), kind, "xlsx")


def _file(content: bytes, kind: str, ending: str) -> Response:
    name = f"participation-{clock.today().isoformat()}.{ending}"
    response = send_file(io.BytesIO(content), kind, as_attachment=True, download_name=name, max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response
