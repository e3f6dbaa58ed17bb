"""Bring a partner's list of people in: staged sealed, understood as staff said, checked, decided on.

Cells lie sealed until the list is decided on, and are erased with the decision, or after a week without one. What stays
is what came of each row: its number, the reason, the column.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import sqlalchemy as sa

from core import audit, clock, tasks
from core.crypto import keyring
from core.database import db, lock_name
from panel import imports, queries
from panel.errors import ImportStateError, SameFileError
from panel.models import ConsentEvidence, ConsentText, ImportMapping, ImportRow, ImportState, MemberImport
from panel.recruiting import reading
from panel.recruiting.fields import BLANK, MOST_ANSWERS, REFUSE, REPEATABLE, choices, known_answer, plain
from panel.services import consents

#: What nobody decides on is erased after this time.
STAGED_FOR = dt.timedelta(days=7)
#: What came of the rows, which names nobody, is kept so long.
REPORT_FOR = dt.timedelta(days=90)
#: The purpose under which wordings that are not ours are kept: `panel:partner`.
OWN_WORDING = "panel:partner"


# --- staging ---------------------------------------------------------------------------------------------------------


def digests(stream: BinaryIO) -> list[str]:
    """Return the keyed digests under which a file may be known, the present key's first."""
    stream.seek(0)
    digest = hashlib.sha256()
    while chunk := stream.read(64 * 1024):
        digest.update(chunk)
    return keyring().indexes(digest.hexdigest(), "member_import.digest")


def stage(stream: BinaryIO, *, partner_id: int | None, channel_id: int | None, staff_id: int) -> MemberImport:
    """Keep every row of a file sealed. Raises UnreadableFileError, SameFileError; the caller then rolls back."""
    known = digests(stream)
    if same := imports.find_same(known):
        raise SameFileError(day=clock.today() if same.finished_at is None else same.finished_at)
    table = reading.read(stream)
    found = MemberImport(
        partner_id=partner_id,
        channel_id=channel_id,
        digest=known[0],
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=table.columns,
        rows=0,
        mapping={},
        created_at=clock.now(),
        created_by=staff_id,
    )
    db.session.add(found)
    db.session.flush()
    for chunk in _chunks(table.rows):
        found.rows += len(chunk)
        db.session.execute(sa.insert(ImportRow), [_sealed(found, number, cells) for number, cells in chunk])
    if not found.rows:
        raise reading.EmptyFileError
    db.session.flush()
    audit.record("import.staged", f"import:{found.id}", after={"rows": found.rows, "partner": partner_id})
    return found


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(itertools.islice(rows, imports.CHUNK)):
        yield chunk


def _sealed(found: MemberImport, number: int, cells: list[str]) -> dict[str, Any]:
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    return {
        "import_id": found.id,
        "number": number,
        "cells": keyring().seal(text, imports.place(found.seal_id, number)),
        "outcome": "",
        "reason": "",
    }


# --- saying what it means --------------------------------------------------------------------------------------------


def must_be_untouched(found: MemberImport, state: str) -> None:
    """Go on, as the worker, only where a list is still in `state`. Raises ImportStateError."""
    db.session.refresh(found, ["state"], with_for_update=True)
    if found.state != state:
        raise ImportStateError


def must_be(found: MemberImport, *states: str) -> None:
    """Go on only where a list is in one of `states` and nothing is done with it. Raises ImportStateError."""
    lock_name(f"panel.import:{found.id}")
    db.session.refresh(found, ["state", "mapping"], with_for_update=True)
    if found.state not in states or imports.find_task(found, alive=True) is not None:
        raise ImportStateError


def area_names() -> list[tuple[str, str]]:
    """Return (id, name) of every area."""
    return [(str(area.id), area.name) for area in queries.list_areas()]


