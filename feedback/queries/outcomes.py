"""Reading outcomes for staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from core.database import db
from feedback.errors import OutcomeNotFoundError
from feedback.models import Outcome, OutcomeArea, OutcomeState, OutcomeSubject


def get_outcome(outcome_id: int) -> Outcome:
    """Return the outcome; raises OutcomeNotFoundError."""
    outcome = db.session.get(Outcome, outcome_id)
    if outcome is None:
        raise OutcomeNotFoundError
    return outcome


def list_outcomes(engagement_id: int) -> list[Outcome]:
    """Return all outcomes of an engagement in the order the editors gave them."""
    query = sa.select(Outcome).where(Outcome.engagement_id == engagement_id)
    return list(db.session.scalars(query.order_by(Outcome.position, Outcome.id)))


def list_unpublished(most: int = 200) -> list[Outcome]:
    """Return the outcomes that nobody has been told of yet, the newest first."""
    query = sa.select(Outcome).where(Outcome.state != OutcomeState.PUBLISHED)
    return list(db.session.scalars(query.order_by(Outcome.id.desc()).limit(most)))


def subjects_of(outcome_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the subjects of many outcomes by outcome."""
    rows = db.session.execute(
        sa.select(OutcomeSubject.outcome_id, OutcomeSubject.subject)
        .where(OutcomeSubject.outcome_id.in_(outcome_ids))
        .order_by(OutcomeSubject.subject)
    )
    return _grouped(rows.all())


def areas_of(outcome_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the area ids of many outcomes by outcome."""
    rows = db.session.execute(
        sa.select(OutcomeArea.outcome_id, OutcomeArea.area_id)
        .where(OutcomeArea.outcome_id.in_(outcome_ids))
        .order_by(OutcomeArea.area_id)
    )
    return _grouped(rows.all())


def followed(outcome_ids: Collection[int]) -> set[int]:
    """Return those of the outcomes that another one follows up, published or not."""
    query = sa.select(Outcome.follows_id).where(Outcome.follows_id.in_(outcome_ids))
    return {found for found in db.session.scalars(query) if found is not None}


def _grouped(rows: Sequence[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for key, value in rows:
        groups[key].append(value)
    return dict(groups)
