"""The calendar of asking: who would be asked what, and who was, over all teams; numbers and never names."""

from __future__ import annotations

from flask import Blueprint, render_template

from core import access, clock
from engagements import queries as engagements
from engagements import wording as engagement_wording
from panel import asking
from surveys.presenters import calendar as presenters
from surveys.queries import calendar
from surveys.queries import fieldwork as fieldworks

blueprint = Blueprint("calendar", __name__, url_prefix="/staff")


@blueprint.get("/asking")
@access.requires("engagements.read")
def show() -> str:
    """Show what is planned with who cannot be asked, what was asked lately, and how often members were asked."""
    today = clock.today()
    found = calendar.calendar()
    wanted = {plan.engagement_id for plan in found.planned} | {each.engagement_id for each in found.past}
    named = engagements.list_by_ids(sorted(number for number in wanted if number))
    titles = {each.id: engagement_wording.title_of(each) for each in named}
    return render_template(
        "surveys/calendar.html",
        coming=presenters.coming(
            found.planned, fieldworks.survey_names([each.fieldwork for each in found.planned]), titles
        ),
        past=presenters.past(found.past, titles),
        burden=presenters.burden(found.burden),
        caps=asking.caps_on(today),
        quiet=asking.quiet_on(today),
    )
