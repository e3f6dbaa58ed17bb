"""Messages that came back: read, matched to what we sent, and acted on.

A report counts only when it quotes the Message-ID of a message we sent. Those cannot be guessed, so nobody can have an
address suppressed by sending us a made-up report.
"""

from __future__ import annotations

import datetime as dt
import email
import logging
import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

import sqlalchemy as sa
from flufl.bounce import all_failures

from core import audit, clock
from core.database import db, insert_or_ignore
from mail import emails, recipients, signals
from mail.models import MessageState, OutboxMessage, SoftBounce, Suppression

#: So many messages to one address that came back for now, within so long, are as good as one for good.
SOFT_LIMIT, SOFT_WINDOW = 5, dt.timedelta(days=30)

# It logs what it trips over, and a report quotes addresses.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_MESSAGE_ID = re.compile(rb"<([0-9a-f]{40}@[^>\s]+)>")


class Verdict(StrEnum):
    """What a report turned out to be."""

    HARD = "hard"
    SOFT = "soft"
    #: No bounce at all, such as an out-of-office note.
    OTHER = "other"
    #: A bounce, but of nothing we know.
    UNMATCHED = "unmatched"


@dataclass(frozen=True)
class Report:
    """A bounce, read."""

    permanent: bool
    #: The status of RFC 3463 (`5.1.1`) where the report gives one.
    status: str
    message_ids: list[str]


def read(raw: bytes) -> Report | None:
    """Return what the report says, or None when it is no bounce, or none that can be understood."""
    try:
        return _read(raw)
    except Exception:  # whatever somebody sends: it must not keep the reports behind it from being read
        return None


def _read(raw: bytes) -> Report | None:
    message = email.message_from_bytes(raw)  # flufl.bounce wants the older kind of message
    temporary, permanent = all_failures(message)  # some of its detectors trip over a message that lacks a header
    if not temporary and not permanent:
        return None
    own = str(message.get("Message-ID") or "").strip("<> ")
    found = dict.fromkeys(match.decode("ascii", "replace") for match in _MESSAGE_ID.findall(raw))
    return Report(bool(permanent), _status(message), [quoted for quoted in found if quoted != own])


def take(raw: bytes) -> Verdict:
    """Act on a report in the caller's transaction. Reading the same one again changes nothing."""
    report = read(raw)
    if report is None:
        return Verdict.OTHER
    row = db.session.scalar(
        sa.select(OutboxMessage).where(OutboxMessage.message_id.in_(report.message_ids)).with_for_update()
    )
    if row is None:
        return Verdict.UNMATCHED
    if report.permanent:
        _came_back_for_good(row, _reason(report.status))
        return Verdict.HARD
    _came_back_for_now(row)
    return Verdict.SOFT


def _came_back_for_good(row: OutboxMessage, reason: str) -> None:
    if row.state == MessageState.BOUNCED:
        return
    audit.record("message.bounced", f"message:{row.id}", {"state": row.state}, {"state": "bounced", "reason": reason})
    # Also an uncertain one: that it came back is proof that it had left.
    row.state, row.failure, row.context = MessageState.BOUNCED, reason, None
    row.lease_owner = row.lease_until = None
    _suppress(row, "hard")


def _came_back_for_now(row: OutboxMessage) -> None:
    index = row.address_index
    if index is None:
        return
    now = clock.now()
    values = {"outbox_id": row.id, "address_index": index, "at": now}
    db.session.execute(insert_or_ignore(SoftBounce.__table__).values(values))
    count = sa.select(sa.func.count()).where(SoftBounce.address_index == index, SoftBounce.at > now - SOFT_WINDOW)
    if (db.session.scalar(count) or 0) >= SOFT_LIMIT:
        _suppress(row, "soft")


def _suppress(row: OutboxMessage, reason: str) -> None:
    """Write to the address no more, and tell the rooms above and whoever looks after the panel."""
    db.session.flush()
    if row.address_index is not None:
        values = {"address_index": row.address_index, "reason": reason, "at": clock.now(), "recipient": row.recipient}
        added = db.session.execute(
            insert_or_ignore(Suppression.__table__).values(values).returning(Suppression.__table__.c.address_index)
        ).all()
        if not added:
            return  # known already, and told
    signals.address_bounced.send("mail", recipient=row.recipient, kind=row.kind, reason=reason)
    # Who is told about bounces does not get a message about their own.
    emails.bounce_notice.queue_many([(who, clock.today()) for who in recipients.watchers() if who != row.recipient])


def forget_old_soft_bounces() -> None:
    """Remove what no longer counts."""
    db.session.execute(sa.delete(SoftBounce).where(SoftBounce.at <= clock.now() - SOFT_WINDOW))


def _status(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload() or []:
                status = str(block.get("Status") or "").split() if isinstance(block, Message) else []
                if status:
                    return status[0]
    return ""


def _reason(status: str) -> str:
    subject = status.partition(".")[2]
    if subject.startswith("1."):
        return "no_such_address"
    if subject == "2.2":
        return "mailbox_full"
    return "refused_by_policy" if subject.startswith("7.") else "bounced"
