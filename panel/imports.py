"""What is read about lists of people: how far each is, what its rows say, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from core.crypto import keyring
from core.database import db
from core.errors import NotFoundError
from core.tasks import ALIVE, Task
from panel.models import ConsentText, ImportMapping, ImportRow, ImportState, Member, MemberImport, MemberLink

#: Rows read with one query.
CHUNK = 500
#: The task that asks the people of a list to confirm their address.
TELL = "panel.tell-list"


def get_import(import_id: int) -> MemberImport:
    """Return a list with its partner, channel and evidence. Raises NotFoundError."""
    loaded = [sa.orm.joinedload(part) for part in (MemberImport.partner, MemberImport.channel, MemberImport.evidence)]
    query = sa.select(MemberImport).where(MemberImport.id == import_id).options(*loaded)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError
    return found


def list_imports(limit: int = 100) -> list[MemberImport]:
    """Return the lists, the newest first."""
    query = sa.select(MemberImport).options(sa.orm.joinedload(MemberImport.partner))
    return list(db.session.scalars(query.order_by(MemberImport.id.desc()).limit(limit)))


def list_of_partner(partner_id: int) -> list[MemberImport]:
    """Return the lists of one partner that were taken in, the newest first."""
    query = sa.select(MemberImport).where(MemberImport.partner_id == partner_id, MemberImport.state == ImportState.DONE)
    return list(db.session.scalars(query.order_by(MemberImport.id.desc()).limit(20)))


def subject(import_id: int) -> str:
    """Return what a task about a list is about."""
    return f"import:{import_id}"


def find_task(found: MemberImport, *, alive: bool = False) -> Task | None:
    """Return what the worker does, or did last, with a list; None too when only a living one is wanted."""
    query = sa.select(Task).where(Task.subject == subject(found.id))
    if alive:
        query = query.where(Task.state.in_(ALIVE))
    return db.session.scalars(query.order_by(Task.id.desc()).limit(1)).first()


def find_mapping(partner_id: int | None) -> ImportMapping | None:
    """Return how a partner's columns were understood last time."""
    return db.session.get(ImportMapping, partner_id) if partner_id else None


def find_same(digests: Sequence[str]) -> MemberImport | None:
    """Return the list that was taken in from the very same file."""
    query = sa.select(MemberImport).where(MemberImport.digest.in_(digests), MemberImport.state == ImportState.DONE)
    return db.session.scalars(query.order_by(MemberImport.id).limit(1)).first()


def place(seal_id: str, number: int) -> str:
    """Return what the cells of a row are sealed for."""
    return f"member_import_row.cells:{seal_id}/{number}"


def open_cells(found: MemberImport, row: ImportRow) -> list[str]:
    """Return the cells of a row, in clear."""
    return json.loads(keyring().open(row.cells or b"", place(found.seal_id, row.number)))


def rows_after(found: MemberImport, number: int, limit: int = CHUNK, outcome: str | None = None) -> list[ImportRow]:
    """Return rows after `number`, in order, of one outcome or all."""
    query = sa.select(ImportRow).where(ImportRow.import_id == found.id, ImportRow.number > number)
    if outcome is not None:
        query = query.where(ImportRow.outcome == outcome)
    return list(db.session.scalars(query.order_by(ImportRow.number).limit(limit)))


def chunks(found: MemberImport, outcome: str | None = None) -> Iterator[list[ImportRow]]:
    """Yield all rows, some hundred at a time, of one outcome or all. They are let go of with the next chunk."""
    last = 0
    while rows := rows_after(found, last, outcome=outcome):
        last = rows[-1].number
        yield rows
        for row in rows:
            db.session.expunge(row)


def every_row(found: MemberImport) -> Iterator[list[str]]:
    """Yield the cells of every row, a chunk at a time."""
    for rows in chunks(found):
        for row in rows:
            yield open_cells(found, row)


def counts(found: MemberImport) -> dict[str, int]:
    """Return outcome -> how many rows."""
    query = sa.select(ImportRow.outcome, sa.func.count()).where(ImportRow.import_id == found.id)
    rows = db.session.execute(query.group_by(ImportRow.outcome))
    return {outcome: count for outcome, count in rows}  # noqa: C416  rows are no tuples to mypy


def report(found: MemberImport, after: int, limit: int) -> list[ImportRow]:
    """Return rows that were not taken in, after row `after`."""
    query = sa.select(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.outcome.in_(["refused", "known"]), ImportRow.number > after
    )
    return list(db.session.scalars(query.order_by(ImportRow.number).limit(limit)))


def whole_report(found: MemberImport) -> Iterator[tuple[int, str, str, int | None]]:
    """Yield row number, outcome, reason and column of every row."""
    for rows in chunks(found):
        for row in rows:
            yield row.number, row.outcome, row.reason, row.column


def wording(found: MemberImport) -> ConsentText | None:
    """Return the words people agreed to."""
    return db.session.get(ConsentText, found.text_id) if found.text_id else None


def waiting_by_route(found: MemberImport) -> dict[str, int]:
    """Return route -> how many people of this list staff still have to confirm."""
    query = (
        sa.select(Member.route, sa.func.count())
        .join(ImportRow, ImportRow.member_id == Member.id)
        .where(ImportRow.import_id == found.id, Member.state == "applied")
        .group_by(Member.route)
    )
    return {route: count for route, count in db.session.execute(query)}  # noqa: C416


def list_waiting(found: MemberImport, limit: int = 200) -> list[int]:
    """Return the ids of people of this list whom staff have to ring before they are members."""
    query = (
        sa.select(Member.id)
        .join(ImportRow, ImportRow.member_id == Member.id)
        .where(ImportRow.import_id == found.id, Member.state == "applied", Member.route.in_(["phone", "text"]))
    )
    return list(db.session.scalars(query.order_by(Member.id).limit(limit)))


def list_by_post(found: MemberImport, after: int, limit: int) -> list[Member]:
    """Return members of this list who are welcomed by letter, after the member `after`."""
    query = (
        sa.select(Member)
        .join(ImportRow, ImportRow.member_id == Member.id)
        .where(ImportRow.import_id == found.id, Member.route == "post", Member.address.is_not(None))
        .where(Member.id > after)
    )
    return list(db.session.scalars(query.order_by(Member.id).limit(limit)))


def _untold(import_id: int) -> sa.Select[int]:
    """Return a SELECT of people of a list who are reached by e-mail and were not asked to confirm their address yet."""
    asked = sa.exists().where(MemberLink.member_id == Member.id, MemberLink.purpose == "confirm")
    return (
        sa.select(Member.id)
        .join(ImportRow, ImportRow.member_id == Member.id)
        .where(ImportRow.import_id == import_id, Member.state == "applied", Member.route == "email", ~asked)
    )


def count_untold(import_id: int) -> int:
    """Return how many people of a list are still to be asked to confirm their address."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_untold(import_id).subquery())) or 0


def list_untold(import_id: int, limit: int) -> list[int]:
    """Return the ids of some of them."""
    return list(db.session.scalars(_untold(import_id).order_by(Member.id).limit(limit)))
