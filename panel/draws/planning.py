"""A draw step by step, up to where it is fixed: each verb leaves an audit row; none touches a draw that is fixed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core import audit, clock, tasks
from core.database import changed_by, db
from core.errors import NotFoundError
from core.tasks import Task
from panel.draws import pools, quotas
from panel.draws.errors import (
    AnnounceError,
    ErasedError,
    FixedError,
    NotNowError,
    TooEarlyError,
    UnfinishedError,
    ValueTakenError,
)
from panel.models import Draw, DrawState

#: The kinds of work the worker does for a draw (panel.draws.work).
CHECK, FIX, HOLD, REPLACE = "draw.check", "draw.fix", "draw.hold", "draw.replace"
#: What a plan consists of; whatever of it changes, the last check says nothing any more.
PLAN = ("title", "engagement_id", "audience", "size", "reserves", "algorithm", "features", "within", "responses")


def create(title: str, engagement_id: int | None) -> Draw:
    """Begin a draw."""
    draw = Draw(title=title, engagement_id=engagement_id, created_at=clock.now())
    db.session.add(draw)
    db.session.flush()
    audit.record("draw.created", f"draw:{draw.id}", after={"engagement_id": engagement_id})
    return draw


def change(draw: Draw, **values: Any) -> None:
    """Change parts of the plan. Quotas of features that are dropped go with them. Raises FixedError."""
    if draw.state != DrawState.PLANNED:
        raise FixedError
    if set(values) - set(PLAN):
        raise TypeError(sorted(set(values) - set(PLAN)))
    before = {name: getattr(draw, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    for name, value in changed.items():
        setattr(draw, name, value)
    if changed:
        if set(changed) - {"title", "engagement_id"}:
            draw.findings = None
        if {"features", "size", "within", "audience"} & changed.keys():
            _forget_quotas(draw, changed)
        was = {name: before[name] for name in changed}
        audit.record("draw.changed", f"draw:{draw.id}", was, changed)
    db.session.flush()


def _forget_quotas(draw: Draw, changed: dict[str, Any]) -> None:
    """Drop quotas that were written for another plan: they are written anew in one step."""
    for quota in quotas.of(draw.id):
        db.session.delete(quota)


def ask_check(draw: Draw) -> Task:
    """Let the worker look whether the draw is possible. Raises UnfinishedError, AlreadyRunningError."""
    _finished_plan(draw)
    return tasks.start(CHECK, f"draw:{draw.id}", {"draw_id": draw.id})


def ask_fix(draw: Draw, source: str, source_on: Any) -> Task:
    """Let the worker fix the draw: freeze its pool, make its secret, publish what it will be held with.

    `source` says in words where a value will come from that nobody can know before the day `source_on`. Raises
    UnfinishedError, AnnounceError, AlreadyRunningError.
    """
    _finished_plan(draw)
    if source_on <= clock.today():
        raise AnnounceError
    parameters = {"draw_id": draw.id, "source": source, "source_on": source_on.isoformat()}
    return tasks.start(FIX, f"draw:{draw.id}", parameters)


def _finished_plan(draw: Draw) -> None:
    if draw.state != DrawState.PLANNED:
        raise FixedError
    written = {quota.feature for quota in quotas.of(draw.id)}
    if draw.size is None or (draw.algorithm != "random" and not written) or set(draw.features) - written:
        raise UnfinishedError


def value_can_be_known(draw: Draw) -> bool:
    """Return whether the announced day has come."""
    return draw.source_on is not None and clock.today() >= draw.source_on


def ask_hold(draw: Draw, public_value: str) -> Task:
    """Take the announced public value, once and for all, and let the worker draw.

    Raises NotNowError, TooEarlyError, ValueTakenError, AlreadyRunningError.
    """
    if draw.state != DrawState.FIXED or draw.source_on is None:
        raise NotNowError
    if not value_can_be_known(draw):
        raise TooEarlyError(day=draw.source_on)
    taken = sa.update(Draw).where(Draw.id == draw.id, Draw.public_value.is_(None), Draw.state == DrawState.FIXED)
    if not changed_by(taken.values(public_value=public_value)):
        raise ValueTakenError
    db.session.refresh(draw)
    audit.record("draw.value_entered", f"draw:{draw.id}", after={"public_value": public_value})
    return ask_hold_again(draw)


def ask_hold_again(draw: Draw) -> Task:
    """Let the worker draw with the value that was entered: after it was stopped, the result is still the same one.

    Raises NotNowError, ErasedError, AlreadyRunningError.
    """
    if draw.state != DrawState.FIXED or draw.public_value is None:
        raise NotNowError
    if not pools.are_kept(draw.id):
        raise ErasedError
    return tasks.start(HOLD, f"draw:{draw.id}", {"draw_id": draw.id})


def ask_replace(draw: Draw, how: str) -> Task:
    """Let the worker find people in place of those who said no: `how` is `reserve` or `lottery`.

    Raises NotNowError, ErasedError, AlreadyRunningError.
    """
    if draw.state != DrawState.PUBLISHED:
        raise NotNowError
    if not pools.are_kept(draw.id):
        raise ErasedError
    return tasks.start(REPLACE, f"draw:{draw.id}", {"draw_id": draw.id, "how": how})


def publish(draw: Draw) -> None:
    """Publish the audit sheet. From here on those drawn can be invited. Raises NotNowError."""
    moved = sa.update(Draw).where(Draw.id == draw.id, Draw.state == DrawState.DRAWN)
    if not changed_by(moved.values(state=DrawState.PUBLISHED, published_at=clock.now())):
        raise NotNowError
    db.session.refresh(draw)
    audit.record("draw.published", f"draw:{draw.id}", {"state": DrawState.DRAWN}, {"state": DrawState.PUBLISHED})


def cancel(draw: Draw, reason: str) -> None:
    """Give a draw up; once it was fixed the public page says so, and why. Raises NotNowError once it is published."""
    before = draw.state
    moved = sa.update(Draw).where(Draw.id == draw.id, Draw.state == before)
    if before in (DrawState.PUBLISHED, DrawState.CANCELLED) or not changed_by(
        moved.values(state=DrawState.CANCELLED, cancelled_at=clock.now(), cancel_reason=reason)
    ):
        raise NotNowError
    for kind in (CHECK, FIX, HOLD):
        task = tasks.find_latest(kind, f"draw:{draw.id}")
        if task is not None and task.alive:
            tasks.cancel(task)
    db.session.refresh(draw)
    audit.record("draw.cancelled", f"draw:{draw.id}", {"state": before}, {"state": DrawState.CANCELLED})


def get(draw_id: int) -> Draw:
    """Return a draw. Raises NotFoundError."""
    draw = db.session.get(Draw, draw_id)
    if draw is None:
        raise NotFoundError
    return draw


def get_public(draw_id: int) -> Draw:
    """Return a draw that has been fixed at least. Raises NotFoundError."""
    draw = get(draw_id)
    if draw.fixed_at is None:
        raise NotFoundError
    return draw
