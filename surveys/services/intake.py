"""Where answers are put down when somebody is done, and how anonymous ones become unlinkable.

Anonymous answers first lie sealed in the intake. Eight or more at a time are moved into the store, in the order of
random ids, all with the same day, by a job of its own. At closing everything is written anew in one transaction under
new random ids: then no id, place, transaction number or day tells one response from another.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core import clock, ids
from core.database import db, is_postgresql, lock_name
from core.prepared import Prepared
from surveys import anonymity, sealing
from surveys.models import Fieldwork, FieldworkState, Kind, Participation, Response, ResponseIntake
from surveys.queries import participation as participations

CHUNK = 500
#: Responses are moved when this share of those already stored is waiting: each move may recount the results.
_GROWTH = 20

_PUT = Prepared(sa.insert(ResponseIntake.__table__))  # type: ignore[arg-type]  # __table__ is a Table
#: PostgreSQL remembers the transaction that wrote a row, and the done mark is written in the same one. So some others
#: that wait are written again together with the new one, in random order: then all of them bear its number.
_PUT_AMONG_OTHERS = Prepared(
    sa.text(
        "WITH waiting AS (DELETE FROM response_intake WHERE id IN (SELECT id FROM response_intake "
        "WHERE fieldwork_id = :fieldwork_id LIMIT 16 FOR UPDATE SKIP LOCKED) RETURNING id, fieldwork_id, payload), "
        "mixed AS (SELECT id, fieldwork_id, payload FROM waiting UNION ALL "
        "SELECT CAST(:id AS varchar), CAST(:fieldwork_id AS integer), CAST(:payload AS bytea)) "
        "INSERT INTO response_intake (id, fieldwork_id, payload) "
        "SELECT id, fieldwork_id, payload FROM mixed ORDER BY random()"
    )
)


def put(fieldwork_id: int, answers: Mapping[str, Any], bands: Mapping[str, Any], language: str) -> None:
    """Put anonymous answers, sealed, into the intake: no member, no time, no audit row, no log line."""
    row_id = ids.random_id()
    content = {"answers": answers, "bands": {**bands, "language": language}}
    payload = sealing.seal(content, f"response_intake.payload:{row_id}")
    put_down = _PUT_AMONG_OTHERS if is_postgresql() else _PUT
    put_down.change({"id": row_id, "fieldwork_id": fieldwork_id, "payload": payload})


def waiting() -> list[int]:
    """Return the fieldworks of which enough responses wait to be moved."""
    stored = sa.select(sa.func.count()).where(Response.fieldwork_id == ResponseIntake.fieldwork_id).scalar_subquery()
    rows = db.session.execute(
        sa.select(ResponseIntake.fieldwork_id, sa.func.count(), stored)
        .group_by(ResponseIntake.fieldwork_id)
        .having(sa.func.count() >= anonymity.K)
        .order_by(ResponseIntake.fieldwork_id)
    )
    return [fieldwork_id for fieldwork_id, ready, there in rows if ready >= max(anonymity.K, there // _GROWTH)]


def move(fieldwork_id: int, *, least: int = anonymity.K) -> int:
    """Move what waits into the store if it is at least `least`, and return how many that were."""
    lock_name(f"intake:{fieldwork_id}")
    fieldwork = db.session.get_one(Fieldwork, fieldwork_id)
    ready = db.session.scalars(
        sa.select(ResponseIntake.id).where(ResponseIntake.fieldwork_id == fieldwork_id).order_by(ResponseIntake.id)
    ).all()
    if len(ready) < max(least, 1):
        return 0
    coarse = anonymity.partition(participations.combinations(fieldwork_id))
    today = clock.today()
    for start in range(0, len(ready), CHUNK):
        _move_chunk(fieldwork, ready[start : start + CHUNK], coarse, today)
    return len(ready)


def _move_chunk(
    fieldwork: Fieldwork,
    ready: Sequence[str],
    coarse: Mapping[anonymity.Combination, Mapping[str, Any]],
    today: dt.date,
) -> None:
    rows = db.session.execute(
        sa.select(ResponseIntake.id, ResponseIntake.payload)
        .where(ResponseIntake.id.in_(ready))
        .order_by(ResponseIntake.id)
    ).all()
    moved = []
    for row_id, payload in rows:
        content = sealing.unseal(payload, f"response_intake.payload:{row_id}")
        new_id = ids.random_id()
        known = _coarsened(content["bands"], coarse)
        moved.append(
            {
                "id": new_id,
                "fieldwork_id": fieldwork.id,
                "version_id": fieldwork.version_id,
                "mode": "online",
                "language": anonymity.UNDETERMINED,
                "day": today,
                "answers": content["answers"],
                "bands": {},
                "sealed_bands": sealing.seal(known, f"response.sealed_bands:{new_id}", least=512),
            }
        )
    db.session.execute(sa.insert(Response), moved)
    gone = db.session.execute(sa.delete(ResponseIntake).where(ResponseIntake.id.in_([r[0] for r in rows])))
    if gone.rowcount != len(ready):  # type: ignore[attr-defined]  # a CursorResult
        raise RuntimeError("the intake changed while it was being moved")


def _coarsened(bands: Mapping[str, Any], coarse: Mapping[anonymity.Combination, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what may be kept of `bands`: a combination that fits at least eight of those invited, and the language."""
    profile = {feature: value for feature, value in bands.items() if feature != "language"}
    return {**coarse.get(anonymity.combination(profile), {}), "language": bands["language"]}


