"""Periodic upkeep of the outbox."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import clock, jobs
from core.database import commit, db
from mail import bounces
from mail.models import MessageState, OutboxMessage

#: How long a failed message keeps its words, so that staff can send it again.
FAILED_KEEPS_WORDS = dt.timedelta(days=14)


@jobs.scheduled("mail.forget", every=dt.timedelta(hours=6))
def forget() -> None:
    """Empty failed messages nobody sent again in time, and forget bounces that no longer count."""
    db.session.execute(
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.state == MessageState.FAILED,
            OutboxMessage.context.is_not(None),
            OutboxMessage.not_before < clock.now() - FAILED_KEEPS_WORDS,
        )
        .values(context=None)
        .execution_options(synchronize_session=False)
    )
    bounces.forget_old_soft_bounces()
    commit()
