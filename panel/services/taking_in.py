"""Take the accepted rows of a list in as members: all of them together with their messages, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core import audit, clock, ids
from core.database import db, insert_or_ignore
from core.errors import N_
from core.task_runner import Running
from core.tasks import kind
from panel import bands, contact, details, emails, imports, profiles, queries, questions
from panel.models import (
    Consent,
    ConsentEvidence,
    ImportRow,
    ImportState,
    Member,
    MemberEvent,
    MemberImport,
    MemberLink,
    MemberState,
    Profile,
    Route,
)
from panel.recruiting.fields import RefusedError, Understood
from panel.recruiting.kinds import source_of
from panel.services import checking, consents, importing

_COLUMNS = (
    "seal_id", "state", "source", "route", "area_id", "language", "formats", "access_needs", "name", "pronouns",
    "email", "phone", "address", "postcode", "email_index", "phone_index", "address_index",
    "applied_at", "confirmed_at", "confirmed_by",
)  # fmt: skip


@kind("panel.take-in-list")
def take_in(task: Running) -> dict[str, int]:
    """Take a list in. What was checked is looked at once more: somebody may have joined since."""
    import_id = int(task.subject.partition(":")[2])
    taken = 0
    with task.writing():
        found = imports.get_import(import_id)
        importing.must_be_untouched(found, ImportState.CHECKED)
        texts = consents.text_ids()
        if found.text_id is not None:
            texts = texts | {"panel": found.text_id}
        done = 0
        for rows in imports.chunks(found, outcome="accepted"):
            task.step(N_("Taking in row %(row)s"), done / found.rows, row=rows[0].number)
            taken += _take(found, rows, texts)
            done += len(rows)
        figures = imports.counts(found)
        found.state, found.finished_at = ImportState.DONE, clock.now()
        importing.forget_answers(found)
        db.session.execute(sa.update(ImportRow).where(ImportRow.import_id == found.id).values(cells=None))
        audit.record("import.done", imports.subject(found.id), after=figures)
    return {"taken": taken}


def _take(found: MemberImport, rows: Sequence[ImportRow], texts: Mapping[str, int]) -> int:
    """Write the members of some rows with all that belongs to them; return how many that were."""
    opened = [imports.open_cells(found, row) for row in rows]
    mind = checking.understanding(found, opened)
    understood = {row.number: checking.understood(mind, cells) for row, cells in zip(rows, opened, strict=True)}
    people = {number: said for number, said in understood.items() if isinstance(said, Understood)}
    built = {number: _member(found, said) for number, said in people.items()}
    known = _known(people)
    wanted = {number: member for number, member in built.items() if number not in known}
    numbers = _insert_members(list(wanted.values()))
    added = {n: (numbers[m.seal_id], m, people[n]) for n, m in wanted.items() if m.seal_id in numbers}
    _insert_rest(found, list(added.values()), texts)
    _note(found, rows, understood, {number: member_id for number, (member_id, _m, _s) in added.items()})
    _tell(found, [(member_id, member) for member_id, member, _said in added.values()])
    return len(added)


def _known(people: Mapping[int, Understood]) -> set[int]:
    indexes = {n: contact.email_indexes(p.details["email"]) for n, p in people.items() if p.details["email"]}
    known = queries.known_email_indexes([index for each in indexes.values() for index in each])
    return {number for number, each in indexes.items() if known.intersection(each)}


def _member(found: MemberImport, said: Understood) -> Member:
    """Return somebody not yet in the database.

    Who is reached by e-mail confirms the address by a link; who is reached by letter begins at once, because a letter
    that comes back shows what is wrong; who is rung is confirmed by whoever rings.
    """
    now = clock.now()
    begins = said.details["route"] == Route.POST
    source = source_of(
        channel_key=found.channel.key if found.channel else "",
        partner_key=found.partner.key if found.partner else "",
        otherwise="paper",
    )
    member = Member(
        seal_id=contact.new_seal_id(),
        state=MemberState.ACTIVE if begins else MemberState.APPLIED,
        source=source,
        applied_at=now,
        confirmed_at=now if begins else None,
        confirmed_by=imports.subject(found.id) if begins else None,
    )
    details.put_contact(member, said.details)
    details.put_needs(member, said.details)
    return member


def _insert_members(members: Sequence[Member]) -> dict[str, int]:
    """Return seal id -> number of those written; an address that has come in meanwhile is passed over."""
    if not members:
        return {}
    rows = [{column: getattr(member, column) for column in _COLUMNS} | {"route_works": True} for member in members]
    table = Member.__table__
    # Rows as parameters, not as VALUES: a statement of 500 rows takes longer to put together than to carry out.
    made = db.session.execute(insert_or_ignore(table).returning(table.c.seal_id, table.c.id), rows)
    return {seal_id: number for seal_id, number in made}  # noqa: C416  rows are no tuples to mypy


def _insert_rest(
    found: MemberImport, added: Sequence[tuple[int, Member, Understood]], texts: Mapping[str, int]
) -> None:
    if not added:
        return
    now, today = clock.now(), clock.today()
    db.session.execute(
        sa.insert(Profile), [_profile(number, member, said, now, today) for number, member, said in added]
    )
    evidence = _dated_evidence(found, {said.agreed_on for _n, _m, said in added if said.agreed_on})
    db.session.execute(
        sa.insert(Consent),
        [
            {
                "member_id": number,
                "purpose": purpose,
                "given": given,
                "text_id": texts[purpose],
                "language": found.mapping["language"],
                "at": now,
                "how": imports.subject(found.id),
                "evidence_id": evidence.get(said.agreed_on, found.evidence_id),
            }
            for number, _member, said in added
            for purpose, given in said.details["consents"].items()
        ],
    )
    steps = [(number, "applied") for number, _m, _s in added]
    steps += [(number, "confirmed") for number, member, _s in added if member.state == MemberState.ACTIVE]
    events = [{"member_id": number, "kind": step, "at": now, "reason": None} for number, step in steps]
    db.session.execute(sa.insert(MemberEvent), events)


def _profile(number: int, member: Member, said: Understood, now: dt.datetime, today: dt.date) -> dict[str, Any]:
    kept = questions.keep_what_applies(said.details["about"])
    sealed = profiles.seal_answers(member, kept)
    return {"member_id": number, "answers": sealed, "updated_at": now} | bands.from_answers(kept, today)


def _dated_evidence(found: MemberImport, days: set[dt.date]) -> dict[dt.date | None, int]:
    """Return day -> the evidence of that day, of which one row serves everybody who agreed on it."""
    common = found.evidence
    if not days or common is None:
        return {}
    same = (ConsentEvidence.kept_at == imports.subject(found.id), ConsentEvidence.given_on.in_(days))
    query = sa.select(ConsentEvidence.given_on, ConsentEvidence.id).where(*same)
    kept: dict[dt.date | None, int] = {day: number for day, number in db.session.execute(query)}  # noqa: C416
    for day in sorted(days - set(kept)):
        row = ConsentEvidence(how=common.how, given_on=day, staff_id=common.staff_id, kept_at=imports.subject(found.id))
        db.session.add(row)
        db.session.flush()
        kept[day] = row.id
    return kept


def _note(
    found: MemberImport,
    rows: Sequence[ImportRow],
    understood: Mapping[int, Understood | RefusedError],
    added: Mapping[int, int],
) -> None:
    """Keep what came of each row."""
    notes = []
    for row in rows:
        result = understood[row.number]
        note: dict[str, Any] = {"import_id": found.id, "number": row.number, "member_id": added.get(row.number)}
        if isinstance(result, RefusedError):  # the day has changed since, and with it somebody's age
            note |= {"outcome": "refused", "reason": result.reason, "column": result.column}
        elif row.number not in added:
            note |= {"outcome": "known", "reason": "known", "column": None}
        else:
            note |= {"outcome": "accepted", "reason": "", "column": None}
        notes.append(note)
    db.session.execute(sa.update(ImportRow), notes)


def _tell(found: MemberImport, added: Sequence[tuple[int, Member]]) -> None:
    """Queue the mail that asks people to confirm their address; letters are printed, and calls made, by staff."""
    by_mail = [number for number, member in added if member.route == Route.EMAIL]
    if not by_mail:
        return
    now, tokens = clock.now(), {number: ids.token() for number in by_mail}
    made = db.session.execute(
        sa.insert(MemberLink).returning(MemberLink.member_id, MemberLink.id),
        [
            {
                "member_id": number,
                "purpose": "confirm",
                "token_hash": ids.fingerprint(token),
                "expires_at": now + emails.LIST_CONFIRM_FOR,
            }
            for number, token in tokens.items()
        ],
    )
    told_by = found.partner.name if found.partner else ""
    emails.confirm_from_list.queue_many(
        (number, link_id, tokens[number], told_by) for number, link_id in [(row[0], row[1]) for row in made]
    )