def finish(fieldwork: Fieldwork) -> None:
    """Give the responses of a closed anonymous fieldwork their last form: what is left moved, all written anew."""
    if fieldwork.kind != Kind.ANONYMOUS or fieldwork.state != FieldworkState.CLOSED:
        raise ValueError("only an anonymous fieldwork that is closed")
    move(fieldwork.id, least=1)
    _settle_bands(fieldwork.id)
    _rewrite(fieldwork.id)


def _settle_bands(fieldwork_id: int) -> None:
    counts: Counter[anonymity.Combination] = Counter()
    for rows in _sealed_chunks(fieldwork_id):
        counts.update(anonymity.combination(bands) for _, bands in rows)
    classes = anonymity.partition(counts)
    settle = (
        sa.update(Response)
        .where(Response.id == sa.bindparam("row_id"))
        .values(bands=sa.bindparam("known"), language=sa.bindparam("tag"), sealed_bands=None)
        .execution_options(synchronize_session=False)
    )
    for rows in _sealed_chunks(fieldwork_id):
        changes = []
        for row_id, bands in rows:
            known = dict(classes[anonymity.combination(bands)])
            tag = known.pop("language", anonymity.UNDETERMINED)
            changes.append({"row_id": row_id, "known": known, "tag": tag})
        db.session.connection().execute(settle, changes)


def _sealed_chunks(fieldwork_id: int) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    last = ""
    while True:
        rows = db.session.execute(
            sa.select(Response.id, Response.sealed_bands)
            .where(Response.fieldwork_id == fieldwork_id, Response.id > last, Response.sealed_bands.is_not(None))
            .order_by(Response.id)
            .limit(CHUNK)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [(i, sealing.unseal(sealed, f"response.sealed_bands:{i}")) for i, sealed in rows if sealed is not None]


def _rewrite(fieldwork_id: int) -> None:
    """Write all responses anew, in this one transaction, in random order, under new random ids, with one day."""
    last_day = db.session.scalar(sa.select(sa.func.max(Response.day)).where(Response.fieldwork_id == fieldwork_id))
    values = {"fieldwork_id": fieldwork_id, "day": last_day}
    if is_postgresql():
        columns = [c.name for c in Response.__table__.columns if c.name not in {"id", "day"}]
        names = ", ".join(columns)
        db.session.execute(
            sa.text(
                f"WITH old AS (DELETE FROM response WHERE fieldwork_id = :fieldwork_id RETURNING {names}) "  # noqa: S608
                f"INSERT INTO response (id, day, {names}) SELECT "
                "substr(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 1, 26), "
                f"CAST(:day AS date), {names} FROM old ORDER BY random()"
            ),
            values,
        )
        _rewrite_done(fieldwork_id)
    else:
        # WITHOUT ROWID: a row lies where its id says, so a new id is a new place.
        db.session.execute(
            sa.text(
                "UPDATE response SET id = lower(hex(randomblob(13))), day = :day WHERE fieldwork_id = :fieldwork_id"
            ),
            values,
        )


def _rewrite_done(fieldwork_id: int) -> None:
    """PostgreSQL: write the done marks anew as well, so that they no longer lie in the order people were done."""
    columns = ", ".join(c.name for c in Participation.__table__.columns)
    db.session.execute(
        sa.text(
            f"WITH old AS (DELETE FROM participation WHERE fieldwork_id = :fieldwork_id RETURNING {columns}) "  # noqa: S608
            f"INSERT INTO participation ({columns}) SELECT {columns} FROM old ORDER BY random()"
        ),
        {"fieldwork_id": fieldwork_id},
    )
