"""Doing tasks on the worker: one at a time in each process, each in one process at a time.

Two things say that a task is in hand: a lock that ends with its process (core.exclusive), which is the truth, and a
lease in the row that a thread renews, by which other workers see that they need not even try. Whoever writes names the
run it belongs to; a run that has lost its task writes nothing any more.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from core import audit, clock, config, exclusive, ids
from core.database import changed_by, commit, db, is_postgresql, reading, writing
from core.errors import N_, DomainError, frames
from core.jobs import scheduled
from core.tasks import Task, TaskState, Work, work_of

log = logging.getLogger("panel.tasks")

#: How long a silent run is taken for alive, and how often it is renewed (seconds).
LEASE, BEAT = dt.timedelta(seconds=30), 5.0
#: How often a task is begun before it is given up, because it may be what brings workers down.
ATTEMPTS = 3
#: Seconds between two looks at whether somebody has stopped the task; progress is noted as often.
LOOK = 1.0

#: How long a task that has ended can still be looked at.
KEPT_FOR = dt.timedelta(days=90)

_table: sa.Table = Task.__table__  # type: ignore[assignment]  # __table__ is a Table

CRASHED = N_("Something went wrong on our side. Nothing was kept. Tell whoever looks after the system.")
GIVEN_UP = N_("This was begun several times, and the system stopped each time. Nothing was kept.")
UNKNOWN = N_("This version of the system does not know this kind of work.")


class CancelledError(Exception):
    """Somebody has stopped the task."""


class StoppingError(Exception):
    """The worker is asked to stop; the task is to be done by the next one."""


class LostError(Exception):
    """The task is another run's by now: nothing of this one may be kept."""


class Running:
    """A task while it is done: what the function that does it is given."""

    def __init__(self, task: Task, run: str, stop: threading.Event) -> None:
        self.id = task.id
        self.subject = task.subject
        self.parameters: dict[str, Any] = task.parameters
        self._run, self._stop = run, stop
        self._looked = 0.0
        self._writing = False

    def step(self, words: str, share: float, **params: Any) -> None:
        """Say what is being done (marked with N_, with what it names) and which share of all is done, from 0 to 1.

        Cheap enough to be called in every turn of a loop. Once the task is stopped or lost it raises, and so ends it:
        let it pass through.
        """
        if self._stop.is_set():
            raise StoppingError
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        progress = max(0, min(100, int(100 * share)))
        self._note(stage=words, stage_params=params, progress=progress, lease_until=clock.now() + LEASE)

    def _note(self, **values: Any) -> None:
        """Write `values` at once, beside the work's own transaction, and raise when the task is stopped or lost."""
        mine = (_table.c.id == self.id, _table.c.run == self._run)
        if self._writing and not is_postgresql():
            # SQLite has one writer, and that is the work itself: its progress cannot be told, only looked after.
            with reading(), db.engine.connect() as connection:
                asked = connection.scalar(sa.select(_table.c.cancel_asked).where(*mine))
        else:
            with writing(), db.engine.begin() as connection:
                told = sa.update(_table).where(*mine).values(**values)
                asked = connection.scalar(told.returning(_table.c.cancel_asked))
        if asked is None:
            raise LostError
        if asked:
            raise CancelledError

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write in the body. Objects read before are read anew; what is written counts once the function returns."""
        if not self._writing:
            db.session.rollback()
            self._writing = True
        with writing():
            yield
            db.session.flush()

    def save(self) -> None:
        """Commit what was written so far, for work that bears being begun again on top of it."""
        with self.writing():
            if not changed_by(sa.update(Task).where(Task.id == self.id, Task.run == self._run).values(run=self._run)):
                raise LostError
            commit()
        self._writing = False

    def finish(self, result: dict[str, Any] | None) -> None:
        """Commit what was written together with the word that the task is done."""
        if not self._writing:
            db.session.rollback()
        with writing():
            done = sa.update(Task).where(Task.id == self.id, Task.run == self._run, Task.cancel_asked.is_(False))
            ended = {"state": TaskState.DONE, "progress": 100, "result": result, "ended_at": clock.now(), "run": None}
            if not changed_by(done.values(**ended, stage=None, lease_owner=None, lease_until=None)):
                db.session.rollback()
                raise CancelledError
            commit()


class Inline(Running):
    """A task's work within the caller's own transaction: for a demo, of which all is kept or nothing."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters

    def step(self, words: str, share: float, **params: Any) -> None:
        """Nobody waits for it."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write in the body; the caller commits."""
        yield
        db.session.flush()


