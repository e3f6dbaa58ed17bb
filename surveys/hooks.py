"""What this room says when a room below asks."""

from __future__ import annotations

import sqlalchemy as sa

from core.database import db
from core.errors import N_, DomainError
from engagements.models import Engagement
from surveys.models import Fieldwork, FieldworkState, Survey


class FieldworkOpenError(DomainError):
    words = N_("A survey of this engagement is still open, or will open by itself. Close it first.")


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
