"""Who would be asked what: fieldwork to come and under way, with how many of those meant can be asked.

Counting looks at everybody on the panel, so the worker does it and keeps the numbers. They are kept under all that
staff decide (the audience, the day, the limits and quiet periods), so that a change of these is counted at once; what
members do meanwhile shows some minutes later.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import asking, audience, kept, tenure
from panel.models import Ask, Consent, MemberEvent
from surveys.models import Fieldwork, FieldworkState, Kind, Survey
from surveys.queries import participation

#: So many are looked at: the next to open, and those still being invited to.
_MOST = 6
#: The calendar looks back so many months at what was asked, and at how often members were.
_BACK, _BURDEN_BACK = 6, 12
_KEY = "asking"
#: For so long after a change what was kept before it may still be shown.
PATIENCE = dt.timedelta(minutes=5)
#: Not everything leaves a trace in the marker: what is kept never grows older than this.
_OLDEST = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Planned:
    """Fieldwork that will ask, or still asks, with what the limits of asking leave of those meant."""

    fieldwork: Fieldwork
    engagement_id: int
    day: dt.date
    outlook: asking.Outlook


@dataclass(frozen=True)
class Calendar:
    """What is planned, what was asked lately, and how many members were asked how often."""

    planned: list[Planned]
    past: list[asking.Asked]
    burden: dict[int, int]


@dataclass(frozen=True)
class _Plan:
    fieldwork: Fieldwork
    engagement_id: int
    day: dt.date


def calendar() -> Calendar:
    """Return the calendar from the numbers that are kept; what is not kept is counted now."""
    plans = _plans()
    keys = _keys(plans)
    data = _find_kept()
    outlooks = {key: asking.Outlook(*data["outlooks"][key]) for key in keys if key in data["outlooks"]}
    outlooks |= _count([(key, plan) for key, plan in zip(keys, plans, strict=True) if key not in outlooks])
    planned = [
        Planned(plan.fieldwork, plan.engagement_id, plan.day, outlooks[key])
        for key, plan in zip(keys, plans, strict=True)
    ]
    past = [_asked(row) for row in data["past"]] if "past" in data else _past()
    burden = {int(times): count for times, count in data["burden"]} if "burden" in data else _burden()
    return Calendar(planned, past, burden)


def made_anew() -> kept.Made | None:
    """Return the numbers counted anew where something has changed since they were kept, else None. This reads."""
    plans = _plans()
    keys = _keys(plans)
    marker, row = _marker(), kept.find(_KEY)
    if row is not None and row.marker == marker and clock.now() - row.made_at < _OLDEST / 2:
        data = json.loads(row.data)
        if data["today"] == clock.today().isoformat() and set(keys) == set(data["outlooks"]):
            return None
    data = {
        "today": clock.today().isoformat(),
        "outlooks": {key: astuple(found) for key, found in _count(list(zip(keys, plans, strict=True))).items()},
        "past": [astuple(asked) for asked in _past()],
        "burden": list(_burden().items()),
    }
    return kept.Made(_KEY, marker, json.dumps(data, default=dt.date.isoformat, separators=(",", ":")))


def keep() -> bool:
    """Count anew and keep it where something has changed; return whether it had."""
    return kept.put_if(made_anew())


def _find_kept() -> Mapping[str, Any]:
    """Return what is kept, where it is of today and either fresh or still true."""
    row = kept.find(_KEY)
    age = None if row is None else clock.now() - row.made_at
    if row is None or age is None or age > _OLDEST or (age > PATIENCE and row.marker != _marker()):
        return {"outlooks": {}}
    data: dict[str, Any] = json.loads(row.data)
    return data if data["today"] == clock.today().isoformat() else {"outlooks": {}}


def _marker() -> str:
    """Return a text that differs after whatever changes the counts; it takes no count of members to tell."""
    latest = [db.session.scalar(sa.select(sa.func.max(table.id))) for table in (Ask, MemberEvent, Consent)]
    return ":".join(str(number or 0) for number in latest)


def _plans() -> list[_Plan]:
    """Return the next fieldwork to ask members, by the day it asks."""
    today = clock.today()
    coming = Fieldwork.state.in_([FieldworkState.DRAFT, FieldworkState.SCHEDULED])
    asks = sa.or_(
        sa.and_(coming, Fieldwork.closes_at > clock.now()),
        sa.and_(Fieldwork.state == FieldworkState.OPEN, Fieldwork.inviting.is_(True)),
    )
    rows = db.session.execute(
        sa.select(Fieldwork, Survey.engagement_id)
        .join(Survey, Survey.id == Fieldwork.survey_id)
        .where(asks, Fieldwork.kind != Kind.OPEN)
        .order_by(Fieldwork.opens_at, Fieldwork.id)
        .limit(_MOST)
    )
    return [_Plan(work, number, max(today, work.opens_at.astimezone(clock.zone()).date())) for work, number in rows]


def _keys(plans: Sequence[_Plan]) -> list[str]:
    """Return for each plan a digest of all that staff have decided and that bears on its numbers."""
    rules = {day: (asking.caps_on(day), asking.quiet_on(day)) for day in {plan.day for plan in plans}}
    keys = []
    for plan in plans:
        caps, periods = rules[plan.day]
        decided = [
            [plan.fieldwork.id, plan.day.isoformat(), plan.fieldwork.audience],
            [astuple(cap) for cap in caps],
            [[period.id, period.area_id, period.group_id] for period in periods],
        ]
        keys.append(hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()[:32])
    return keys


def _count(plans: Sequence[tuple[str, _Plan]]) -> dict[str, asking.Outlook]:
    found = asking.outlook([(_meant(plan.fieldwork), plan.day) for _, plan in plans])
    return {key: outlook for (key, _), outlook in zip(plans, found, strict=True)}


def _meant(fieldwork: Fieldwork) -> sa.Select[int]:
    """Return a SELECT of those of the audience who have not been invited yet."""
    return audience.members_where(fieldwork.audience).where(sa.not_(participation.is_invited(fieldwork.id)))


def _past() -> list[asking.Asked]:
    return asking.asked_since(tenure.months_from(clock.today(), -_BACK))


def _asked(row: Sequence[Any]) -> asking.Asked:
    source, kind, engagement_id, first, last, members = row
    return asking.Asked(source, kind, engagement_id, dt.date.fromisoformat(first), dt.date.fromisoformat(last), members)


def _burden() -> dict[int, int]:
    return asking.burden(tenure.months_from(clock.today(), -_BURDEN_BACK))
