"""From claimed rows to messages ready to leave: who they go to is asked for a batch at once, and asked again now."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateError

from core import clock, config
from core.crypto import SealBrokenError
from core.database import db, reading
from mail import claiming, composing, outbox, recipients, registry
from mail.claiming import Claimed, Outcome
from mail.models import MessageState
from mail.recipients import Facts
from mail.transports import Outgoing

log = logging.getLogger("panel.mail")

#: How many messages are put together before the first of them leaves: going over to a language is dear.
PORTION = 20


@dataclass(frozen=True)
class Parcel:
    """A message put together, with the row it belongs to."""

    row: Claimed
    outgoing: Outgoing
    #: Keyed index of the address.
    address_index: str


@dataclass(frozen=True)
class _Known:
    """What was asked about the recipients of a batch."""

    facts: dict[str, Facts]
    addresses: dict[str, str]
    bad: set[str]
    #: Keys of messages that are of no use any more.
    over: set[str]


def prepare(rows: list[Claimed]) -> Iterator[Parcel | Outcome]:
    """Yield each of `rows` put together, or its outcome when it is not to be sent after all."""
    known = _ask(rows)
    by_language: dict[str, list[Claimed]] = defaultdict(list)
    for row in rows:
        reason = _why_not(row, known)
        if reason:
            yield Outcome(row.id, row.attempts, MessageState.SKIPPED, reason)
        else:
            by_language[row.language].append(row)
    for tag, group in by_language.items():
        for first in range(0, len(group), PORTION):
            # Nothing is yielded in here: other code of this thread runs in its own language.
            with composing.speaking(tag):
                made = [_put_together(row, known.addresses[row.recipient]) for row in group[first : first + PORTION]]
            yield from made


def _ask(rows: list[Claimed]) -> _Known:
    names = {row.recipient for row in rows}
    with reading():
        addresses = recipients.addresses_of(names)
        known = _Known(recipients.facts_of(names), addresses, outbox.bad_indexes(addresses.values()), _over(rows))
        # No transaction is held open while the network is waited for.
        db.session.rollback()
    return known


def _over(rows: list[Claimed]) -> set[str]:
    keys: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        keys[row.kind].add(row.campaign_key)
    found: set[str] = set()
    for kind, of_kind in keys.items():
        rules = registry.rules_of(kind)
        if rules is not None and rules.over is not None:
            found.update(rules.over(of_kind))
    return found


def _why_not(row: Claimed, known: _Known) -> str | None:
    """Return why `row` is not to be sent any more, or None."""
    rules = registry.rules_of(row.kind)
    if rules is None:
        return None
    if rules.useful_for is not None and clock.now() > row.created_at + rules.useful_for:
        return "too_late"
    if row.campaign_key in known.over:
        return "too_late"
    facts, address = known.facts.get(row.recipient), known.addresses.get(row.recipient)
    if facts is None or not address:
        return "no_address"
    if not outbox.may_get(rules, facts):
        return "withdrawn"
    if known.bad.intersection(recipients.address_indexes(address)):
        return "suppressed"
    return None


def _put_together(row: Claimed, address: str) -> Parcel | Outcome:
    rules = registry.rules_of(row.kind)
    if rules is None:
        # Another worker, already on a newer version, may know it.
        return claiming.refused(row.id, row.attempts, "unknown_kind", permanent=False)
    try:
        content = composing.compose(row, rules, address)
    except SealBrokenError:
        return claiming.refused(row.id, row.attempts, "key_missing", permanent=True)
    except (TemplateError, LookupError, TypeError, ValueError) as error:
        # The type only: its words may quote what the message was to say.
        log.error("message %s (%s) cannot be put together: %s", row.id, row.kind, type(error).__name__)
        return claiming.refused(row.id, row.attempts, "cannot_render", permanent=False)
    outgoing = Outgoing(row.message_id, config.settings().mail_from, address, content)
    return Parcel(row, outgoing, recipients.address_index(address))
