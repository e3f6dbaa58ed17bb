"""Pages on how like its population the panel is, and whom to recruit next."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_skeleton
from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts import current as staff_current
from core import access, clock
from i18n import negotiation
from panel import presenters
from panel.forms.fields import named
from panel.forms.figures import PlanForm, months
from panel.forms.staff import SOURCES
from panel.representation import channels, comparing, downloads, presenting, recruiting, whole
from panel.representation.comparing import Comparison
from panel.views.blueprint import blueprint


def _asked_for() -> tuple[Comparison, str]:
    unsaid = request.args.get("unsaid", "")
    unsaid = unsaid if unsaid == comparing.OWN_CATEGORY else comparing.LEFT_OUT
    return comparing.compare(request.args.get("area", type=int), unsaid), unsaid


@blueprint.get("/staff/panel/figures")
@access.requires("panel.figures")
def figures() -> str:
    """Show population, panel, invited and responded side by side, and the panel as a whole."""
    made, unsaid = _asked_for()
    at_root = made.area.id == made.shown.geography.root.id
    measured = whole.measure(made.kept.counted, made.figures, made.catalogue, made.shown.geography) if at_root else None
    return render_template(
        "panel/staff/figures.html",
        made=made,
        unsaid=unsaid,
        own_category=comparing.OWN_CATEGORY,
        blocks=presenting.blocks(made),
        everybody=[(presenting.stage_words(s), presenting.count(n)) for s, n in made.everybody.items()],
        whole=presenting.whole(measured, made) if measured else None,
        areas=made.areas,
        may_change=staff_current.may("panel.targets"),
    )


@blueprint.get("/staff/panel/figures.csv")
@access.requires("panel.figures")
def figures_csv() -> ResponseReturnValue:
    """The same figures as the page, as CSV."""
    made, _ = _asked_for()
    return downloads.as_csv(presenting.rows(made), f"panel-{made.area.code}")


@blueprint.get("/staff/panel/figures.xlsx")
@access.requires("panel.figures")
def figures_xlsx() -> ResponseReturnValue:
    """The same figures as the page, as a workbook."""
    made, _ = _asked_for()
    return downloads.as_xlsx(presenting.rows(made), f"panel-{made.area.code}")


def _month_words(month: dt.date) -> str:
    return format_skeleton("yMMMM", month, locale=negotiation.current().locale)


@blueprint.get("/staff/panel/recruit-next")
@access.requires("panel.figures")
def recruit_next() -> ResponseReturnValue:
    """Show which groups and places will be short, how many people, and which channel brought them before."""
    ahead = months(clock.today(), recruiting.MOST_MONTHS)
    form = PlanForm(request.args, data={"month": ahead[5].isoformat()})
    form.month.choices = named((m.isoformat(), _month_words(m)) for m in ahead)
    if not form.month.raw_data:
        form.month.data = ahead[5].isoformat()
    valid = form.validate()
    month = dt.date.fromisoformat(form.month.data) if valid else ahead[5]
    made = recruiting.plan(month, form.size.data if valid else None)
    keys = {channel.key for group in made.groups for channel in group.channels}
    called = channels.names_of(keys)
    rows = presenting.plan(made, {key: presenters.source(key, SOURCES, called) for key in keys})
    top_up = {"aim": presenting.aims(made), "until": month.isoformat()}
    page = render_template(
        "panel/staff/recruit_next.html",
        form=form,
        plan=made,
        rows=rows,
        top_up=top_up,
        may_plan=staff_current.may("recruiting.manage"),
    )
    return page, 200 if valid else 422
