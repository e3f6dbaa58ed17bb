"""Take the accepted rows of a list in as members: all of them, with the promise of their messages, or none.

All that takes time (opening rows, understanding them, sealing what they say) is done before anything is written, so
that SQLite's one writer is kept from others for as short as can be. The messages follow as a task of its own, asked
for in the same transaction (panel.services.telling_lists): everybody taken in is told, whatever happens to a worker.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core import audit, clock, tasks
from core.database import db, insert_or_ignore
from core.errors import N_
from core.task_runner import Running
from core.tasks import kind
from panel import bands, contact, details, imports, profiles, queries, questions
from panel.models import (
    Consent,
    ConsentEvidence,
    ImportRow,
    ImportState,
    Member,
    MemberEvent,
    MemberImport,
    MemberState,
    Profile,
    Route,
)
from panel.recruiting.fields import RefusedError, Understood
from panel.recruiting.kinds import source_of
from panel.services import checking, consents, importing

#: What differs from person to person; the rest of a member is the same for a whole list.
_COLUMNS = (
    "seal_id", "route", "area_id", "language", "formats", "access_needs", "name", "pronouns",
    "email", "phone", "address", "postcode", "email_index", "phone_index", "address_index",
)  # fmt: skip
_ANSWERS = ("answers", *bands.FEATURES)

_rows: sa.Table = ImportRow.__table__  # type: ignore[assignment]  # __table__ is a Table
_profiles: sa.Table = Profile.__table__  # type: ignore[assignment]  # the same
_consents: sa.Table = Consent.__table__  # type: ignore[assignment]  # the same


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody as they will be written: some 1.5 kB, sealed already. Tuples, because there are up to 50,000."""

    number: int
    member: tuple[Any, ...]
    profile: tuple[Any, ...]
    #: (purpose, given), in order.
    said: tuple[tuple[str, bool], ...]
    agreed_on: dt.date | None
    #: The digests under which the e-mail address may be known.
    known_as: tuple[str, ...]

    @property
    def seal_id(self) -> str:
        """What the details are sealed for."""
        return str(self.member[0])

    @property
    def begins(self) -> bool:
        """Whether the membership begins at once: a letter that comes back shows what is wrong.

        Who is reached by e-mail confirms the address by a link; who is rung is confirmed by whoever rings.
        """
        return self.member[1] == Route.POST


@dataclass
class _Prepared:
    """A whole list, ready to be written."""

    people: list[_Person] = field(default_factory=list)
    refused: list[tuple[int, RefusedError]] = field(default_factory=list)


@kind("panel.take-in-list")
def take_in(task: Running) -> dict[str, int]:
    """Take a list in. What was checked is looked at once more: somebody may have joined since."""
    import_id = int(task.subject.partition(":")[2])
    prepared = _prepare(task, imports.get_import(import_id))
    task.step(N_("Writing"), 0.9)
    with task.writing():
        found = imports.get_import(import_id)
        importing.must_be_untouched(found, ImportState.CHECKED)
        added = _write(found, prepared)
        figures = imports.counts(found)
        found.state, found.finished_at = ImportState.DONE, clock.now()
        importing.forget_answers(found)
        audit.record("import.done", imports.subject(found.id), after=figures)
        if any(person.member[1] == Route.EMAIL for person in added.values()):
            tasks.start(imports.TELL, imports.subject(found.id))
    return {"taken": len(added)}


# --- before the lock -------------------------------------------------------------------------------------------------


def _prepare(task: Running, found: MemberImport) -> _Prepared:
    prepared, done = _Prepared(), 0
    for rows in imports.chunks(found, outcome="accepted"):
        task.step(N_("Taking in row %(row)s"), 0.9 * done / found.rows, row=rows[0].number)
        _understand(found, rows, prepared)
        done += len(rows)
    return prepared


def _understand(found: MemberImport, rows: Sequence[ImportRow], prepared: _Prepared) -> None:
    opened = [imports.open_cells(found, row) for row in rows]
    mind = checking.understanding(found, opened)
    today = clock.today()
    for row, cells in zip(rows, opened, strict=True):
        said = checking.understood(mind, cells)
        if isinstance(said, RefusedError):  # the day has changed since the check, and with it somebody's age
            prepared.refused.append((row.number, said))
        else:
            prepared.people.append(_person(row.number, said, today))


def _person(number: int, said: Understood, today: dt.date) -> _Person:
    member = Member(seal_id=contact.new_seal_id())
    details.put_contact(member, said.details)
    details.put_needs(member, said.details)
    kept = questions.keep_what_applies(said.details["about"])
    features = bands.from_answers(kept, today)
    email = said.details["email"]
    return _Person(
        number,
        tuple(getattr(member, column) for column in _COLUMNS),
        (profiles.seal_answers(member, kept), *(features[feature] for feature in bands.FEATURES)),
        tuple(said.details["consents"].items()),
        said.agreed_on,
        tuple(contact.email_indexes(email)) if email else (),
    )


# --- under the lock --------------------------------------------------------------------------------------------------


def _write(found: MemberImport, prepared: _Prepared) -> dict[int, _Person]:
    """Write everybody who is not known yet, with all that belongs to them; return member id -> person."""
    known = _known(prepared.people)
    numbers = _insert_members(found, [person for person in prepared.people if person.number not in known])
    added = {numbers[person.seal_id]: person for person in prepared.people if person.seal_id in numbers}
    _note(found, prepared, added)
    now = clock.now()
    _insert_profiles(added, now)
    _insert_consents(found, added, now)
    _insert_steps(found, now)
    return added


