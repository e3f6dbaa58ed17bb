"""What the worker does for surveys: opens, invites, reminds, moves answers, closes and counts, each by itself."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from core import audit, database
from core.database import db
from core.jobs import scheduled
from panel import kept
from surveys.models import Fieldwork
from surveys.queries import calendar
from surveys.queries import fieldwork as fieldworks
from surveys.services import fieldwork as services
from surveys.services import intake, invitations, snapshots

log = logging.getLogger("panel.surveys")


@scheduled("surveys.timetable", every=dt.timedelta(seconds=30))
def keep_timetable() -> None:
    """Open and close what is due."""
    _each(fieldworks.due_to_open(), services.open_one)
    _each(fieldworks.due_to_close(), services.close)


@scheduled("surveys.invitations", every=dt.timedelta(seconds=15))
def write_to_people() -> None:
    """Invite and remind, a chunk a transaction."""
    for fieldwork_id in fieldworks.still_inviting():
        while _one(fieldwork_id, invitations.invite_chunk):
            pass
    for fieldwork_id in fieldworks.still_reminding():
        while _one(fieldwork_id, invitations.remind_chunk):
            pass


@scheduled("surveys.intake", every=dt.timedelta(seconds=60))
def move_answers() -> None:
    """Move anonymous answers into the store where eight or more wait."""
    moved = 0
    for fieldwork_id in intake.waiting():
        moved += intake.move(fieldwork_id)
        database.commit()
    if moved:
        _forget_journal()


@scheduled("surveys.results", every=dt.timedelta(seconds=60))
def count_results() -> None:
    """Count the results again where they may be shown anew."""
    for fieldwork_id in snapshots.due():
        snapshots.make(fieldwork_id)
        database.commit()


@scheduled("surveys.calendar", every=dt.timedelta(seconds=60))
def count_calendar() -> None:
    """Keep the numbers of the calendar of asking, where something has changed."""
    kept.renew(calendar.made_anew)
    database.commit()


def _each(ids: Iterable[int], do: Callable[[Fieldwork], object]) -> None:
    for fieldwork_id in ids:
        _one(fieldwork_id, do)


def _one(fieldwork_id: int, do: Callable[[Fieldwork], object]) -> object:
    with audit.acting_as("system"):
        result = do(db.session.get_one(Fieldwork, fieldwork_id, with_for_update=True))
        database.commit()
    return result


def _forget_journal() -> None:
    """SQLite: empty the write-ahead log, which keeps pages in the order they were written."""
    if database.is_postgresql():
        return
    db.session.rollback()
    # The driver's own connection: SQLAlchemy would begin a transaction, in which SQLite empties nothing.
    connection = db.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