class Runner:
    """What a worker has for tasks; see core.jobs.Continuous."""

    def __init__(self) -> None:
        self._name = config.settings().worker_name

    def ready(self) -> bool:
        """Return whether a task waits, or was left by a worker that died."""
        with reading():
            found = db.session.scalar(self._waiting().limit(1))
            db.session.rollback()
        return found is not None

    def portion(self, stop: threading.Event) -> bool:
        """Do one task and return whether more may wait."""
        with reading():
            waiting = list(db.session.scalars(self._waiting().limit(20)))
            db.session.rollback()
        return any(self._take(task_id, stop) for task_id in waiting)

    def close(self) -> None:
        """Hold nothing."""

    def _waiting(self) -> sa.Select[int]:
        # A running one of this worker's own name was left by the process before: this one does nothing just now.
        left = sa.or_(Task.lease_until < clock.now(), Task.lease_owner == self._name)
        return (
            sa.select(Task.id)
            .where(sa.or_(Task.state == TaskState.QUEUED, sa.and_(Task.state == TaskState.RUNNING, left)))
            .order_by(Task.id)
        )

    def _take(self, task_id: int, stop: threading.Event) -> bool:
        with exclusive.holding(f"task-{task_id}") as free:
            if not free:
                return False
            task = self._claim(task_id)
            if task is not None:
                self._do(task, stop)
            return task is not None

    def _claim(self, task_id: int) -> Task | None:
        """Make the task this worker's, or settle it when it is not to be begun any more."""
        task = db.session.get(Task, task_id, populate_existing=True, with_for_update=True)
        # Asked again under the lock: another worker may just have done it.
        if task is None or not task.alive:
            db.session.rollback()
            return None
        if task.cancel_asked:
            _end(task, TaskState.CANCELLED)
        elif task.attempts >= ATTEMPTS:
            _end(task, TaskState.FAILED, GIVEN_UP)
        elif work_of(task.kind) is None:
            _end(task, TaskState.FAILED, UNKNOWN)
        else:
            now = clock.now()
            task.state, task.run, task.attempts = TaskState.RUNNING, ids.random_id(), task.attempts + 1
            task.progress, task.stage, task.stage_params = 0, None, {}
            task.began_at, task.lease_owner, task.lease_until = now, self._name, now + LEASE
            commit()
            return task
        commit()
        return None

    def _do(self, task: Task, stop: threading.Event) -> None:
        run, work, actor = task.run, work_of(task.kind), task.started_by
        if run is None or work is None:  # _claim has seen to it
            raise LostError
        running = Running(task, run, stop)
        db.session.rollback()
        with _beating(running.id, run):
            try:
                self._work(running, work, actor)
            except LostError:
                log.warning("task %s is another run's", running.id)
            except CancelledError:
                _settle(running.id, run, TaskState.CANCELLED)
            except StoppingError:
                _give_back(running.id, run)
            except DomainError as error:
                _settle(running.id, run, TaskState.FAILED, error.words, _plain(error.params))
            except Exception as error:
                log.error("task %s failed: %s\n%s", running.id, type(error).__name__, frames(error))
                _settle(running.id, run, TaskState.FAILED, CRASHED)

    def _work(self, running: Running, work: Work, actor: str) -> None:
        try:
            with audit.acting_as(actor):
                with reading():
                    result = work(running)
                running.finish(result)
        finally:
            # What was not committed was not meant to be kept.
            db.session.rollback()


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float) else str(value) for name, value in params.items()}


def _end(task: Task, state: TaskState, failure: str | None = None) -> None:
    task.state, task.failure, task.ended_at = state, failure, clock.now()
    task.run = task.lease_owner = task.lease_until = task.stage = None


def _settle(
    task_id: int, run: str, state: TaskState, failure: str | None = None, params: dict[str, Any] | None = None
) -> None:
    task = db.session.get(Task, task_id, populate_existing=True, with_for_update=True)
    if task is not None and task.run == run:
        _end(task, state, failure)
        task.failure_params = params or {}
    commit()


def _give_back(task_id: int, run: str) -> None:
    """Let another worker begin the task; this did not count as a try."""
    mine = sa.update(Task).where(Task.id == task_id, Task.run == run)
    nobody = {"run": None, "lease_owner": None, "lease_until": None, "stage": None, "progress": 0}
    changed_by(mine.values(state=TaskState.QUEUED, attempts=Task.attempts - 1, **nobody))
    commit()


@contextmanager
def _beating(task_id: int, run: str) -> Iterator[None]:
    """Renew the lease in a thread of its own during the body: a long computation has no time for it."""
    engine, over = db.engine, threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            try:
                with writing(), engine.begin() as connection:
                    mine = sa.update(_table).where(_table.c.id == task_id, _table.c.run == run)
                    connection.execute(mine.values(lease_until=clock.now() + LEASE))
            except sa.exc.DBAPIError as error:
                # The lock still says that the task is in hand; a late lease only makes others try in vain.
                log.info("renewing the lease of task %s failed: %s", task_id, type(error).__name__)

    thread = threading.Thread(target=beat, name=f"task-{task_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@scheduled("tasks.forget", every=dt.timedelta(hours=12))
def forget_ended() -> None:
    """Forget tasks that ended long ago."""
    db.session.execute(sa.delete(Task).where(Task.ended_at < clock.now() - KEPT_FOR))
    commit()
