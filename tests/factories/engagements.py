"""Engagements for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import clock
from core.database import db
from engagements.models import Engagement, EngagementArea, EngagementState
from engagements.wording import PARTS, source_hash

_WORDS = {
    "title": "Getting a GP appointment",
    "purpose": "We want to know how easy it is to see a GP.",
    "what_is_known": "Last year 4 in 10 people told us that it is hard to get through by phone.",
    "decision": "How surgeries answer phones and requests.",
    "decision_how": "The board decides with what you tell us and with the figures of each surgery.",
    "decision_when": "At the board meeting in the spring.",
    "options": "A call-back service, more people answering phones, or no change.",
    "reasons": "Call-backs cost less. More people on the phones would be quicker.",
    "use_of_answers": "We read every answer and publish what we did.",
}


def make_engagement(**changes: Any) -> Engagement:
    """Return a fully planned, open engagement; `words` are added to the English ones, `area_ids` to nothing."""
    number = _next()
    words = {"en": _WORDS | {"title": changes.pop("title", _WORDS["title"])}}
    for tag, own in changes.pop("words", {}).items():
        words[tag] = words.get(tag, {}) | own
    area_ids = changes.pop("area_ids", ())
    today = clock.today()
    values: dict[str, Any] = {
        "slug": f"getting-a-gp-appointment-{number}",
        "state": EngagementState.OPEN,
        "words": words,
        "word_sources": {
            tag: {part: source_hash(words["en"][part]) for part in own if part in PARTS}
            for tag, own in words.items()
            if tag != "en"
        },
        "subjects": ["gp"],
        "contact_name": "Asha Patel",
        "contact_email": "asha.patel@example.org",
        "contact_phone": "0116 000 0001",
        "starts_on": today,
        "ends_on": today + dt.timedelta(days=100),
        "decision_on": today + dt.timedelta(days=150),
        "created_at": clock.now(),
    }
    engagement = Engagement(**(values | changes))
    db.session.add(engagement)
    db.session.flush()
    db.session.add_all([EngagementArea(engagement_id=engagement.id, area_id=a) for a in area_ids])
    db.session.commit()
    return engagement


_count = 0


def _next() -> int:
    global _count
    _count += 1
    return _count
