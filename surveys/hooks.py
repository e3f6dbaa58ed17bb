"""What this room says when a room below asks."""

from __future__ import annotations

import sqlalchemy as sa
from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from accounts import current
from core import clock
from core.database import db
from core.errors import N_, DomainError
from engagements import wording as engagement_wording
from engagements.models import Engagement
from engagements.presenters import Section
from i18n import negotiation
from i18n.web import day
from panel.involvement import Entry
from surveys.models import Fieldwork, FieldworkState, Survey
from surveys.presenters import fieldwork as presenters
from surveys.queries import fieldwork as fieldworks
from surveys.queries import participation, versions
from surveys.services import answering


class FieldworkOpenError(DomainError):
    words = N_("A survey of this engagement is still open, or will open by itself. Close it first.")


def forget_member(sender: object, member_id: int) -> None:
    """Let go of what a person who left had begun and not sent."""
    answering.forget_drafts(member_id)


def kept_answers(member_id: int) -> str | None:
    """Say before somebody leaves what stays of surveys that know answers by a number."""
    if not participation.answered_confidentially(member_id):
        return None
    return gettext(
        "Answers you have sent to confidential surveys, under a number without your name. "
        "You can delete them with the link we sent you for the survey."
    )


def refuse_open_fieldwork(engagement: Engagement) -> DomainError | None:
    """Return why an engagement may not be closed yet, or None."""
    alive = (
        sa.select(Fieldwork.id)
        .join(Survey, Survey.id == Fieldwork.survey_id)
        .where(
            Survey.engagement_id == engagement.id,
            Fieldwork.state.in_([FieldworkState.OPEN, FieldworkState.SCHEDULED]),
        )
        .limit(1)
    )
    return FieldworkOpenError() if db.session.scalar(alive) is not None else None


def what_they_were_asked(member_id: int) -> list[Entry]:
    """Return for a member's own page what they were asked and whether they are done; never what they said."""
    tag, now = negotiation.current().tag, clock.now()
    entries = []
    for asked in fieldworks.list_of_member(member_id):
        if asked.done:
            status = gettext("You answered. Thank you.")
        elif asked.closes_at > now:
            status = gettext(
                "We asked you. You can answer until %(day)s with the link or the code we sent you.",
                day=day(asked.closes_at),
            )
        else:
            status = gettext("We asked you. It has closed.")
        invited_on = asked.invited_at.astimezone(clock.zone()).date()
        entries.append(Entry(engagement_wording.title_of(asked.engagement, tag), invited_on, status))
    return entries


def fieldwork_of_engagement(engagement: Engagement) -> Section:
    """Return for the page of an engagement when its surveys are answered, and where to plan that."""
    found = fieldworks.list_of_engagement(engagement.id)
    html = render_template(
        "surveys/fieldwork/_of_engagement.html",
        rows=presenters.rows(found, fieldworks.survey_names(found)),
        surveys=versions.list_surveys(engagement.id),
        may_manage=current.may("fieldwork.manage"),
    )
    return Section(gettext("When people answer"), Markup(html), 20)  # noqa: S704  a template escapes