def map_columns(found: MemberImport, fields: Sequence[str], *, dates: str, language: str, area: int) -> None:
    """Keep what each column means. Answers told before are kept for columns that mean the same as before."""
    must_be(found, ImportState.STAGED, ImportState.CHECKED)
    before = found.mapping
    same = [str(i) for i, field in enumerate(fields) if before.get("fields", [None] * len(fields))[i] == field]
    found.mapping = {
        "fields": list(fields),
        "dates": dates,
        "language": language,
        "area": area,
        "values": {column: values for column, values in before.get("values", {}).items() if column in same},
    }
    _back_to_staged(found)


def recall_answers(found: MemberImport) -> None:
    """Offer again what was said of answers in this partner's list before; the page shows it, to be confirmed."""
    kept = imports.find_mapping(found.partner_id)
    if kept is None:
        return
    values = dict(found.mapping.get("values", {}))
    for column, name in enumerate(found.columns):
        same = kept.mapping["fields"].get(name) == found.mapping["fields"][column]
        if same and name in kept.mapping.get("values", {}) and str(column) not in values:
            values[str(column)] = kept.mapping["values"][name]
    found.mapping = found.mapping | {"values": values}
    db.session.flush()


def _back_to_staged(found: MemberImport) -> None:
    if found.state == ImportState.CHECKED:
        found.state = ImportState.STAGED
        reset = {"outcome": "", "reason": "", "column": None}
        db.session.execute(sa.update(ImportRow).where(ImportRow.import_id == found.id).values(**reset))
    db.session.flush()


def clashes(fields: Sequence[str]) -> list[str]:
    """Return the fields that several columns claim though only one can be it."""
    return [field for field in dict.fromkeys(fields) if field not in REPEATABLE and list(fields).count(field) > 1]


def unknown_answers(found: MemberImport) -> dict[int, list[str]]:
    """Return column -> the different answers in it that somebody has to say the meaning of, each once.

    A column with more than `MOST_ANSWERS` of them is no question with answers to choose from: its list is cut there,
    one longer than allowed.
    """
    areas, asked = area_names(), choices()
    fields = found.mapping["fields"]
    columns = [i for i, field in enumerate(fields) if field in asked]
    seen: dict[int, dict[str, str]] = {column: {} for column in columns}
    for cells in imports.every_row(found):
        for column in columns:
            text = " ".join(cells[column].split())[:200]
            if not text or plain(text) in seen[column] or len(seen[column]) > MOST_ANSWERS:
                continue
            if known_answer(fields[column], text, areas) is None:
                seen[column][plain(text)] = text
    return {column: list(texts.values()) for column, texts in seen.items() if texts}


def tell_answers(found: MemberImport, values: Mapping[int, Mapping[str, str]]) -> None:
    """Keep what answers mean: column -> plain text -> answer, `-` for blank, `!` to refuse the row."""
    must_be(found, ImportState.STAGED, ImportState.CHECKED)
    found.mapping = found.mapping | {"values": {str(column): dict(told) for column, told in values.items()}}
    _back_to_staged(found)


def tell_evidence(found: MemberImport, values: Mapping[str, Any], staff_id: int) -> None:
    """Keep how and when people agreed, to which words, and where that can be seen.

    `values`: how, given_on (None where each row says it), kept_at, own_wording (None for ours), language of the words.
    """
    must_be(found, ImportState.STAGED, ImportState.CHECKED)
    evidence = ConsentEvidence(
        how=values["how"], given_on=values["given_on"], kept_at=values["kept_at"], staff_id=staff_id
    )
    db.session.add(evidence)
    db.session.flush()
    found.evidence_id = evidence.id
    found.text_id = (
        _keep_wording(values["own_wording"], found.mapping["language"])
        if values["own_wording"]
        else consents.text_ids()["panel"]
    )
    audit.record(
        "import.evidence",
        f"import:{found.id}",
        after={"how": evidence.how, "given_on": evidence.given_on, "text": found.text_id},
    )
    _back_to_staged(found)


