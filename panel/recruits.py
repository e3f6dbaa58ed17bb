"""What is read about recruiting: channels, partners and campaigns, and what each of them brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from panel import bands
from panel.models import Area, Campaign, CampaignAim, Channel, Member, MemberState, Partner, Profile
from panel.recruiting.kinds import AIMED, KEY

_STILL = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.LAPSED)


@dataclass(frozen=True)
class Brought:
    """How many people asked to join, confirmed, and are still members; in full, not yet fit to be shown."""

    applied: int = 0
    confirmed: int = 0
    still: int = 0

    def __add__(self, other: Brought) -> Brought:
        return Brought(self.applied + other.applied, self.confirmed + other.confirmed, self.still + other.still)


Row = TypeVar("Row", Channel, Partner, Campaign)


def _get(table: type[Row], number: int, *loaded: Any) -> Row:
    # Read anew, so that what hangs on it is loaded with it even if the row itself is known already.
    query = sa.select(table).where(table.id == number).options(*loaded).execution_options(populate_existing=True)
    row = db.session.scalar(query)
    if row is None:
        raise NotFoundError
    return row


def find_channel(key: str) -> Channel | None:
    """Return the channel called `key`, which may be anything somebody typed."""
    if not KEY.fullmatch(key):
        return None
    return db.session.scalar(sa.select(Channel).where(Channel.key == key))


def names(sources: Collection[str]) -> dict[str, str]:
    """Return `Member.source` -> name, of those that are channels or partners: a query for each of the two kinds."""
    found: dict[str, str] = {}
    for kind, table in (("channel", Channel), ("partner", Partner)):
        keys = [source.partition(":")[2] for source in sources if source.startswith(f"{kind}:")]
        if keys:
            rows = db.session.execute(sa.select(table.key, table.name).where(table.key.in_(keys)))
            found |= {f"{kind}:{key}": name for key, name in rows}
    return found


def get_channel(channel_id: int) -> Channel:
    """Return a channel with its areas and partner. Raises NotFoundError."""
    loaded = (sa.orm.selectinload(Channel.areas), sa.orm.joinedload(Channel.partner))
    return _get(Channel, channel_id, *loaded)


def list_channels(partner_id: int | None = None) -> list[Channel]:
    """Return the channels, of one partner or all, those that began last first."""
    query = sa.select(Channel).options(sa.orm.joinedload(Channel.partner))
    if partner_id is not None:
        query = query.where(Channel.partner_id == partner_id)
    return list(db.session.scalars(query.order_by(Channel.starts_on.desc(), Channel.id.desc())))


def get_partner(partner_id: int) -> Partner:
    """Return a partner with its areas. Raises NotFoundError."""
    return _get(Partner, partner_id, sa.orm.selectinload(Partner.areas))


def list_partners(*, ended: bool = True) -> list[Partner]:
    """Return the partners by name, without those that ended if told so."""
    query = sa.select(Partner).options(sa.orm.selectinload(Partner.areas))
    if not ended:
        query = query.where(Partner.ended_on.is_(None))
    return list(db.session.scalars(query.order_by(Partner.name, Partner.id)))


def get_campaign(campaign_id: int) -> Campaign:
    """Return a campaign with all that belongs to it. Raises NotFoundError."""
    return _get(Campaign, campaign_id, *_whole_campaign())


def _whole_campaign() -> tuple[Any, ...]:
    return (
        sa.orm.selectinload(Campaign.aims).joinedload(CampaignAim.area),
        sa.orm.selectinload(Campaign.channels),
        sa.orm.selectinload(Campaign.partners),
    )


def list_campaigns() -> list[Campaign]:
    """Return the campaigns, those that run first, then by their day."""
    query = sa.select(Campaign).options(*_whole_campaign())
    return list(db.session.scalars(query.order_by(Campaign.ended_on.is_not(None), Campaign.due_on.desc(), Campaign.id)))


def brought_by_source() -> dict[str, Brought]:
    """Return `Member.source` -> what it brought, for every source, in one query."""
    rows = db.session.execute(
        sa.select(
            Member.source,
            sa.func.count(),
            sa.func.count(Member.confirmed_at),
            sa.func.count(sa.case((Member.state.in_(_STILL), 1))),
        ).group_by(Member.source)
    )
    return {source: Brought(applied, confirmed, still) for source, applied, confirmed, still in rows}


def sources_of_partner(partner: Partner, channels: Iterable[Channel]) -> list[str]:
    """Return every source by which somebody came through a partner: its own name and its channels."""
    return [f"partner:{partner.key}", *(f"channel:{channel.key}" for channel in channels)]


def bands_of(sources: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return feature -> category -> how many confirmed people of `sources`; not answered is left out.

    In one query. The counts are not yet fit to be shown.
    """
    members = sa.select(Member.id).where(Member.source.in_(sources), Member.confirmed_at.is_not(None))
    counts = bands.count_each(members, AIMED)
    return {f: {c: counts[f].get(c, 0) for c in bands.FEATURES[f].categories} for f in AIMED}


