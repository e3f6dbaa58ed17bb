"""Reads of results: the kept counts, texts a page at a time, and rows for an export in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core.database import db
from surveys.models import Response, ResultsSnapshot

CHUNK = 1000
_response = Response.__table__


def find_snapshot(fieldwork_id: int) -> ResultsSnapshot | None:
    """Return the kept results of a fieldwork, None while nothing may be shown."""
    return db.session.get(ResultsSnapshot, fieldwork_id)


def list_texts(fieldwork_id: int, question_id: str, *, after: str = "", limit: int = 50) -> list[tuple[str, str]]:
    """Return (response id, text) of what people wrote to a question, in the order of their random ids."""
    text = Response.answers[question_id].as_string()
    rows = db.session.execute(
        sa.select(Response.id, text)
        .where(
            Response.fieldwork_id == fieldwork_id,
            Response.id > after,
            text.is_not(None),
            # A special answer is an object, not a text.
            text.not_like('{%"special"%}'),
        )
        .order_by(Response.id)
        .limit(limit)
    )
    return [(row_id, written) for row_id, written in rows]


def answers_in_chunks(fieldwork_id: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the answers of a fieldwork, so many at a time, in the order of their random ids."""
    last = ""
    while True:
        rows = (
            db.session.connection()
            .execute(
                sa.select(_response.c.id, _response.c.answers)
                .where(_response.c.fieldwork_id == fieldwork_id, _response.c.id > last)
                .order_by(_response.c.id)
                .limit(CHUNK)
            )
            .all()
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [answers for _, answers in rows]


def find_by_pseudonym(fieldwork_id: int, pseudonym: str) -> dict[str, Any] | None:
    """Return the answers under a pseudonym in a confidential fieldwork."""
    return db.session.scalar(
        sa.select(Response.answers).where(Response.fieldwork_id == fieldwork_id, Response.pseudonym == pseudonym)
    )
