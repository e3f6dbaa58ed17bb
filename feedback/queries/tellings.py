"""Reading tellings: their progress, who waits for a letter or a call, what failed, and the letters."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from core.database import db
from feedback.errors import TellingNotFoundError
from feedback.models import Letter, LetterBatch, Telling, Told, ToldState

#: Rows on one page of a list staff work through.
PAGE_SIZE = 50


def get_telling(telling_id: int) -> Telling:
    """Return the telling; raises TellingNotFoundError."""
    telling = db.session.get(Telling, telling_id)
    if telling is None:
        raise TellingNotFoundError
    return telling


def list_tellings(engagement_id: int) -> list[Telling]:
    """Return the tellings of an engagement, newest first."""
    query = sa.select(Telling).where(Telling.engagement_id == engagement_id)
    return list(db.session.scalars(query.order_by(Telling.id.desc())))


def progress(telling_id: int) -> dict[str, dict[str, int]]:
    """Return how many people are in each state: {route: {state: people}}."""
    rows = db.session.execute(
        sa.select(Told.route, Told.state, sa.func.count())
        .where(Told.telling_id == telling_id)
        .group_by(Told.route, Told.state)
    )
    found: dict[str, dict[str, int]] = {}
    for route, state, people in rows:
        found.setdefault(route, {})[state] = people
    return found


def list_to_call(telling_id: int, after: int = 0) -> list[Told]:
    """Return a page, and one row more, of those to be told by phone or text, from the member after `after`."""
    return _page(
        Told.telling_id == telling_id, Told.state == ToldState.TO_TELL, Told.route.in_(("phone", "text")), after=after
    )


def list_failed(telling_id: int, after: int = 0) -> list[Told]:
    """Return a page, and one row more, of those whose message did not arrive and with whom nobody has dealt yet."""
    return _page(Told.telling_id == telling_id, Told.state == ToldState.FAILED, after=after)


def _page(*conditions: sa.ColumnElement[bool], after: int) -> list[Told]:
    query = sa.select(Told).where(*conditions, Told.member_id > after).order_by(Told.member_id).limit(PAGE_SIZE + 1)
    return list(db.session.scalars(query))


def find_told(telling_id: int, member_id: int) -> Told | None:
    """Return where one person stands in a telling, or None when they did not take part."""
    return db.session.get(Told, (telling_id, member_id))


def waiting_for_letter(telling_id: int) -> int:
    """Return how many people are told by post and have no letter yet."""
    condition = (Told.telling_id == telling_id, Told.state == ToldState.TO_TELL, Told.route == "post")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Told).where(*condition)) or 0


def list_batches(telling_id: int) -> list[tuple[LetterBatch, int]]:
    """Return the batches of letters of a telling, newest first, each with how many of its letters are made."""
    made = (
        sa.select(sa.func.count())
        .where(Letter.batch_id == LetterBatch.id, Letter.made_at.is_not(None))
        .correlate(LetterBatch)
        .scalar_subquery()
    )
    query = sa.select(LetterBatch, made).where(LetterBatch.telling_id == telling_id)
    return [(batch, count) for batch, count in db.session.execute(query.order_by(LetterBatch.number.desc()))]


def get_batch(batch_id: int) -> LetterBatch:
    """Return a batch of letters; raises TellingNotFoundError."""
    batch = db.session.get(LetterBatch, batch_id)
    if batch is None:
        raise TellingNotFoundError
    return batch


def list_letters(batch_id: int) -> Sequence[Letter]:
    """Return the letters of a batch with their sealed PDFs: as many as a batch has at most, which is few."""
    query = sa.select(Letter).where(Letter.batch_id == batch_id, Letter.pdf.is_not(None))
    return list(db.session.scalars(query.order_by(Letter.id).options(undefer(Letter.pdf))))


def list_unmade(limit: int) -> list[Letter]:
    """Return letters still to be made, oldest first."""
    query = sa.select(Letter).where(Letter.made_at.is_(None)).order_by(Letter.id).limit(limit)
    return list(db.session.scalars(query))


def first_with_failures() -> tuple[Telling, int] | None:
    """Return the oldest telling with people whom nothing reached, and how many they are in all tellings."""
    failing = sa.select(Telling, sa.func.sum(Telling.failed).over()).where(Telling.failed > 0)
    row = db.session.execute(failing.order_by(Telling.id).limit(1)).first()
    return (row[0], int(row[1])) if row else None


def list_of_member(member_id: int) -> list[Telling]:
    """Return the tellings that one member is part of, newest first."""
    query = sa.select(Telling).join(Told, Told.telling_id == Telling.id).where(Told.member_id == member_id)
    return list(db.session.scalars(query.order_by(Telling.id.desc())))
