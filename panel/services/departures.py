"""Count who leaves by group before their profile is erased, so that attrition can be told without keeping anybody."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import clock
from core.database import db, insert_or_ignore
from panel.bands import FEATURES
from panel.models import DepartureTally, Member, Profile
from panel.questions import PREFER_NOT


def quarter_of(day: dt.date) -> dt.date:
    """Return the first day of the quarter a day lies in."""
    return dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def note(member: Member) -> None:
    """Count the leaving of `member`, whose profile is still there, in each feature for itself."""
    profile = db.session.get(Profile, member.id)
    if profile is None:
        return
    quarter = quarter_of(clock.today())
    for feature in FEATURES:
        category = getattr(profile, feature)
        if category is not None and category != PREFER_NOT:
            _count(quarter, feature, category)


def _count(quarter: dt.date, feature: str, category: str) -> None:
    key = {"quarter": quarter, "feature": feature, "category": category}
    db.session.execute(insert_or_ignore(DepartureTally.__table__).values(**key, count=0))
    row = sa.and_(*(getattr(DepartureTally, name) == value for name, value in key.items()))
    db.session.execute(sa.update(DepartureTally).where(row).values(count=DepartureTally.count + 1))
