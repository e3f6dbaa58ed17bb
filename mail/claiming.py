"""Taking messages out of the outbox with a lease, and writing back what became of them. Flushes, never commits."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, cast

import sqlalchemy as sa

from core import clock
from core.database import db
from mail import pacing
from mail.models import Campaign, MessageState, OutboxMessage

#: How long a worker may hold what it claimed. No hand-over is begun in its last part (see delivery.MARGIN).
LEASE = dt.timedelta(minutes=10)
#: Minutes to wait after the first, second, ... temporary refusal; after the last one the message has failed.
WAITS = (1, 5, 20, 60, 180, 360, 720, 1440)


class Claimed(NamedTuple):
    """A message a worker holds: plain values, so that no session is needed while the network is waited for."""

    id: int
    message_id: str
    recipient: str
    kind: str
    language: str
    context: bytes | None
    attempts: int
    created_at: dt.datetime
    lease_until: dt.datetime
    campaign_key: str


@dataclass(frozen=True)
class Claim:
    """What a worker may send now."""

    rows: list[Claimed]
    #: Whether messages are due that the pace does not let out yet.
    must_wait: bool


def claim(run: str, batch: int) -> Claim:
    """Mark up to `batch` due messages as being sent by `run`, the urgent and the oldest first."""
    now = clock.now()
    paused = sa.select(Campaign.key).where(Campaign.paused)
    due = (
        sa.select(OutboxMessage.id)
        .where(
            OutboxMessage.state == MessageState.QUEUED,
            OutboxMessage.not_before <= now,
            OutboxMessage.campaign_key.not_in(paused),
        )
        .order_by(OutboxMessage.priority, OutboxMessage.not_before, OutboxMessage.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(due))
    if not ids:
        return Claim([], must_wait=False)
    allowed = pacing.draw(len(ids))
    if not allowed:
        return Claim([], must_wait=True)
    claimed = ids[:allowed]
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_(claimed))
        .values(
            state=MessageState.SENDING,
            attempts=OutboxMessage.attempts + 1,
            lease_owner=run,
            lease_until=now + LEASE,
        )
        .execution_options(synchronize_session=False)
    )
    columns = [getattr(OutboxMessage, name) for name in Claimed._fields]
    rows = db.session.execute(
        sa.select(*columns)
        .where(OutboxMessage.id.in_(claimed))
        .order_by(OutboxMessage.priority, OutboxMessage.not_before, OutboxMessage.id)
    )
    return Claim([Claimed(*row) for row in rows], must_wait=allowed < len(ids))


def anything_due() -> bool:
    """Return whether a message could be sent now, reading only."""
    paused = sa.select(Campaign.key).where(Campaign.paused)
    due = sa.select(OutboxMessage.id).where(
        OutboxMessage.state == MessageState.QUEUED,
        OutboxMessage.not_before <= clock.now(),
        OutboxMessage.campaign_key.not_in(paused),
    )
    return db.session.scalar(due.limit(1)) is not None


@dataclass(frozen=True)
class Outcome:
    """What became of one claimed message: its next state, and why when it was not sent."""

    id: int
    attempts: int
    state: MessageState
    failure: str | None = None
    address_index: str | None = None
    #: Given back without a try, so the claim does not count as one.
    untried: bool = False


def refused(row_id: int, attempts: int, code: str, *, permanent: bool, index: str | None = None) -> Outcome:
    """Return the outcome of a refusal: to be tried again, or failed for good."""
    final = permanent or attempts > len(WAITS)
    return Outcome(row_id, attempts, MessageState.FAILED if final else MessageState.QUEUED, code, index)


def record(run: str, outcomes: Iterable[Outcome]) -> None:
    """Write back what became of messages `run` claimed. A row settled otherwise in the meantime stays as it is."""
    now = clock.now()
    values = [_values(outcome, now) for outcome in outcomes]
    if not values:
        return
    table = cast(sa.Table, OutboxMessage.__table__)
    statement = (
        sa.update(table)
        .where(
            table.c.id == sa.bindparam("row_id"),
            table.c.lease_owner == run,
            # Not IN: a list of parameters cannot be sent with many rows at once.
            sa.or_(table.c.state == MessageState.SENDING, table.c.state == MessageState.UNCERTAIN),
        )
        .values(
            state=sa.bindparam("new_state"),
            failure=sa.bindparam("new_failure"),
            attempts=sa.bindparam("new_attempts"),
            not_before=sa.bindparam("new_not_before"),
            sent_at=sa.bindparam("new_sent_at"),
            address_index=sa.func.coalesce(sa.bindparam("new_index", type_=sa.String), table.c.address_index),
            lease_until=None,
            lease_owner=sa.case((sa.bindparam("keep_owner", type_=sa.Boolean), table.c.lease_owner), else_=None),
            context=sa.case((sa.bindparam("keep_context", type_=sa.Boolean), table.c.context), else_=None),
        )
    )
    # One connection-level call: an ORM bulk update could not name the owner in its WHERE.
    db.session.connection().execute(statement, values)


#: What has left, or never will, needs its words no longer. A failure keeps them while staff may want to send it again.
_FINISHED = frozenset({MessageState.SENT, MessageState.SKIPPED, MessageState.BOUNCED})


def _values(outcome: Outcome, now: dt.datetime) -> dict[str, object]:
    attempts = outcome.attempts - 1 if outcome.untried else outcome.attempts
    retried = outcome.state == MessageState.QUEUED and not outcome.untried
    return {
        "row_id": outcome.id,
        "new_state": outcome.state,
        "new_failure": outcome.failure,
        "new_attempts": attempts,
        "new_not_before": now + _wait(attempts) if retried else now,
        "new_sent_at": now if outcome.state == MessageState.SENT else None,
        "new_index": outcome.address_index,
        "keep_owner": outcome.state == MessageState.UNCERTAIN,
        "keep_context": outcome.state not in _FINISHED,
    }


def _wait(attempts: int) -> dt.timedelta:
    minutes = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    # Spread, so that a campaign refused together does not come back together.
    return dt.timedelta(minutes=minutes * random.uniform(1.0, 1.2))
