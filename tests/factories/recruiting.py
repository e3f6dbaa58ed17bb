"""Channels, partners and campaigns."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from core import clock
from core.database import db
from panel.models import Campaign, Channel, Partner
from panel.services import recruiting

_numbers = itertools.count(1)


def make_partner(**values: Any) -> Partner:
    """Return a committed partner."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "kind": "voluntary",
        "name": f"Partner {number}",
        "reaches": "",
        "agreement_on": None,
        "agreement_review_on": None,
        "data_sharing": "",
        "groups": [],
        "area_ids": [],
        "contact_name": "Nisha Rao",
        "contact_email": "nisha@partner.example",
        "contact_phone": "0116 496 0200",
    }
    partner = recruiting.add_partner(values.pop("key", f"partner-{number}"), defaults | values)
    db.session.commit()
    return partner


def make_channel(**values: Any) -> Channel:
    """Return a committed channel that is in use."""
    number = next(_numbers)
    defaults = {
        "kind": "poster",
        "name": f"Poster {number}",
        "starts_on": clock.today() - dt.timedelta(days=30),
        "ends_on": None,
        "cost_pence": None,
        "partner_id": None,
        "groups": [],
        "area_ids": [],
    }
    channel = recruiting.add_channel(values.pop("key", f"poster-{number}"), defaults | values)
    db.session.commit()
    return channel


def make_campaign(*aims: tuple[int, str, str, int], **values: Any) -> Campaign:
    """Return a committed campaign; an aim is (area id, feature, category, wanted)."""
    defaults = {
        "name": "Young carers in Oakham",
        "starts_on": clock.today() - dt.timedelta(days=20),
        "due_on": clock.today() + dt.timedelta(days=20),
        "channel_ids": [],
        "partner_ids": [],
    }
    named = [{"area_id": a, "feature": f, "category": c, "wanted": n} for a, f, c, n in aims]
    campaign = recruiting.add_campaign(defaults | values | {"aims": named})
    db.session.commit()
    return campaign
