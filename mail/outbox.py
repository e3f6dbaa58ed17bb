"""Putting messages into the outbox: who may get one is asked for many people at once, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core import clock, config, crypto
from core.database import db, insert_or_ignore
from mail import recipients, sealing
from mail.models import MessageState, OutboxMessage, Suppression

if TYPE_CHECKING:
    from mail.recipients import Facts
    from mail.registry import Mail, Rules


def queue(rules: Rules, mails: Sequence[Mail], priority: int) -> int:
    """Add a row for each of `mails` that may be sent and return how many were added, with a fixed number of queries.

    Where the rules say so, people whom e-mail does not reach get a row as well, which waits for staff; not counted.
    """
    facts = recipients.facts_of(mail.recipient for mail in mails)
    allowed = {name: known for name, known in facts.items() if may_get(rules, known)}
    reached = allowed.keys() - suppressed(allowed)
    if rules.by_hand:
        others = [mail for mail in mails if mail.recipient in facts and mail.recipient not in reached]
        _add([_row(rules, mail, facts[mail.recipient], priority, MessageState.BY_HAND) for mail in others])
    fresh = reached - _had_one_lately(rules, reached)
    return _add([_row(rules, mail, allowed[mail.recipient], priority) for mail in mails if mail.recipient in fresh])


def _add(rows: Sequence[dict[str, object]]) -> int:
    if not rows:
        return 0
    table = OutboxMessage.__table__
    # RETURNING, not the row count: a driver may count an ignored row of a multi-row INSERT.
    # Rows as parameters, not as VALUES: a statement of many rows takes longer to put together than to carry out.
    added = db.session.execute(insert_or_ignore(table).returning(table.c.id), rows)
    return len(added.all())


def find(mail: Mail, kind: str) -> OutboxMessage | None:
    """Return the row of this message."""
    return db.session.scalar(
        sa.select(OutboxMessage).where(
            OutboxMessage.campaign_key == mail.key,
            OutboxMessage.recipient == mail.recipient,
            OutboxMessage.kind == kind,
        )
    )


def may_get(rules: Rules, facts: Facts) -> bool:
    """Return whether a person with these facts is reached by e-mail and agreed to what the message is for."""
    return facts.route == "email" and (rules.purpose is None or rules.purpose in facts.purposes)


def suppressed(names: Collection[str]) -> set[str]:
    """Return those of `names` whose present address must not be written to."""
    if not names:
        return set()
    # Few people ever have a suppressed address: only theirs are opened to see whether they have a new one since.
    found_on = db.session.scalars(sa.select(Suppression.recipient).where(Suppression.recipient.in_(names)).distinct())
    addresses = recipients.addresses_of(found_on)
    bad = bad_indexes(addresses.values())
    return {name for name, address in addresses.items() if bad.intersection(recipients.address_indexes(address))}


def bad_indexes(addresses: Iterable[str]) -> set[str]:
    """Return the indexes of those of `addresses` that are suppressed."""
    indexes = {index for address in addresses for index in recipients.address_indexes(address)}
    if not indexes:
        return set()
    return set(db.session.scalars(sa.select(Suppression.address_index).where(Suppression.address_index.in_(indexes))))


def message_id(key: str, recipient: str, kind: str) -> str:
    """Return the Message-ID of this message: always the same, and telling nobody whom it is for."""
    digest = crypto.keyring().index("\0".join((key, recipient, kind)), "message-id")
    return f"{digest[:40]}@{config.settings().mail_from.rpartition('@')[2]}"


def _had_one_lately(rules: Rules, names: Collection[str]) -> set[str]:
    if rules.repeat_window is None or not names:
        return set()
    recent = sa.select(OutboxMessage.recipient).where(
        OutboxMessage.kind == rules.kind,
        OutboxMessage.created_at > clock.now() - rules.repeat_window,
        OutboxMessage.recipient.in_(names),
    )
    return set(db.session.scalars(recent))


def _row(
    rules: Rules, mail: Mail, facts: Facts, priority: int, state: MessageState = MessageState.QUEUED
) -> dict[str, object]:
    now = clock.now()
    own_id = message_id(mail.key, mail.recipient, rules.kind)
    return {
        "campaign_key": mail.key,
        "recipient": mail.recipient,
        "kind": rules.kind,
        "language": facts.language,
        "context": sealing.seal({**mail.context, "$formats": list(facts.formats)}, own_id),
        "state": state,
        "priority": priority,
        "created_at": now,
        "not_before": mail.not_before or now,
        "attempts": 0,
        "message_id": own_id,
    }
