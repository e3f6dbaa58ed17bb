"""Rows that a dead worker left as being sent: settled from evidence where there is any, else shown to an operator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core import audit, clock
from core.database import changed_by, db
from mail import claiming, journal
from mail.claiming import Outcome
from mail.errors import NotSettleableError
from mail.journal import Mark, Record
from mail.models import Campaign, MessageState, OutboxMessage
from mail.transports import Transport

#: How many rows of one dead run are settled in one transaction.
BATCH = 500


def settle_abandoned(journals: Path, transport: Transport, own_run: str) -> int:
    """Settle a portion of what dead workers left behind, and return how many rows were settled.

    Call again until it returns 0. A run whose journal lies on this machine and is no longer held is dead, lease or
    not: its rows are settled at once. A run of another machine is left alone until its lease has ended; after that,
    what the transport cannot tell either is uncertain.
    """
    settled = 0
    for run in _owners(own_run):
        try:
            record = journal.read(journals, run)
        except journal.RunAliveError:
            record = None
        settled += _settle_run(run, record, transport)
    return settled


def anything_abandoned(own_run: str) -> bool:
    """Return whether rows wait for other runs, which may be dead."""
    return bool(_owners(own_run))


def forget_settled(journals: Path) -> None:
    """Remove the journals of dead runs on which no row depends any more."""
    for run in journal.dead_runs(journals):
        in_use = sa.select(OutboxMessage.id).where(OutboxMessage.lease_owner == run).limit(1)
        if db.session.scalar(in_use) is None:
            journal.forget(journals, run)


def settle_by_hand(message: OutboxMessage, choice: str) -> None:
    """Do what a person decided about an uncertain or failed message: `again`, `sent` or `give_up`.

    Raises NotSettleableError when evidence or somebody else was faster.
    """
    current = db.session.scalar(sa.select(OutboxMessage.state).where(OutboxMessage.id == message.id).with_for_update())
    if current not in {MessageState.UNCERTAIN, MessageState.FAILED}:
        raise NotSettleableError
    before = {"state": message.state, "failure": message.failure}
    if choice == "again":
        message.state, message.failure, message.not_before = MessageState.QUEUED, None, clock.now()
    elif choice == "sent":
        message.state, message.failure, message.context = MessageState.SENT, None, None
        message.sent_at = message.sent_at or clock.now()
    else:
        message.state, message.failure, message.context = MessageState.SKIPPED, "given_up", None
    message.lease_owner = message.lease_until = None
    db.session.flush()
    after = {"state": message.state, "failure": message.failure, "choice": choice}
    audit.record("message.settled", f"message:{message.id}", before, after)


def settle_campaign(campaign: Campaign, choice: str) -> int:
    """Do what a person decided about all uncertain messages of a campaign: `again`, `sent` or `give_up`.

    Return how many that were.
    """
    here = [OutboxMessage.campaign_key == campaign.key, OutboxMessage.state == MessageState.UNCERTAIN]
    now = clock.now()
    decided: dict[str, dict[str, Any]] = {
        "again": {"state": MessageState.QUEUED, "failure": None, "not_before": now},
        "sent": {"state": MessageState.SENT, "failure": None, "context": None, "sent_at": now},
        "give_up": {"state": MessageState.SKIPPED, "failure": "given_up", "context": None},
    }
    values = {"lease_owner": None, "lease_until": None, **decided[choice]}
    changed = changed_by(sa.update(OutboxMessage).where(*here).values(values))
    audit.record("campaign.settled", f"campaign:{campaign.id}", None, {"choice": choice, "messages": changed})
    return changed


def hold_all() -> int:
    """Make every message that waits uncertain: after a restore nobody knows which of them left. Return how many."""
    held = changed_by(
        sa.update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.QUEUED)
        .values(state=MessageState.UNCERTAIN, failure="restored")
    )
    audit.record("messages.held", "messages", None, {"messages": held})
    return held


def _owners(own_run: str) -> list[str]:
    """Return the runs that rows still wait for; `uncertain` ones too, for their journal may have come back."""
    owners = sa.select(OutboxMessage.lease_owner).where(
        OutboxMessage.state.in_([MessageState.SENDING, MessageState.UNCERTAIN]),
        OutboxMessage.lease_owner.is_not(None),
        OutboxMessage.lease_owner != own_run,
    )
    return sorted(filter(None, db.session.scalars(owners.distinct())))


def _settle_run(run: str, record: Record | None, transport: Transport) -> int:
    wanted = sa.select(OutboxMessage.id, OutboxMessage.message_id, OutboxMessage.attempts, OutboxMessage.state).where(
        OutboxMessage.lease_owner == run
    )
    if record is None:
        wanted = wanted.where(OutboxMessage.state == MessageState.SENDING, OutboxMessage.lease_until < clock.now())
    else:
        wanted = wanted.where(OutboxMessage.state.in_([MessageState.SENDING, MessageState.UNCERTAIN]))
    rows = db.session.execute(wanted.limit(BATCH).with_for_update(skip_locked=True)).all()
    outcomes = []
    for row in rows:
        outcome = Outcome(row.id, row.attempts, *_fate(row.message_id, record, transport), untried=False)
        if outcome.state == MessageState.QUEUED:
            outcome = replace(outcome, untried=True)
        if outcome.state != row.state:
            outcomes.append(outcome)
    claiming.record(run, outcomes)
    return len(outcomes)


def _fate(message_id: str, record: Record | None, transport: Transport) -> tuple[MessageState, str | None]:
    mark = record.marks.get(message_id) if record else None
    if mark is Mark.ACCEPTED:
        return MessageState.SENT, None
    if mark is Mark.REFUSED or (mark is None and record is not None and record.complete):
        return MessageState.QUEUED, None
    found = transport.evidence(message_id)
    if found:
        return MessageState.SENT, None
    # Absence proves something only to whoever looks where the dead run wrote.
    if found is False and record is not None:
        return MessageState.QUEUED, None
    return MessageState.UNCERTAIN, "worker_died"
