"""Put made-up people into the database by the thousand, sealed like real ones."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from core import audit, clock
from core.crypto import keyring
from core.database import db, is_postgresql
from panel import bands, contact, details, profiles, queries, questions
from panel.demo.people import Person, Population, people
from panel.models import Consent, Group, GroupMembership, Member, MemberEvent, MemberState, Profile
from panel.services import consents, places

#: People written with one round of statements.
_CHUNK = 2000
_ENCODED = json.JSONEncoder(separators=(",", ":")).encode
_GROUPS = {"citizens_panel": "Citizens’ panel", "youth_board": "Youth board", "reader_panel": "Reader panel"}


def load(count: int, seed: int, tell: Callable[[int], object] = lambda done: None) -> int:
    """Add `count` made-up people when the panel has nobody yet; return how many were added, 0 when it has somebody.

    All or none: the caller commits. `tell` hears how many are done. Needs memory for one chunk of people at a time.
    """
    if db.session.scalar(sa.select(Member.id).limit(1)) is not None:
        return 0
    places.ensure_areas()
    texts = consents.text_ids()
    groups = _ensure_groups()
    crowd = people(count, seed, population())
    done = 0
    while chunk := list(itertools.islice(crowd, _CHUNK)):
        # Numbered here: asking the database for each number took most of the time.
        _write(chunk, 1 + done, texts, groups)
        done += len(chunk)
        tell(done)
    _number_on()
    audit.record("demo.loaded", "panel", after={"members": done, "seed": seed})
    return done


def _number_on() -> None:
    """Let the next member get the number after ours; SQLite does so by itself."""
    if is_postgresql():
        sequence = sa.func.pg_get_serial_sequence("member", "id")
        db.session.execute(sa.select(sa.func.setval(sequence, sa.select(sa.func.max(Member.id)).scalar_subquery())))


def population() -> Population:
    """Return the figures of the system (level 1), with its people spread over the neighbourhoods."""
    areas = queries.list_areas()
    system = next(area for area in areas if area.level == 1)
    spread: dict[int, float] = {}
    for place, residents in queries.population(system.id, "area").items():
        inside = [area.id for area in areas if area.parent_id == place]
        known = queries.population(int(place), "area")
        for area in inside:
            spread[area] = known[area] if known else residents / len(inside)
    ages = queries.population(system.id, "age_band*sex")
    return Population(ages, queries.population(system.id, "ethnic_group_19"), spread)


def _ensure_groups() -> dict[str, int]:
    have = {group.key: group for group in queries.list_groups()}
    for key, name in _GROUPS.items():
        if key not in have:
            have[key] = Group(key=key, name=name)
            db.session.add(have[key])
    db.session.flush()
    return {key: group.id for key, group in have.items()}


def _member_row(person: Person) -> dict[str, Any]:
    """Return the columns of a person, sealed by the same functions as everybody's."""
    confirmed = person.state != MemberState.APPLIED
    member = Member(seal_id=contact.new_seal_id(), state=person.state, source=person.source)
    details.put_contact(member, person.details)
    details.put_needs(member, person.details)
    columns = ("seal_id", "state", "source", "route", "area_id", "language", "formats", "access_needs")
    sealed = (
        "name",
        "pronouns",
        "email",
        "phone",
        "address",
        "email_index",
        "phone_index",
        "address_index",
        "postcode",
    )
    return {key: getattr(member, key) for key in (*columns, *sealed)} | {
        "applied_at": person.applied_at,
        "confirmed_at": person.applied_at + dt.timedelta(hours=2) if confirmed else None,
        "confirmed_by": "link" if confirmed else None,
        "route_works": True,
    }


def _profile_row(member_id: int, seal_id: str, person: Person, today: dt.date) -> dict[str, Any]:
    kept = questions.keep_what_applies(person.answers)
    sealed = keyring().seal(_ENCODED(kept), profiles.place(seal_id))
    return {"member_id": member_id, "answers": sealed, "updated_at": person.applied_at} | bands.from_answers(
        kept, today
    )


def _write(chunk: list[Person], first: int, texts: dict[str, int], groups: dict[str, int]) -> None:
    rows = [_member_row(person) for person in chunk]
    numbers = list(range(first, first + len(rows)))
    _insert(Member, ({"id": number} | row for number, row in zip(numbers, rows, strict=True)))
    today = clock.today()
    added = list(zip(numbers, rows, chunk, strict=True))
    _insert(Profile, (_profile_row(number, row["seal_id"], person, today) for number, row, person in added))
    _insert(Consent, _consent_rows(zip(numbers, chunk, strict=True), texts))
    _insert(MemberEvent, _event_rows(zip(numbers, rows, strict=True)))
    _insert(
        GroupMembership,
        (
            {"group_id": groups[key], "member_id": number, "joined_at": person.applied_at, "left_at": None}
            for number, person in zip(numbers, chunk, strict=True)
            for key in person.groups
        ),
    )


def _insert(table: Any, rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    if found:
        db.session.execute(sa.insert(table.__table__), found)


def _consent_rows(people_by_number: Iterable[tuple[int, Person]], texts: dict[str, int]) -> Iterable[dict[str, Any]]:
    for number, person in people_by_number:
        for purpose, given in person.details["consents"].items():
            yield {
                "member_id": number,
                "purpose": purpose,
                "given": given,
                "text_id": texts[purpose],
                "language": person.details["language"],
                "at": person.applied_at,
                "how": "online",
            }


def _event_rows(rows_by_number: Iterable[tuple[int, dict[str, Any]]]) -> Iterable[dict[str, Any]]:
    for number, row in rows_by_number:
        yield {"member_id": number, "kind": "applied", "at": row["applied_at"], "reason": None}
        if row["confirmed_at"]:
            yield {"member_id": number, "kind": "confirmed", "at": row["confirmed_at"], "reason": None}
        if row["state"] == MemberState.PAUSED:
            yield {"member_id": number, "kind": "paused", "at": row["confirmed_at"], "reason": None}
