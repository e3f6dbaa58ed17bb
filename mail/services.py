"""The rules of this room: verbs that flush and never commit."""

from __future__ import annotations

import sqlalchemy as sa

from core import audit, clock
from core.database import changed_by, db, insert_or_ignore
from mail import recipients
from mail.models import Campaign, SoftBounce, Suppression


def ensure_campaign(key: str, title: str, kind: str) -> Campaign:
    """Return the campaign with this key, made now when there is none. `title` is shown to staff: no personal data."""
    find = sa.select(Campaign).where(Campaign.key == key)
    campaign = db.session.scalar(find)
    if campaign is None:
        values = {"key": key, "title": title, "kind": kind, "created_at": clock.now(), "paused": False}
        # Two machines may begin the same campaign at once: the second finds the first one's row.
        db.session.execute(insert_or_ignore(Campaign.__table__).values(values))
        campaign = db.session.scalars(find).one()
    return campaign


def pause_campaign(campaign: Campaign) -> None:
    """Send nothing more of `campaign` until it is resumed; what a worker is sending at this moment still goes."""
    _set_paused(campaign, True)


def resume_campaign(campaign: Campaign) -> None:
    """Go on sending `campaign`."""
    _set_paused(campaign, False)


def _set_paused(campaign: Campaign, paused: bool) -> None:
    if campaign.paused == paused:
        return
    campaign.paused = paused
    action = "campaign.paused" if paused else "campaign.resumed"
    audit.record(action, f"campaign:{campaign.id}", {"paused": not paused}, {"paused": paused})
    db.session.flush()


def write_again(address: str) -> bool:
    """Let messages go to an address again that came back; return whether anything stood against it.

    What came back before is forgotten, or the next full mailbox would be one too many at once.
    """
    indexes = recipients.address_indexes(address)
    forgotten = changed_by(sa.delete(Suppression).where(Suppression.address_index.in_(indexes)))
    db.session.execute(sa.delete(SoftBounce).where(SoftBounce.address_index.in_(indexes)))
    return bool(forgotten)


def renew_suppressions(batch: int = 500) -> int:
    """Look suppressed addresses up under the present key from now on, and return how many that were not yet.

    An address is not kept, only its digest; it is learnt again from the person it was found on. One whose person has
    gone or has another address now is needed no longer, and stays until its key is taken away.
    """
    renewed, after = 0, ""
    while True:
        rows = db.session.execute(
            sa.select(Suppression.address_index, Suppression.recipient)
            .where(Suppression.address_index > after)
            .order_by(Suppression.address_index)
            .limit(batch)
        ).all()
        if not rows:
            return renewed
        after = rows[-1].address_index
        addresses = recipients.addresses_of(row.recipient for row in rows)
        for old, recipient in rows:
            address = addresses.get(recipient, "")
            new = recipients.address_index(address)
            if old != new and old in recipients.address_indexes(address):
                _move_suppression(old, new)
                renewed += 1


def _move_suppression(old: str, new: str) -> None:
    row = db.session.get_one(Suppression, old)
    values = {"address_index": new, "reason": row.reason, "at": row.at, "recipient": row.recipient}
    db.session.execute(insert_or_ignore(Suppression.__table__).values(values))
    db.session.delete(row)
    db.session.flush()