def _keep_wording(text: str, tag: str) -> int:
    lock_name("panel.consent_text")
    kept = db.session.scalars(sa.select(ConsentText).where(ConsentText.purpose == OWN_WORDING)).all()
    for each in kept:
        if each.wording == {tag: text}:
            return each.id
    version = max((each.version for each in kept), default=0) + 1
    row = ConsentText(purpose=OWN_WORDING, version=version, wording={tag: text}, since=clock.now())
    db.session.add(row)
    db.session.flush()
    return row.id


def _meanings(kept: Mapping[str, Any], column: int) -> dict[str, str]:
    """Return what answers of a column mean. Texts that mean nothing are not kept: they may be anything."""
    told = kept.get("values", {}).get(str(column), {})
    return {text: answer for text, answer in told.items() if answer not in {BLANK, REFUSE}}


def forget_answers(found: MemberImport) -> None:
    """Forget the texts of answers, once a list is decided on."""
    found.mapping = {key: value for key, value in found.mapping.items() if key != "values"}


def remember(found: MemberImport) -> None:
    """Keep how the columns were understood, for the next list of the same partner."""
    if not found.partner_id:
        return
    kept = found.mapping
    headed = [(i, name) for i, name in enumerate(found.columns) if name]
    mapping = {
        "fields": {name: kept["fields"][i] for i, name in headed},
        "values": {name: told for i, name in headed if (told := _meanings(kept, i))},
        "dates": kept["dates"],
        "language": kept["language"],
    }
    row = imports.find_mapping(found.partner_id)
    if row is None:
        db.session.add(ImportMapping(partner_id=found.partner_id, mapping=mapping))
    else:
        row.mapping = mapping
    db.session.flush()


def note_letters(found: MemberImport, member_ids: Sequence[int]) -> None:
    """Record whose letters were printed."""
    audit.record("import.letters_printed", imports.subject(found.id), after={"members": list(member_ids)})


# --- deciding --------------------------------------------------------------------------------------------------------


def ask_to_check(found: MemberImport) -> None:
    """Let the worker look at every row. Raises ImportStateError."""
    must_be(found, ImportState.STAGED)
    if not found.mapping or found.evidence_id is None:
        raise ImportStateError
    tasks.start("panel.check-list", imports.subject(found.id))


def ask_to_take_in(found: MemberImport) -> None:
    """Let the worker take the accepted rows in. Raises ImportStateError."""
    must_be(found, ImportState.CHECKED)
    figures = imports.counts(found)
    if not figures.get("accepted"):
        raise ImportStateError
    remember(found)
    audit.record("import.approved", imports.subject(found.id), after=figures)
    tasks.start("panel.take-in-list", imports.subject(found.id))


def cancel(found: MemberImport) -> None:
    """Give a list up and erase what it held. Raises ImportStateError."""
    must_be(found, ImportState.STAGED, ImportState.CHECKED)
    found.state, found.finished_at = ImportState.CANCELLED, clock.now()
    forget_answers(found)
    db.session.execute(sa.delete(ImportRow).where(ImportRow.import_id == found.id))
    audit.record("import.cancelled", imports.subject(found.id))
    db.session.flush()


def forget_old() -> int:
    """Erase lists nobody decided on for a week, and old reports; return how many lists that were."""
    now = clock.now()
    waiting = (ImportState.STAGED, ImportState.CHECKED)
    stale = sa.select(MemberImport).where(MemberImport.state.in_(waiting), MemberImport.created_at < now - STAGED_FOR)
    forgotten = 0
    for each in db.session.scalars(stale.order_by(MemberImport.id).limit(20)).all():
        try:
            cancel(each)
        except ImportStateError:  # the worker has it in hand
            continue
        forgotten += 1
    old = sa.select(MemberImport.id).where(MemberImport.finished_at < now - REPORT_FOR)
    db.session.execute(sa.delete(ImportRow).where(ImportRow.import_id.in_(old)))
    return forgotten
