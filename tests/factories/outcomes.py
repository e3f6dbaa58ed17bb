"""Outcomes, and engagements people have answered, for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from core import clock, ids
from core.database import db
from engagements.models import Engagement, EngagementState
from feedback.models import Outcome, Telling
from feedback.services import outcomes, telling
from panel.models import Member
from surveys.models import Fieldwork, FieldworkState, Kind, Participation, ParticipationState
from surveys.queries import periods
from tests.factories.engagements import make_engagement
from tests.factories.staff import make_staff
from tests.factories.surveys import make_fieldwork, make_survey, publish


def make_answered(
    members: Iterable[Member], *, languages: Iterable[str] = ("en",), kind: str = Kind.CONFIDENTIAL, **changes: Any
) -> Engagement:
    """Return an engagement whose fieldwork closed ten days ago and which all of `members` answered."""
    engagement = make_engagement(**({"state": EngagementState.CLOSED} | changes))
    version = publish(make_survey(engagement, languages=languages))
    closed = clock.now() - dt.timedelta(days=10)
    fieldwork = make_fieldwork(
        version,
        kind=kind,
        state=FieldworkState.CLOSED,
        opens_at=closed - dt.timedelta(days=40),
        closes_at=closed,
        closed_at=closed,
    )
    take_part(fieldwork, members)
    return engagement


def take_part(fieldwork: Fieldwork, members: Iterable[Member], state: str = ParticipationState.DONE) -> None:
    """Note that these people were asked, and by default that they are done."""
    db.session.add_all(
        Participation(
            fieldwork_id=fieldwork.id,
            member_id=member.id,
            state=state,
            token_hash=ids.fingerprint(ids.token()),
            code_index=ids.fingerprint(ids.token()),
            invited_at=fieldwork.opens_at,
        )
        for member in members
    )
    db.session.commit()


def make_outcome(
    engagement: Engagement, *, ready: bool = False, words: dict[str, Any] | None = None, **changes: Any
) -> Outcome:
    """Return a draft outcome with an owner, or one that is ready to be published."""
    values: dict[str, Any] = {
        "answer": "did",
        "heard": "You cannot get through on the phone at 8 in the morning.",
        "response": "Every surgery now takes requests online all day.",
        "due_on": clock.today() + dt.timedelta(days=30),
        "subjects": ["gp"],
    }
    if "owner_id" not in changes:
        values["owner_id"] = make_staff("feedback_editor").id
    outcome = outcomes.create_outcome(engagement.id, outcomes.Content(**(values | changes)))
    for tag, texts in (words or {}).items():
        outcomes.translate_outcome(outcome, tag, texts)
    if ready:
        tags = ["en", *periods.answering_period(engagement.id).languages]
        outcomes.mark_ready(outcome, tags, dict.fromkeys(tags, "The translation follows in June."))
    db.session.commit()
    return outcome


def make_published(engagement: Engagement, **changes: Any) -> tuple[Outcome, Telling]:
    """Return an outcome that has just been published, and the telling of it, before any mail was handed over."""
    outcome = make_outcome(engagement, ready=True, **changes)
    published = telling.publish_outcomes(engagement.id, "staff:1")
    db.session.commit()
    return outcome, published
