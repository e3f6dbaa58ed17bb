"""What the worker would have done in the meantime: messages sent, answers moved, letters and calls dealt with."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection

import sqlalchemy as sa

from core import clock
from core.database import db
from feedback.models import Telling, Told, ToldState
from feedback.services import settling, telling
from mail import recipients
from mail.models import MessageState, OutboxMessage

_CHUNK = 500


def deliver(chance: random.Random, failing: float = 0, *, kinds: str = "", before: dt.datetime | None = None) -> None:
    """Note all messages that wait as sent a few minutes later, as a worker notes them; some fail for good.

    `kinds` is how the names of the kinds begin that are meant; `before`, the moment before which they were written.
    """
    query = sa.select(OutboxMessage.id, OutboxMessage.recipient, OutboxMessage.created_at)
    meant = [OutboxMessage.state == MessageState.QUEUED, OutboxMessage.kind.startswith(kinds, autoescape=True)]
    meant += [OutboxMessage.created_at < before] if before else []
    waiting = query.where(*meant).order_by(OutboxMessage.id).limit(_CHUNK)
    while rows := db.session.execute(waiting).all():
        addresses = recipients.addresses_of(row.recipient for row in rows)
        values = [
            {
                "row_id": row.id,
                "new_sent_at": row.created_at + dt.timedelta(minutes=3),
                "index": recipients.address_index(addresses[row.recipient]) if row.recipient in addresses else None,
            }
            for row in rows
        ]
        failed = [each for each in values if chance.random() < failing]
        _note(values, state=MessageState.SENT, sent_at=sa.bindparam("new_sent_at"))
        _note(failed, state=MessageState.FAILED, sent_at=None, failure="no_such_address")


def _note(values: list[dict[str, object]], **columns: object) -> None:
    if not values:
        return
    statement = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == sa.bindparam("row_id"))
        .values(context=None, attempts=1, address_index=sa.bindparam("index"), **columns)
    )
    used = {"row_id", "index", *(("new_sent_at",) if columns.get("sent_at") is not None else ())}
    db.session.connection().execute(statement, [{k: v for k, v in each.items() if k in used} for each in values])


def tell_everyone(published: Telling, chance: random.Random, staff_id: int) -> None:
    """Hand over the mail, let it arrive, and do what staff do for the others over the following six days."""
    by = f"staff:{staff_id}"
    while telling.hand_over(published):
        pass
    deliver(chance, failing=0.01)
    telling.follow_mail()
    began = clock.now()
    with clock.stopped_at(began + dt.timedelta(days=2)):
        _settle(published, {ToldState.TO_TELL}, ("phone", "text"), by)
    with clock.stopped_at(began + dt.timedelta(days=6)):
        _settle(published, {ToldState.TO_TELL}, ("post",), by)
        failed = _waiting(published, {ToldState.FAILED}, ("email", "post", "phone", "text"))
        if failed[:1]:
            settling.mark_unreachable(published, failed[:1], "moved", by)
        if failed[1:]:
            settling.mark_told(published, failed[1:], by)


def _settle(published: Telling, states: Collection[str], routes: Collection[str], by: str) -> None:
    people = _waiting(published, states, routes)
    for start in range(0, len(people), _CHUNK):
        settling.mark_told(published, people[start : start + _CHUNK], by)


def _waiting(published: Telling, states: Collection[str], routes: Collection[str]) -> list[int]:
    query = sa.select(Told.member_id).where(
        Told.telling_id == published.id, Told.state.in_(states), Told.route.in_(routes)
    )
    return list(db.session.scalars(query.order_by(Told.member_id)))
