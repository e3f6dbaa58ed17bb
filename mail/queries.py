"""Reads of this room: how campaigns get on, and what needs a person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from mail import recipients
from mail.models import Campaign, MessageState, OutboxMessage, Suppression

#: How far back single messages are counted.
SINGLES_WINDOW = dt.timedelta(days=7)
#: States staff may have to do something about.
FAILURES = (MessageState.FAILED, MessageState.BOUNCED)


@dataclass(frozen=True)
class Progress:
    """How many messages are in each state."""

    by_state: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def waiting(self) -> int:
        return self._count(MessageState.QUEUED, MessageState.SENDING)

    @property
    def sent(self) -> int:
        return self._count(MessageState.SENT)

    @property
    def uncertain(self) -> int:
        return self._count(MessageState.UNCERTAIN)

    @property
    def failed(self) -> int:
        return self._count(*FAILURES)

    @property
    def skipped(self) -> int:
        return self._count(MessageState.SKIPPED)

    def _count(self, *states: str) -> int:
        return sum(self.by_state.get(state, 0) for state in states)


def get_campaign(campaign_id: int) -> Campaign:
    """Return the campaign; raises NotFoundError."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFoundError
    return campaign


def get_message(message_id: int) -> OutboxMessage:
    """Return the message with this number; raises NotFoundError."""
    message = db.session.get(OutboxMessage, message_id)
    if message is None:
        raise NotFoundError
    return message


def list_campaigns(before: int | None, limit: int) -> Sequence[Campaign]:
    """Return campaigns, newest first, those older than the campaign `before`."""
    query = sa.select(Campaign).order_by(Campaign.id.desc()).limit(limit)
    return db.session.scalars(query if before is None else query.where(Campaign.id < before)).all()


def progress_of(keys: Iterable[str]) -> dict[str, Progress]:
    """Return the progress of the campaigns with these keys, counted in one query over an index."""
    wanted = list(keys)
    counted = sa.select(OutboxMessage.campaign_key, OutboxMessage.state, sa.func.count()).where(
        OutboxMessage.campaign_key.in_(wanted)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for key, state, count in db.session.execute(counted.group_by(OutboxMessage.campaign_key, OutboxMessage.state)):
        found[key][state] = count
    return {key: Progress(found.get(key, {})) for key in wanted}


def progress_of_singles() -> list[tuple[str, Progress]]:
    """Return the progress of messages somebody waits for, such as sign-in links, by kind, over the last days."""
    rows = db.session.execute(
        sa.select(OutboxMessage.kind, OutboxMessage.state, sa.func.count())
        # Every state, named: then the index of what is due serves this too.
        .where(
            OutboxMessage.state.in_(list(MessageState)),
            OutboxMessage.priority == 0,
            OutboxMessage.not_before > clock.now() - SINGLES_WINDOW,
        )
        .group_by(OutboxMessage.kind, OutboxMessage.state)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, state, count in rows:
        found[kind][state] = count
    return [(kind, Progress(states)) for kind, states in sorted(found.items())]


def reasons_of(key: str) -> list[tuple[str, str, int]]:
    """Return (state, code of the reason, how many) of what did not simply go out in a campaign, the most first."""
    count = sa.func.count().label("messages")
    rows = db.session.execute(
        sa.select(OutboxMessage.state, OutboxMessage.failure, count)
        .where(OutboxMessage.campaign_key == key, OutboxMessage.failure.is_not(None))
        .group_by(OutboxMessage.state, OutboxMessage.failure)
        .order_by(count.desc(), OutboxMessage.state, OutboxMessage.failure)
    )
    return [(state, failure or "", messages) for state, failure, messages in rows]


def list_in_state(states: Sequence[str], before: int | None, limit: int) -> Sequence[OutboxMessage]:
    """Return messages in one of `states`, newest first, without what they say."""
    query = (
        sa.select(OutboxMessage)
        .where(OutboxMessage.state.in_(states))
        .options(sa.orm.defer(OutboxMessage.context))
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query if before is None else query.where(OutboxMessage.id < before)).all()


def count_paused() -> int:
    """Return how many campaigns are paused while messages of theirs wait."""
    waiting = sa.exists().where(OutboxMessage.campaign_key == Campaign.key, OutboxMessage.state == MessageState.QUEUED)
    return db.session.scalar(sa.select(sa.func.count()).where(Campaign.paused, waiting)) or 0


def count_in_state(*states: str) -> int:
    """Return how many messages are in `states`."""
    return db.session.scalar(sa.select(sa.func.count()).where(OutboxMessage.state.in_(states))) or 0


def titles_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the titles of those of `keys` that are campaigns."""
    rows = sa.select(Campaign.key, Campaign.title).where(Campaign.key.in_(set(keys)))
    return {key: title for key, title in db.session.execute(rows)}  # noqa: C416  a Row is no pair to mypy


def is_suppressed(address: str) -> bool:
    """Return whether an address is written to no more."""
    found = sa.select(Suppression.address_index).where(
        Suppression.address_index.in_(recipients.address_indexes(address))
    )
    return db.session.scalar(found.limit(1)) is not None


def count_suppressed() -> int:
    """Return how many addresses are written to no more."""
    return db.session.scalar(sa.select(sa.func.count(Suppression.address_index))) or 0
