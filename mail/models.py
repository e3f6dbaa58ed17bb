"""Tables of messages: campaigns, the outbox, the pace, links that refuse, and addresses not to be written to."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Model


class MessageState(StrEnum):
    """Where a message is. `uncertain`: a worker died while sending; evidence or an operator settles it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    BOUNCED = "bounced"
    BY_HAND = "by_hand"  # to be told by letter or on the phone: e-mail does not reach the person
    TOLD = "told"  # staff say that they were
    SKIPPED = "skipped"  # consent withdrawn, address suppressed or gone between queueing and sending


class Campaign(Model):
    """Messages of one kind sent for one reason, such as the invitations of one fieldwork."""

    __tablename__ = "mail_campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Unique and made by the caller, such as `invitation:fieldwork:12`, so that asking twice makes one campaign.
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    #: Shown to staff; no personal data.
    title: Mapped[str] = mapped_column(sa.String(300))
    kind: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[dt.datetime]
    paused: Mapped[bool] = mapped_column(default=False)


class OutboxMessage(Model):
    """One message to one recipient. Written in the transaction of what caused it; claimed by a worker with a lease."""

    __tablename__ = "mail_outbox"
    __table_args__ = (
        sa.UniqueConstraint("campaign_key", "recipient", "kind"),
        sa.Index("ix_mail_outbox_due", "state", "priority", "not_before", "id"),
        # Progress of a campaign is counted from this index alone.
        sa.Index("ix_mail_outbox_progress", "campaign_key", "state", "failure"),
        sa.CheckConstraint(
            "state IN ('queued','sending','sent','uncertain','failed','bounced','skipped','by_hand','told')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: A campaign's key, or a key of the caller's own for a single message (`signin:<random id>`).
    campaign_key: Mapped[str] = mapped_column(sa.String(120))
    #: `member:17`, `staff:3`, or `applicant:<id>`; resolved to an address when the message is sent.
    recipient: Mapped[str] = mapped_column(sa.String(80), index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    language: Mapped[str] = mapped_column(sa.String(12))
    #: Sealed JSON: may hold a link's secret. Emptied once the message is sent.
    context: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(sa.String(12), default=MessageState.QUEUED)
    #: 0 for a message somebody waits for, 1 for one of many: a sign-in link does not queue behind a campaign.
    priority: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    created_at: Mapped[dt.datetime]
    not_before: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[dt.datetime | None]
    #: The run of a worker that claimed it (see mail.journal); kept while the fate is uncertain.
    lease_owner: Mapped[str | None] = mapped_column(sa.String(120), index=True)
    sent_at: Mapped[dt.datetime | None]
    #: A code from mail.errors, put into plain words for staff; never the server's own text, which may quote an address.
    failure: Mapped[str | None] = mapped_column(sa.String(60))
    #: Deterministic, so that the transport's record can be asked whether it was accepted.
    message_id: Mapped[str] = mapped_column(sa.String(160), unique=True)
    #: Keyed index of the address it went to, so that a bounce suppresses that one even when it has changed since.
    address_index: Mapped[str | None] = mapped_column(sa.String(64))


class Suppression(Model):
    """An address that must not be written to: it bounced for good or its owner said no. Kept as a keyed index only."""

    __tablename__ = "mail_suppression"

    address_index: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[dt.datetime]
    #: The recipient it was found on, so that staff can be told.
    recipient: Mapped[str] = mapped_column(sa.String(80), index=True)


class SoftBounce(Model):
    """That a message came back for now (a full mailbox). Enough of them for one address, and it is suppressed."""

    __tablename__ = "mail_soft_bounce"

    #: One per message, so that reading the same report twice counts once.
    outbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mail_outbox.id", ondelete="CASCADE"), primary_key=True)
    address_index: Mapped[str] = mapped_column(sa.String(64), index=True)
    at: Mapped[dt.datetime]


class Pace(Model):
    """The one token bucket that all workers draw from, so that MAIL_RATE holds for them together."""

    __tablename__ = "mail_pace"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Messages that may leave at `at`; it refills with time.
    tokens: Mapped[float]
    at: Mapped[dt.datetime]


class LinkKey(Model):
    """The one key of all links that refuse messages: it outlives the keys of the settings (see mail.unsubscribing)."""

    __tablename__ = "mail_link_key"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Sealed hexadecimal digits.
    key: Mapped[bytes]
