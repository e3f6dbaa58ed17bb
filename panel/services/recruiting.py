"""Channels, partner organisations and campaigns: adding, changing and ending them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core import audit, clock
from core.crypto import keyring
from core.database import db
from panel.errors import EndedError, KeyTakenError
from panel.models import Area, Campaign, CampaignAim, Channel, Partner
from panel.recruiting.kinds import known_groups

#: The sealed columns of a partner.
CONTACT = ("contact_name", "contact_email", "contact_phone")
_PARTNER = ("kind", "name", "reaches", "agreement_on", "agreement_review_on", "data_sharing")
_CHANNEL = ("kind", "name", "starts_on", "ends_on", "cost_pence", "partner_id")
_CAMPAIGN = ("name", "starts_on", "due_on")


def _place(partner: Partner, column: str) -> str:
    return f"partner.{column}:{partner.seal_id}"


def open_contact(partner: Partner) -> dict[str, str]:
    """Return name, e-mail address and phone number of whom we know at `partner`, in clear."""
    opened = {}
    for column in CONTACT:
        sealed = getattr(partner, column)
        opened[column] = keyring().open(sealed, _place(partner, column)) if sealed else ""
    return opened


def _areas(ids: Sequence[int]) -> list[Area]:
    return list(db.session.scalars(sa.select(Area).where(Area.id.in_(ids)).order_by(Area.id)))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may stand in the record of changes: contacts are people's details and are left out."""
    return {key: value for key, value in values.items() if key not in CONTACT}


def _insert(row: Any) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise KeyTakenError from None


# --- partners --------------------------------------------------------------------------------------------------------


def add_partner(key: str, values: Mapping[str, Any]) -> Partner:
    """Return a new partner. Raises KeyTakenError."""
    partner = Partner(key=key, created_at=clock.now(), areas=[], **{name: values[name] for name in _PARTNER})
    partner.groups = known_groups(values["groups"])
    _insert(partner)
    _put_partner(partner, values)
    audit.record("partner.added", f"partner:{partner.id}", after=_plain(values) | {"key": key})
    return partner


def change_partner(partner: Partner, values: Mapping[str, Any]) -> None:
    """Keep what is known of a partner."""
    before = {name: getattr(partner, name) for name in _PARTNER} | {"groups": partner.groups}
    for name in _PARTNER:
        setattr(partner, name, values[name])
    partner.groups = known_groups(values["groups"])
    _put_partner(partner, values)
    audit.record("partner.changed", f"partner:{partner.id}", before, _plain(values))


def _put_partner(partner: Partner, values: Mapping[str, Any]) -> None:
    for column in CONTACT:
        text = (values.get(column) or "").strip()
        setattr(partner, column, keyring().seal(text, _place(partner, column)) if text else None)
    partner.areas = _areas(values["area_ids"])
    db.session.flush()


def end_partner(partner: Partner) -> None:
    """End working with a partner and forget whom we knew there; what it brought stays known. Raises EndedError."""
    if partner.ended_on is not None:
        raise EndedError
    partner.ended_on = clock.today()
    for column in CONTACT:
        setattr(partner, column, None)
    db.session.execute(
        sa.update(Channel)
        .where(Channel.partner_id == partner.id, sa.or_(Channel.ends_on.is_(None), Channel.ends_on > clock.today()))
        .values(ends_on=sa.case((Channel.starts_on > clock.today(), Channel.starts_on), else_=clock.today()))
    )
    audit.record("partner.ended", f"partner:{partner.id}")
    db.session.flush()


# --- channels --------------------------------------------------------------------------------------------------------


def add_channel(key: str, values: Mapping[str, Any]) -> Channel:
    """Return a new channel. Raises KeyTakenError."""
    channel = Channel(
        key=key, created_at=clock.now(), areas=_areas(values["area_ids"]), **{name: values[name] for name in _CHANNEL}
    )
    channel.groups = known_groups(values["groups"])
    _insert(channel)
    audit.record("channel.added", f"channel:{channel.id}", after=dict(values) | {"key": key})
    return channel


def change_channel(channel: Channel, values: Mapping[str, Any]) -> None:
    """Keep what is known of a channel; its key stays, because it is printed."""
    before = {name: getattr(channel, name) for name in _CHANNEL} | {"groups": channel.groups}
    for name in _CHANNEL:
        setattr(channel, name, values[name])
    channel.groups = known_groups(values["groups"])
    channel.areas = _areas(values["area_ids"])
    audit.record("channel.changed", f"channel:{channel.id}", before, dict(values))
    db.session.flush()


# --- campaigns -------------------------------------------------------------------------------------------------------


def add_campaign(values: Mapping[str, Any]) -> Campaign:
    """Return a new campaign."""
    campaign = Campaign(
        created_at=clock.now(), aims=[], channels=[], partners=[], **{name: values[name] for name in _CAMPAIGN}
    )
    db.session.add(campaign)
    _put_campaign(campaign, values)
    audit.record("recruiting_campaign.added", f"recruiting_campaign:{campaign.id}", after=dict(values))
    return campaign


def change_campaign(campaign: Campaign, values: Mapping[str, Any]) -> None:
    """Keep a campaign's plan. Raises EndedError."""
    if campaign.ended_on is not None:
        raise EndedError
    before = {name: getattr(campaign, name) for name in _CAMPAIGN}
    for name in _CAMPAIGN:
        setattr(campaign, name, values[name])
    _put_campaign(campaign, values)
    audit.record("recruiting_campaign.changed", f"recruiting_campaign:{campaign.id}", before, dict(values))


def _put_campaign(campaign: Campaign, values: Mapping[str, Any]) -> None:
    """Set aims, channels and partners. `aims` is [{area_id, feature, category, wanted}]."""
    wanted = {(a["area_id"], a["feature"], a["category"]): a["wanted"] for a in values["aims"]}
    have = {(a.area_id, a.feature, a.category): a for a in campaign.aims}
    for place, aim in have.items():
        if place in wanted:
            aim.wanted = wanted[place]
        else:
            campaign.aims.remove(aim)
    for (area_id, feature, category), number in wanted.items():
        if (area_id, feature, category) not in have:
            campaign.aims.append(CampaignAim(area_id=area_id, feature=feature, category=category, wanted=number))
    campaign.channels = list(db.session.scalars(sa.select(Channel).where(Channel.id.in_(values["channel_ids"]))))
    campaign.partners = list(db.session.scalars(sa.select(Partner).where(Partner.id.in_(values["partner_ids"]))))
    db.session.flush()


def end_campaign(campaign: Campaign, on: dt.date) -> None:
    """End a campaign before its day or after it. Raises EndedError."""
    if campaign.ended_on is not None:
        raise EndedError
    campaign.ended_on = on
    audit.record("recruiting_campaign.ended", f"recruiting_campaign:{campaign.id}", after={"on": on})
    db.session.flush()
