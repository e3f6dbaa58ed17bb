"""Somebody who holds the whole database and the logs, and tries to find out which response is whose.

Every way is a function that returns guesses {response id: set of member ids that may have given it}. A way works when
a set is smaller than eight and right. The attacker has no keys: what is sealed stays sealed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from core.database import db, is_postgresql
from panel import bands
from surveys.models import Participation, Response

Guesses = dict[str, set[int]]


def rows_of(table: sa.Table, order: str = "") -> list[dict[str, Any]]:
    """Return every row of a table with all the database remembers of it."""
    hidden = ", ctid::text AS ctid, xmin::text AS xmin" if is_postgresql() else ""
    order = order or ("ctid" if is_postgresql() else "1")
    name = table.name
    if not is_postgresql() and table.dialect_options["sqlite"]["with_rowid"] is not False:
        hidden = ", rowid AS place"
        order = "rowid"
    query = sa.text(f'SELECT *{hidden} FROM "{name}" ORDER BY {order}')  # noqa: S608  names of our own tables
    documents = [c.name for c in table.columns if isinstance(c.type, sa.JSON)]
    rows = [dict(row) for row in db.session.execute(query).mappings()]
    for row in rows:
        # SQLite gives JSON as text.
        row.update((name, json.loads(row[name])) for name in documents if isinstance(row[name], str))
    return rows


def _done() -> list[dict[str, Any]]:
    return [row for row in rows_of(Participation.__table__) if row["state"] == "done"]


def by_equal_values() -> Guesses:
    """Join every value of a response with every value of every other table that leads to a member."""
    owners = _values_of_members()
    guesses: Guesses = {}
    for response in rows_of(Response.__table__):
        for name, value in _leaves(response):
            # What all or eight of the responses share tells nothing; what fewer share might.
            found = owners.get((type(value).__name__, value))
            if found and name not in {"fieldwork_id", "version_id"}:
                before = guesses.get(response["id"])
                guesses[response["id"]] = found if before is None else (before & found) or before
    return guesses


def _leaves(row: Any, name: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(row, dict):
        for key, value in row.items():
            yield from _leaves(value, key)
    elif isinstance(row, list):
        for value in row:
            yield from _leaves(value, name)
    elif row is not None and not isinstance(row, (bool, bytes, memoryview)):
        yield name, row


def _values_of_members() -> dict[tuple[str, Any], set[int]]:
    """Return value -> members in whose rows it stands, over all tables with a member in them."""
    done = {row["member_id"] for row in _done()}
    owners: dict[tuple[str, Any], set[int]] = defaultdict(set)
    for table in db.metadata.sorted_tables:
        for row in rows_of(table):
            for member_id in _members_in(table.name, row) & done:
                for name, value in _leaves(row):
                    if name not in {"member_id", "fieldwork_id", "place", "ctid"} and not isinstance(value, int):
                        owners[(type(value).__name__, value)].add(member_id)
    return owners


def _members_in(table: str, row: dict[str, Any]) -> set[int]:
    if table == "member":
        return {row["id"]}
    if "member_id" in row:
        return {row["member_id"]}
    recipient = str(row.get("recipient", ""))
    return {int(recipient[7:])} if recipient.startswith("member:") else set()


def by_transaction() -> Guesses:
    """PostgreSQL: match rows that one transaction wrote, anywhere in the database."""
    if not is_postgresql():
        return {}
    writers: dict[str, set[int]] = defaultdict(set)
    for table in db.metadata.sorted_tables:
        for row in rows_of(table):
            writers[row["xmin"]] |= _members_in(table.name, row)
    done = {row["member_id"] for row in _done()}
    return {r["id"]: writers[r["xmin"]] & done for r in rows_of(Response.__table__) if writers[r["xmin"]] & done}


def by_order(table: str, order: str) -> Guesses:
    """Match the n-th response with the n-th member in some order of some table."""
    members: list[int] = []
    done = {row["member_id"] for row in _done()}
    for row in rows_of(db.metadata.tables[table], order):
        members += [i for i in sorted(_members_in(table, row)) if i in done and i not in members]
    responses = [row["id"] for row in rows_of(Response.__table__)]
    if len(members) != len(responses):
        return {}
    return {r: {m} for r, m in zip(responses, members, strict=True)}


def by_profile() -> Guesses:
    """Match the categories and the language of a response with the profiles of those who are done."""
    done = [row["member_id"] for row in _done()]
    known = bands.for_members(done)
    speaks = {row["id"]: row["language"] for row in rows_of(db.metadata.tables["member"])}
    guesses = {}
    for response in db.session.execute(sa.select(Response.id, Response.bands, Response.language)).all():
        told = response.bands.items()
        fits = {m for m in done if told <= known[m].items()}
        if response.language != "und":
            fits = {m for m in fits if speaks[m] == response.language}
        guesses[response.id] = fits
    return guesses


def by_left_out_profile() -> Guesses:
    """Follow the rule of coarsening for every member, and match classes: also those about whom less is stored."""
    from collections import Counter

    from surveys import anonymity

    done = [row["member_id"] for row in _done()]
    known = bands.for_members(done)
    speaks = {row["id"]: row["language"] for row in rows_of(db.metadata.tables["member"])}
    for with_language in (True, False):
        combos = {m: anonymity.combination(known[m] | ({"language": speaks[m]} if with_language else {})) for m in done}
        classes = anonymity.partition(Counter(combos.values()))
        stored = {
            r.id: tuple(sorted(({"language": r.language} if r.language != "und" else {}) | r.bands).__iter__())
            for r in db.session.execute(sa.select(Response.id, Response.bands, Response.language)).all()
        }
        of_class: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for m in done:
            of_class[tuple(sorted(classes[combos[m]]))].add(m)
        guesses = {r: of_class[features] for r, features in stored.items() if of_class[features]}
        if guesses:
            return guesses
    return {}


def by_day() -> Guesses:
    """Match the day of a response with days and moments beside members."""
    done = {row["member_id"] for row in _done()}
    days: dict[str, set[int]] = defaultdict(set)
    for table in db.metadata.sorted_tables:
        if table.name in {"member", "member_profile", "participation", "consent"}:
            continue  # the same for everybody: made before the survey opened
        for row in rows_of(table):
            for member_id in _members_in(table.name, row) & done:
                for _, value in _leaves(row):
                    if isinstance(value, dt.datetime | dt.date) or (isinstance(value, str) and value[:2] == "20"):
                        days[str(value)[:10]].add(member_id)
    return {r["id"]: days[str(r["day"])[:10]] for r in rows_of(Response.__table__) if days[str(r["day"])[:10]]}


def ways() -> dict[str, Callable[[], Guesses]]:
    """Return every way by its name."""
    found: dict[str, Callable[[], Guesses]] = {
        "equal values": by_equal_values,
        "transaction": by_transaction,
        "profile": by_profile,
        "what is left out of the profile": by_left_out_profile,
        "day": by_day,
    }
    tables = [t for t in db.metadata.sorted_tables if _leads_to_members(t)]
    for table in tables:
        orders = ["ctid", "xmin::text::bigint, ctid"] if is_postgresql() else []
        orders += [f'"{c.name}"' for c in table.columns if not isinstance(c.type, (sa.JSON, sa.LargeBinary))]
        for order, direction in itertools.product(orders, ("", " DESC")):
            name = f"order of {table.name} by {order}{direction}"
            if "xmin" in order or not direction or "ctid" not in order:
                # For mypy: defaults bind the loop's values.
                found[name] = lambda t=table.name, o=order + direction: by_order(t, o)  # type: ignore[misc]
    return found


def _leads_to_members(table: sa.Table) -> bool:
    return table.name == "member" or "member_id" in table.columns or "recipient" in table.columns