def sources_of_campaigns(campaigns: Sequence[Campaign]) -> dict[int, set[str]]:
    """Return campaign id -> every source that counts for it: its channels, its partners and their channels."""
    partners = {partner.id for campaign in campaigns for partner in campaign.partners}
    own = db.session.execute(sa.select(Channel.partner_id, Channel.key).where(Channel.partner_id.in_(partners)))
    by_partner: dict[int, list[str]] = {}
    for partner_id, key in own:
        by_partner.setdefault(partner_id or 0, []).append(f"channel:{key}")
    return {
        campaign.id: {f"channel:{channel.key}" for channel in campaign.channels}
        | {f"partner:{partner.key}" for partner in campaign.partners}
        | {source for partner in campaign.partners for source in by_partner.get(partner.id, ())}
        for campaign in campaigns
    }


def insides() -> dict[int, list[int]]:
    """Return area id -> the ids of it and of all areas inside it; there are some dozens."""
    parents: dict[int, int | None] = {i: p for i, p in db.session.execute(sa.select(Area.id, Area.parent_id))}  # noqa: C416
    found: dict[int, list[int]] = {area: [] for area in parents}
    for area in parents:
        above: int | None = area
        while above is not None:
            found[above].append(area)
            above = parents[above]
    return found


@dataclass(frozen=True)
class Wanted:
    """An aim with what counts for it: by which sources, from when, until when."""

    aim: CampaignAim
    sources: frozenset[str]
    since: dt.datetime
    until: dt.datetime


def _is_of(aim: CampaignAim, inside: dict[int, list[int]]) -> list[sa.ColumnElement[bool]]:
    group = [getattr(Profile, aim.feature) == aim.category] if aim.feature else []
    return [Member.area_id.in_(inside[aim.area_id]), *group]


def _counted(columns: Sequence[sa.ColumnElement[int]], *where: sa.ColumnElement[bool]) -> list[int]:
    query = sa.select(*columns).select_from(Member).outerjoin(Profile, Profile.member_id == Member.id).where(*where)
    return [int(count) for count in db.session.execute(query).one()]


def reached(wanted: Sequence[Wanted], inside: dict[int, list[int]]) -> list[int]:
    """Return how many people of each group and area have confirmed by its sources in its time; one query."""
    if not wanted:
        return []
    columns = [
        sa.func.count(
            sa.case(
                (
                    sa.and_(
                        Member.source.in_(each.sources),
                        Member.confirmed_at >= each.since,
                        Member.confirmed_at < each.until,
                        *_is_of(each.aim, inside),
                    ),
                    1,
                )
            )
        )
        for each in wanted
    ]
    return _counted(columns, Member.source.in_(frozenset().union(*(each.sources for each in wanted))))


def on_panel(aims: Sequence[CampaignAim], inside: dict[int, list[int]]) -> list[tuple[int, int]]:
    """Return for each of `aims` how many active members are of its group, and how many of its area said; one query."""
    if not aims:
        return []
    columns: list[sa.ColumnElement[int]] = []
    for aim in aims:
        here = Member.area_id.in_(inside[aim.area_id])
        categories = list(bands.FEATURES[aim.feature].categories) if aim.feature else []
        said = sa.and_(here, getattr(Profile, aim.feature).in_(categories)) if aim.feature else here
        columns.append(sa.func.count(sa.case((sa.and_(*_is_of(aim, inside)), 1))))
        columns.append(sa.func.count(sa.case((said, 1))))
    figures = _counted(columns, Member.state == MemberState.ACTIVE)
    return list(zip(figures[::2], figures[1::2], strict=True))
