"""Keep what members get from being on the panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core import audit
from core.database import db
from panel.models import Benefit


def save(
    benefit: Benefit | None,
    words: Mapping[str, Any],
    *,
    shown_from: dt.date,
    shown_until: dt.date | None = None,
    position: int = 0,
) -> Benefit:
    """Add a benefit, or change one."""
    before = _facts(benefit) if benefit else None
    benefit = benefit or Benefit()
    benefit.words, benefit.shown_from = dict(words), shown_from
    benefit.shown_until, benefit.position = shown_until, position
    db.session.add(benefit)
    db.session.flush()
    audit.record("benefit.saved", f"benefit:{benefit.id}", before, _facts(benefit))
    return benefit


def delete(benefit: Benefit) -> None:
    """Take a benefit away; what was shown stays in the record of changes."""
    audit.record("benefit.deleted", f"benefit:{benefit.id}", _facts(benefit), None)
    db.session.delete(benefit)
    db.session.flush()


def _facts(benefit: Benefit) -> dict[str, Any]:
    return {
        "words": benefit.words,
        "shown_from": benefit.shown_from,
        "shown_until": benefit.shown_until,
        "position": benefit.position,
    }