def _portions(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while portion := list(itertools.islice(iterator, imports.CHUNK)):
        yield portion


def _known(people: Sequence[_Person]) -> set[int]:
    """Return the rows of those who have become members since the check."""
    found: set[int] = set()
    for portion in _portions(people):
        known = queries.known_email_indexes([index for person in portion for index in person.known_as])
        found |= {person.number for person in portion if known.intersection(person.known_as)}
    return found


def _insert_members(found: MemberImport, people: Sequence[_Person]) -> dict[str, int]:
    """Return seal id -> number of those written; an address that has come in meanwhile is passed over."""
    table, now = Member.__table__, clock.now()
    source = source_of(
        channel_key=found.channel.key if found.channel else "",
        partner_key=found.partner.key if found.partner else "",
        otherwise="paper",
    )
    before = db.session.scalar(sa.select(sa.func.max(Member.id))) or 0
    for portion in _portions(people):
        rows = [
            dict(zip(_COLUMNS, person.member, strict=True))
            | {"source": source, "applied_at": now, "route_works": True}
            | (
                {"state": MemberState.ACTIVE, "confirmed_at": now, "confirmed_by": imports.subject(found.id)}
                if person.begins
                else {"state": MemberState.APPLIED, "confirmed_at": None, "confirmed_by": None}
            )
            for person in portion
        ]
        db.session.connection().execute(insert_or_ignore(table), rows)
    # Numbers are read afterwards, not returned row by row, which would take four times as long.
    wanted = {person.seal_id for person in people}
    made = db.session.execute(sa.select(Member.seal_id, Member.id).where(Member.id > before))
    return {seal_id: number for seal_id, number in made if seal_id in wanted}


def _note(found: MemberImport, prepared: _Prepared, added: Mapping[int, _Person]) -> None:
    """Keep what came of each row, and erase what the rows said."""
    table, connection = _rows, db.session.connection()
    mine = table.c.import_id == found.id
    one = sa.update(table).where(mine, table.c.number == sa.bindparam("row"))
    taken = [{"row": person.number, "of": number} for number, person in added.items()]
    if taken:
        connection.execute(one.values(member_id=sa.bindparam("of"), cells=None), taken)
    refused = [{"row": number, "why": error.reason, "at": error.column} for number, error in prepared.refused]
    if refused:
        outcome = {"outcome": "refused", "reason": sa.bindparam("why"), "column": sa.bindparam("at")}
        connection.execute(one.values(outcome), refused)
    left = (table.c.outcome == "accepted", table.c.member_id.is_(None))
    connection.execute(sa.update(table).where(mine, *left).values(outcome="known", reason="known", column=None))
    connection.execute(sa.update(table).where(mine, table.c.cells.is_not(None)).values(cells=None))


def _insert_profiles(added: Mapping[int, _Person], now: dt.datetime) -> None:
    for portion in _portions(added.items()):
        rows = [
            {"member_id": number, "updated_at": now, **dict(zip(_ANSWERS, person.profile, strict=True))}
            for number, person in portion
        ]
        db.session.connection().execute(sa.insert(_profiles), rows)


def _insert_consents(found: MemberImport, added: Mapping[int, _Person], now: dt.datetime) -> None:
    texts = consents.text_ids()
    if found.text_id is not None:
        texts = texts | {"panel": found.text_id}
    evidence = _dated_evidence(found, {person.agreed_on for person in added.values() if person.agreed_on})
    same = {"language": found.mapping["language"], "at": now, "how": imports.subject(found.id)}
    said = (
        same
        | {
            "member_id": number,
            "purpose": purpose,
            "given": given,
            "text_id": texts[purpose],
            "evidence_id": evidence[person.agreed_on],
        }
        for number, person in added.items()
        for purpose, given in person.said
    )
    for portion in _portions(said):
        db.session.connection().execute(sa.insert(_consents), portion)


def _dated_evidence(found: MemberImport, days: set[dt.date]) -> dict[dt.date | None, int | None]:
    """Return day -> the evidence of that day, of which one row serves everybody who agreed on it."""
    common = found.evidence
    kept: dict[dt.date | None, int | None] = defaultdict(lambda: found.evidence_id)
    if common is None:
        return kept
    for day in sorted(days):
        row = ConsentEvidence(how=common.how, given_on=day, staff_id=common.staff_id, kept_at=imports.subject(found.id))
        db.session.add(row)
        db.session.flush()
        kept[day] = row.id
    return kept


def _insert_steps(found: MemberImport, now: dt.datetime) -> None:
    """Begin the history of everybody who came by this list."""
    came = sa.select(Member.id).join(ImportRow, ImportRow.member_id == Member.id).where(ImportRow.import_id == found.id)
    for step, who in (("applied", came), ("confirmed", came.where(Member.state == MemberState.ACTIVE))):
        rows = who.add_columns(sa.literal(step), sa.literal(now, sa.inspect(MemberEvent).columns["at"].type))
        db.session.execute(sa.insert(MemberEvent).from_select(["member_id", "kind", "at"], rows))
