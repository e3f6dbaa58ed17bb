"""How the demo's people came: partner organisations, channels and a campaign that is half way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import changed_by
from panel import queries
from panel.models import Channel, Member, Partner, Profile
from panel.services import recruiting

_NOTE = "They ask people, give them our leaflet with the words of consent, and send us a list by secure transfer."
#: Key, name, kind, whom it reaches, groups, area codes, whom we know there, days since the agreement.
_PARTNERS: tuple[tuple[str, str, str, str, list[str], list[str], str, int], ...] = (
    ("age-alliance", "Age Alliance Rutland", "voluntary", "Older people in villages without a bus.",
     ["age_band:75-84", "age_band:85+"], ["E06000017"], "Maureen Toone", 500),
    ("carers-centre", "Leicester Carers’ Centre", "voluntary", "People who look after somebody, many of them unpaid.",
     ["carer:yes"], ["E06000016"], "Bhavna Mistry", 120),
    ("belgrave-temple", "Belgrave Temple", "faith", "Hindu families, many of whom speak Gujarati at home.",
     ["ethnic_group_5:asian", "religion:hindu"], ["LLR-LEI-NORTH-EAST"], "Dinesh Joshi", 200),
    ("charnwood-college", "Charnwood College", "school", "Students of 16 to 19, and apprentices.",
     ["age_band:16-19"], ["E07000130"], "Beth Harvey", 90),
)  # fmt: skip
#: Key, name, kind, partner, days since it began, cost in pounds, groups, the remainder of the members it brought.
_CHANNELS: tuple[tuple[str, str, str, str, int, int | None, list[str], int | None], ...] = (
    ("gp-posters", "Posters in GP surgeries", "poster", "", 900, 640, [], 3),
    ("oakham-library", "Oakham library leaflets", "poster", "", 400, 85, [], None),
    ("diwali", "Stall at Diwali on Belgrave Road", "event", "belgrave-temple", 320, 210, ["religion:hindu"], 7),
    ("carers-news", "Carers’ Centre newsletter", "partner", "carers-centre", 110, 0, ["carer:yes"], 11),
    ("freshers", "Freshers’ fair", "event", "charnwood-college", 60, 150, ["age_band:16-19"], None),
    ("buses", "Adverts on buses", "social", "", 45, 1800, ["age_band:20-24"], 17),
)
_EVERY = 19


def load_recruiting() -> None:
    """Add partners, channels and a campaign, and let some of the demo's people have come by them."""
    areas = {area.code: area.id for area in queries.list_areas()}
    partners = {row[0]: _partner(row, areas) for row in _PARTNERS}
    channels = {row[0]: _channel(row, partners) for row in _CHANNELS}
    for key, *_rest, remainder in _CHANNELS:
        if remainder is not None:
            _came_by(f"channel:{key}", Member.id % _EVERY == remainder)
    _came_by("partner:age-alliance", Member.id.in_(_of("age_band", "75-84")), Member.id % 4 == 1)
    _came_by("channel:freshers", Member.id.in_(_of("age_band", "16-19")), Member.id % 2 == 1)
    today, whole = clock.today(), areas["E54000015"]
    aims = [("age_band", "16-19", 40), ("age_band", "20-24", 60), ("carer", "yes", 50)]
    recruiting.add_campaign(
        {
            "name": "Young people and carers",
            "starts_on": today - dt.timedelta(days=330),
            "due_on": today + dt.timedelta(days=60),
            "aims": [{"area_id": whole, "feature": f, "category": c, "wanted": n} for f, c, n in aims],
            "channel_ids": [channels["freshers"].id, channels["buses"].id],
            "partner_ids": [partners["carers-centre"].id],
        }
    )


def _of(feature: str, category: str) -> sa.Select[int]:
    return sa.select(Profile.member_id).where(getattr(Profile, feature) == category)


def _came_by(source: str, *which: sa.ColumnElement[bool]) -> None:
    changed_by(sa.update(Member).where(*which).values(source=source))


def _partner(row: tuple[Any, ...], areas: dict[str, int]) -> Partner:
    key, name, kind, reaches, groups, codes, person, days = row
    signed = clock.today() - dt.timedelta(days=days)
    return recruiting.add_partner(
        key,
        {
            "kind": kind,
            "name": name,
            "reaches": reaches,
            "groups": groups,
            "area_ids": [areas[code] for code in codes],
            "contact_name": person,
            "contact_email": f"{person.lower().replace(' ', '.')}@demo.example",
            "contact_phone": "0116 496 0300",
            "agreement_on": signed,
            "agreement_review_on": signed + dt.timedelta(days=365),
            "data_sharing": _NOTE,
        },
    )


def _channel(row: tuple[Any, ...], partners: dict[str, Partner]) -> Channel:
    key, name, kind, partner, days, pounds, groups, _remainder = row
    return recruiting.add_channel(
        key,
        {
            "kind": kind,
            "name": name,
            "starts_on": clock.today() - dt.timedelta(days=days),
            "ends_on": None,
            "cost_pence": None if pounds is None else pounds * 100,
            "partner_id": partners[partner].id if partner else None,
            "groups": groups,
            "area_ids": [],
        },
    )
