"""Who would be asked what: fieldwork to come and under way, with how many of those meant can be asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import asking, audience
from panel.models import Member
from surveys.models import Fieldwork, FieldworkState, Kind, Participation, Survey

#: So many are looked at: the next to open, and those still being invited to.
_MOST = 6


@dataclass(frozen=True)
class Planned:
    """Fieldwork that will ask, or still asks, with what the limits of asking leave of those meant."""

    fieldwork: Fieldwork
    engagement_id: int
    day: dt.date
    outlook: asking.Outlook


def planned() -> list[Planned]:
    """Return the next fieldwork to ask members, by the day it asks; in a handful of queries."""
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
    ).all()
    days = [max(today, fieldwork.opens_at.astimezone(clock.zone()).date()) for fieldwork, _ in rows]
    outlooks = asking.outlook([(_meant(work), day) for (work, _), day in zip(rows, days, strict=True)])
    return [
        Planned(work, engagement_id, day, outlook)
        for (work, engagement_id), day, outlook in zip(rows, days, outlooks, strict=True)
    ]


def _meant(fieldwork: Fieldwork) -> sa.Select[int]:
    """Return a SELECT of those of the audience who have not been invited yet."""
    asked = sa.select(Participation.member_id).where(Participation.fieldwork_id == fieldwork.id)
    return audience.members_where(fieldwork.audience).where(Member.id.not_in(asked))
