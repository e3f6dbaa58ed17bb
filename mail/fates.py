"""What became of messages, as a query that the rooms which asked for them build on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mail.models import OutboxMessage


def fates(kind: str, state: str | None = None) -> sa.Select[Any, Any, Any, Any]:
    """Return a query for campaign_key, recipient, state and sent_at of the messages of a kind, of one state or all."""
    query = sa.select(
        OutboxMessage.campaign_key, OutboxMessage.recipient, OutboxMessage.state, OutboxMessage.sent_at
    ).where(OutboxMessage.kind == kind)
    return query if state is None else query.where(OutboxMessage.state == state)
