"""What members get from being on the panel: words of the staff, shown on the way in and on the own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from panel.models import Benefit


def shown(tag: str) -> list[dict[str, str]]:
    """Return the benefits of today in the language `tag`, or in English: title, text and the language they are in."""
    today = clock.today()
    query = sa.select(Benefit).where(
        Benefit.shown_from <= today, sa.or_(Benefit.shown_until.is_(None), Benefit.shown_until >= today)
    )
    found = []
    for benefit in db.session.scalars(query.order_by(Benefit.position, Benefit.id)):
        used = tag if (benefit.words.get(tag) or {}).get("title") else "en"
        own: Mapping[str, Any] = benefit.words.get(used) or {}
        found.append({"title": own.get("title", ""), "text": own.get("text", ""), "tag": used})
    return found


def list_all() -> list[Benefit]:
    """Return every benefit, of past and future as well, in the order they are shown in."""
    return list(db.session.scalars(sa.select(Benefit).order_by(Benefit.position, Benefit.id)))


def get(benefit_id: int) -> Benefit:
    """Return a benefit. Raises NotFoundError."""
    benefit = db.session.get(Benefit, benefit_id)
    if benefit is None:
        raise NotFoundError
    return benefit


def is_shown(benefit: Benefit, day: dt.date) -> bool:
    """Return whether a benefit is shown on a day."""
    return benefit.shown_from <= day and (benefit.shown_until is None or benefit.shown_until >= day)
