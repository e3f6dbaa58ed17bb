"""The rules of this room: verbs that flush and never commit."""

from __future__ import annotations

import sqlalchemy as sa

from core import audit, clock
from core.database import db, insert_or_ignore
from mail.models import Campaign


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
