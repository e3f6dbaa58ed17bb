"""Reads of wording: one query for a whole survey, however many questions it has."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from core.database import db
from surveys import wording
from surveys.models import Wording


def get_book(survey_id: int, tags: Iterable[str] | None = None) -> wording.Book:
    """Return the wording of a survey, in all languages or in `tags` and the source language."""
    query = sa.select(Wording).where(Wording.survey_id == survey_id)
    if tags is not None:
        query = query.where(Wording.language.in_({wording.SOURCE, *tags}))
    return wording.Book(db.session.scalars(query))


def list_books(survey_ids: list[int]) -> dict[int, wording.Book]:
    """Return the wording of several surveys in one query."""
    rows: dict[int, list[Wording]] = {survey_id: [] for survey_id in survey_ids}
    for row in db.session.scalars(sa.select(Wording).where(Wording.survey_id.in_(survey_ids))):
        rows[row.survey_id].append(row)
    return {survey_id: wording.Book(found) for survey_id, found in rows.items()}
