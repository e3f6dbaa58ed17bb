"""Publishing outcomes, and how far telling everyone has come."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import accounts.current
import engagements.queries
from core import access
from core.database import commit
from core.errors import DomainError
from engagements.wording import title_of
from feedback.forms import PublishForm
from feedback.models import OutcomeState
from feedback.presenters import content, progress
from feedback.queries import outcomes, participants, tellings
from feedback.services import telling as services
from feedback.views import staff
from i18n.languages import SOURCE
from i18n.web import words
from surveys.queries import periods


def by() -> str:
    """Return who acts, as it is noted on what they do."""
    person = accounts.current.staff()
    return f"staff:{person.id}" if person else "system"


@staff.route("/engagements/<int:engagement_id>/outcomes/publish", methods=["GET", "POST"])
@access.requires("outcomes.publish")
def publish(engagement_id: int) -> ResponseReturnValue:
    engagement = engagements.queries.get_engagement(engagement_id)
    form = PublishForm()
    if form.validate_on_submit():
        try:
            telling = services.publish_outcomes(engagement_id, by())
        except DomainError as error:
            form.refuse(error, words(error))
        else:
            commit()
            return redirect(url_for("feedback.show_telling", telling_id=telling.id), 303)
    found = outcomes.list_outcomes(engagement_id)
    page = render_template(
        "feedback/publish.html",
        form=form,
        engagement=engagement,
        title=title_of(engagement),
        ready=content.items((each for each in found if each.state == OutcomeState.READY), SOURCE.tag),
        drafts=sum(each.state == OutcomeState.DRAFT for each in found),
        period=periods.answering_period(engagement_id),
        people=progress.to_be_told(participants.by_route(engagement_id)),
    )
    return page, 422 if form.errors else 200


@staff.get("/tellings/<int:telling_id>")
@access.requires("loop.read")
def show_telling(telling_id: int) -> str:
    telling = tellings.get_telling(telling_id)
    engagement = engagements.queries.get_engagement(telling.engagement_id)
    return render_template(
        "feedback/telling.html",
        telling=telling,
        title=title_of(engagement),
        engagement=engagement,
        table_data=progress.table(tellings.progress(telling_id)),
        period=periods.answering_period(engagement.id),
    )
