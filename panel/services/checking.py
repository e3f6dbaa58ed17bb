"""Look at every row of a list before anybody decides on it: what it will be, or why it cannot be taken in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from core.database import db
from core.errors import N_
from core.task_runner import Running
from core.tasks import kind
from panel import contact, imports, queries
from panel.models import ImportRow, ImportState, MemberImport
from panel.recruiting.fields import Plan, RefusedError, Understanding, Understood
from panel.services import importing


@dataclass(frozen=True)
class _Found:
    """What came of one row; nothing of what it says."""

    number: int
    outcome: str
    reason: str = ""
    column: int | None = None


@dataclass
class _Seen:
    """The rows looked at so far, some dozens of bytes each, and the keyed indexes of their e-mail addresses."""

    found: list[_Found] = field(default_factory=list)
    indexes: set[str] = field(default_factory=set)


def understanding(found: MemberImport, chunk: Sequence[Sequence[str]]) -> Understanding:
    """Return what understands the rows of `chunk`: their postcodes are looked up together."""
    plan = Plan.of(found.mapping, importing.area_names())
    codes: set[str] = set()
    if "postcode" in plan.fields:
        column = list(plan.fields).index("postcode")
        codes = {"".join(cells[column].split()).upper()[:8] for cells in chunk}
    areas = queries.areas_of_postcodes(sorted(codes)) if codes else {}
    return Understanding(plan, areas.get)


def understood(mind: Understanding, cells: Sequence[str]) -> Understood | RefusedError:
    """Return what a row says, or why it is refused."""
    try:
        return mind.understand(cells)
    except RefusedError as error:
        return error


def preview(found: MemberImport, limit: int = 10) -> list[tuple[int, Understood | RefusedError]]:
    """Return the first rows as they will be understood, or why they are refused."""
    rows = imports.rows_after(found, 0, limit)
    opened = [imports.open_cells(found, row) for row in rows]
    mind = understanding(found, opened)
    return [(row.number, understood(mind, cells)) for row, cells in zip(rows, opened, strict=True)]


@kind("panel.check-list")
def check(task: Running) -> dict[str, int]:
    """Look at every row of a list, and note what will come of it."""
    import_id = int(task.subject.partition(":")[2])
    found = imports.get_import(import_id)
    seen = _Seen()
    for rows in imports.chunks(found):
        task.step(N_("Looking at row %(row)s"), len(seen.found) / found.rows, row=rows[0].number)
        seen.found += _look_at(found, rows, seen)
    with task.writing():
        found = imports.get_import(import_id)
        importing.must_be_untouched(found, ImportState.STAGED)
        for portion in _portions(seen.found):
            db.session.execute(
                sa.update(ImportRow),
                [
                    {
                        "import_id": import_id,
                        "number": each.number,
                        "outcome": each.outcome,
                        "reason": each.reason,
                        "column": each.column,
                    }
                    for each in portion
                ],
            )
        found.state = ImportState.CHECKED
    accepted = sum(each.outcome == "accepted" for each in seen.found)
    return {"rows": len(seen.found), "accepted": accepted}


def _portions(found: Sequence[_Found]) -> Iterator[Sequence[_Found]]:
    for start in range(0, len(found), imports.CHUNK):
        yield found[start : start + imports.CHUNK]


def _look_at(found: MemberImport, rows: Sequence[ImportRow], seen: _Seen) -> list[_Found]:
    opened = [imports.open_cells(found, row) for row in rows]
    mind = understanding(found, opened)
    results = [understood(mind, cells) for cells in opened]
    indexes = {
        email: contact.email_indexes(email)
        for result in results
        if isinstance(result, Understood) and (email := result.details["email"])
    }
    known = queries.known_email_indexes([index for each in indexes.values() for index in each])
    fields = found.mapping["fields"]
    column = fields.index("email") if "email" in fields else None
    return [
        _judged(row.number, result, indexes, known, column, seen) for row, result in zip(rows, results, strict=True)
    ]


def _judged(
    number: int,
    result: Understood | RefusedError,
    indexes: Mapping[str, list[str]],
    known: set[str],
    column: int | None,
    seen: _Seen,
) -> _Found:
    if isinstance(result, RefusedError):
        return _Found(number, "refused", result.reason, result.column)
    email = result.details["email"]
    if not email:
        return _Found(number, "accepted")
    own = indexes[email]
    if known.intersection(own):
        return _Found(number, "known", "known", column)
    if own[0] in seen.indexes:
        return _Found(number, "refused", "twice", column)
    seen.indexes.add(own[0])
    return _Found(number, "accepted")
