"""Counting the results: in chunks, now and then, kept as they may be shown (see surveys.disclosure)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db, insert_or_ignore, lock_name
from panel import bands
from surveys import compiled as compiler
from surveys import disclosure, results, types
from surveys.compiled import Compiled
from surveys.models import Fieldwork, FieldworkState, Kind, Response, ResultsSnapshot
from surveys.queries import fieldwork as fieldworks
from surveys.queries import participation

CHUNK = 2000
#: While people answer, results are counted anew when so many more are stored, or this share of those counted.
STEP, _GROWTH = 8, 20
#: Fieldwork closed longer ago than this has its last results.
_LATELY = dt.timedelta(days=7)


def due() -> list[int]:
    """Return the ids of fieldwork whose results may be shown anew."""
    ids = fieldworks.open_or_closed_since(clock.now() - _LATELY)
    stored = sa.select(Response.fieldwork_id, sa.func.count()).where(Response.fieldwork_id.in_(ids))
    numbers = dict(db.session.execute(stored.group_by(Response.fieldwork_id)).all())
    rows = db.session.execute(
        sa.select(Fieldwork.id, Fieldwork.state, ResultsSnapshot.responses, ResultsSnapshot.final)
        .outerjoin(ResultsSnapshot, ResultsSnapshot.fieldwork_id == Fieldwork.id)
        .where(Fieldwork.id.in_(ids))
        .order_by(Fieldwork.id)
    )
    return [i for i, state, counted, final in rows if _is_due(state, numbers.get(i, 0), counted or 0, bool(final))]


def _is_due(state: str, stored: int, counted: int, final: bool) -> bool:
    if state == FieldworkState.CLOSED:
        return not final
    return stored >= counted + max(STEP, counted // _GROWTH)


def make(fieldwork_id: int) -> None:
    """Count a fieldwork and keep what may be shown."""
    lock_name(f"results:{fieldwork_id}")
    fieldwork = db.session.get_one(Fieldwork, fieldwork_id)
    closed = fieldwork.state == FieldworkState.CLOSED
    compiled = compiler.get(fieldwork.version_id)
    tally = Tally(compiled, with_groups=closed)
    for rows in _chunks(fieldwork_id):
        for answers, known in rows:
            tally.add(answers, known)
    data = results.protect(compiled, tally.counts)
    if fieldwork.kind != Kind.OPEN:
        data["people"] = results.protect_people(
            {f: _by_category(fieldwork_id, f, done=False) for f in results.PEOPLE},
            {f: _by_category(fieldwork_id, f, done=True) for f in results.PEOPLE},
        )
        numbers = participation.counts(fieldwork_id)
        data["invited"], data["done"] = disclosure.total(numbers["all"]), disclosure.total(numbers["done"])
    values = {"responses": tally.counts.number, "final": closed, "made_on": clock.today(), "data": data}
    db.session.execute(insert_or_ignore(ResultsSnapshot.__table__).values(fieldwork_id=fieldwork_id, **values))
    db.session.execute(sa.update(ResultsSnapshot).where(ResultsSnapshot.fieldwork_id == fieldwork_id).values(**values))


def _by_category(fieldwork_id: int, feature: str, *, done: bool) -> dict[str, int]:
    counted = bands.count_combinations(participation.members_of(fieldwork_id, done=done), [feature])
    return {results.category_key(category): n for (category,), n in counted.items()}


def _chunks(fieldwork_id: int) -> Iterator[list[tuple[dict[str, Any], dict[str, Any]]]]:
    table = Response.__table__
    last = ""
    while True:
        rows = (
            db.session.connection()
            .execute(
                sa.select(table.c.id, table.c.answers, table.c.bands)
                .where(table.c.fieldwork_id == fieldwork_id, table.c.id > last)
                .order_by(table.c.id)
                .limit(CHUNK)
            )
            .all()
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [(answers, known) for _, answers, known in rows]


class Tally:
    """Counts that grow with the questionnaire and not with the number of responses."""

    def __init__(self, compiled: Compiled, *, with_groups: bool) -> None:
        self.counts = results.Counts()
        self._questions = [(q, types.get(q.type)) for q in compiled.document.questions]
        self._features = results.GROUPS if with_groups else ()

    def add(self, answers: dict[str, Any], known: dict[str, Any]) -> None:
        """Count one response."""
        self.counts.number += 1
        groups = [(feature, results.category_key(known.get(feature))) for feature in self._features]
        for group in groups:
            self.counts.sizes.setdefault(group[0], Counter())[group[1]] += 1
        for question, kind in self._questions:
            value = answers.get(question.id)
            if value is None:
                continue
            keys = kind.count_keys(question, value)
            self.counts.answered[question.id] += 1
            self.counts.keys.setdefault(question.id, Counter()).update(keys)
            for group in groups:
                self.counts.answered_by[(question.id, *group)] += 1
                self.counts.by.setdefault((question.id, *group), Counter()).update(keys)
