"""Messages to people whom e-mail does not reach: their words wait, sealed, for a letter or a call.

A room whose messages are told by hand (`@message(…, by_hand=True)`) shows them on a page of its own, to those who may
know what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import audit, clock
from core.database import db
from core.errors import NotFoundError
from i18n import languages
from i18n.languages import Language
from mail import composing, registry, sealing
from mail.errors import NotSettleableError
from mail.models import MessageState, OutboxMessage


@dataclass(frozen=True)
class Waiting:
    """What somebody is to be told, in their language."""

    language: Language
    subject: str
    #: The words in paragraphs, without the link to a page.
    paragraphs: list[str]
    #: Format keys such as `large_print`.
    formats: list[str]


def list_waiting(source: str, after: int, limit: int) -> Sequence[OutboxMessage]:
    """Return messages to the people of a source, such as `payee`, that wait to be told, the oldest first."""
    query = (
        _waiting(source)
        .where(OutboxMessage.id > after)
        .options(sa.orm.defer(OutboxMessage.context))
        .order_by(OutboxMessage.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def count_waiting(source: str) -> int:
    """Return how many messages to the people of a source wait to be told."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_waiting(source).subquery())) or 0


def get_waiting(source: str, message_id: int) -> OutboxMessage:
    """Return a message that waits to be told. Raises NotFoundError, also when it has been told meanwhile."""
    found = db.session.scalar(_waiting(source).where(OutboxMessage.id == message_id))
    if found is None:
        raise NotFoundError
    return found


def words(message: OutboxMessage) -> Waiting:
    """Return what a message says."""
    language, rules = languages.get(message.language), registry.rules_of(message.kind)
    if rules is None:
        raise NotFoundError
    context = sealing.unseal(message.context, message.message_id) if message.context else {}
    formats = list(context.get("$formats", []))
    with composing.speaking(language.tag):
        said = composing.render(rules, context, language, None, by_hand=True)
    paragraphs = [" ".join(part.split()) for part in said.text.split("\n\n") if part.strip()]
    return Waiting(language, said.subject, paragraphs, formats)


def settle(message: OutboxMessage, *, told: bool) -> None:
    """Note that somebody was told, or that they cannot be. Raises NotSettleableError when somebody else was faster."""
    current = db.session.scalar(sa.select(OutboxMessage.state).where(OutboxMessage.id == message.id).with_for_update())
    if current != MessageState.BY_HAND:
        raise NotSettleableError
    before = {"state": message.state}
    if told:
        message.state, message.sent_at = MessageState.TOLD, clock.now()
    else:
        message.state, message.failure = MessageState.SKIPPED, "given_up"
    message.context = None
    db.session.flush()
    audit.record(
        "message.told" if told else "message.settled", f"message:{message.id}", before, {"state": message.state}
    )


def _waiting(source: str) -> sa.Select[OutboxMessage]:
    return sa.select(OutboxMessage).where(
        OutboxMessage.state == MessageState.BY_HAND, OutboxMessage.recipient.startswith(f"{source}:", autoescape=True)
    )
