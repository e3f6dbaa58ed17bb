"""Long work that somebody asked for once, such as a draw or an import: kept as a row, done by the worker.

A room registers a kind with `@kind`, a service calls `start` in its own transaction, and a page shows the row. One
worker at a time does a task (core.task_runner). What the work writes is committed together with the word that it is
done, so a worker killed in the middle leaves nothing half-written: another begins it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core import audit, clock
from core.database import Json, Model, changed_by, db, insert_or_ignore
from core.errors import N_, DomainError, NotFoundError

if TYPE_CHECKING:
    from core.task_runner import Running


class TaskState(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ALIVE = (TaskState.QUEUED, TaskState.RUNNING)
_IS_ALIVE = sa.text("state IN ('queued','running')")


class Task(Model):
    """One piece of long work. Nothing in it is personal: ids and numbers only."""

    __tablename__ = "task"
    __table_args__ = (
        sa.CheckConstraint("state IN ('queued','running','done','failed','cancelled')", name="state"),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        # One thing is worked on once at a time, whoever asks.
        sa.Index("ix_task_alive", "kind", "subject", unique=True, sqlite_where=_IS_ALIVE, postgresql_where=_IS_ALIVE),
        sa.Index("ix_task_subject", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(80))
    #: What it is about, such as `draw:12`.
    subject: Mapped[str] = mapped_column(sa.String(120))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(sa.String(10), default=TaskState.QUEUED)
    progress: Mapped[int] = mapped_column(default=0)
    #: What is being done now: words marked with N_, translated where they are shown, and what they name.
    stage: Mapped[str | None] = mapped_column(sa.String(200))
    stage_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: Who asked for it, as in the record of changes; the work is recorded as theirs.
    started_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    began_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    #: How often it was begun: work that brings its worker down is given up.
    attempts: Mapped[int] = mapped_column(default=0)
    #: The worker that has it, the token of this very run, and until when it is taken for alive.
    lease_owner: Mapped[str | None] = mapped_column(sa.String(80))
    run: Mapped[str | None] = mapped_column(sa.String(26))
    lease_until: Mapped[dt.datetime | None]
    #: What came of it: ids and numbers.
    result: Mapped[dict[str, Any] | None]
    #: Why it failed: an error's words marked with N_, and what they name.
    failure: Mapped[str | None] = mapped_column(sa.String(400))
    failure_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    @property
    def alive(self) -> bool:
        """Whether it waits or is being done."""
        return self.state in ALIVE


class AlreadyRunningError(DomainError):
    """The same thing is being worked on."""

    words = N_("This is being done already. Wait until it has ended, or stop it.")


class EndedError(DomainError):
    """A task cannot be stopped any more."""

    words = N_("This has ended already.")


#: Does the work and returns what came of it, ids and numbers. It runs in an application context on the worker, may
#: raise a DomainError whose words and parameters name nobody, and is begun again from the start after a crash.
Work = Callable[["Running"], "dict[str, Any] | None"]
AnyWork = TypeVar("AnyWork", bound=Work)
_kinds: dict[str, Work] = {}


def kind(name: str) -> Callable[[AnyWork], AnyWork]:
    """Register the decorated function as what does tasks of the kind `name`.

    It is called with a `Running`: it reads and computes first, telling with `task.step(words, share)` how far it is
    (which raises once somebody has stopped it), and writes inside `with task.writing():`. It does not commit.
    """

    def register(function: AnyWork) -> AnyWork:
        _kinds[name] = function
        return function

    return register


def work_of(name: str) -> Work | None:
    """Return what does tasks of a kind, or None when this version of the program knows it no more."""
    return _kinds.get(name)


def start(kind: str, subject: str, parameters: dict[str, Any] | None = None) -> Task:
    """Ask for work of a registered `kind` about `subject`, in the caller's transaction. Raises AlreadyRunningError.

    `parameters` hold ids and numbers, nothing personal: they stay for weeks, and pages show them.
    """
    if kind not in _kinds:
        raise LookupError(kind)
    made = insert_or_ignore(Task.__table__).values(
        kind=kind, subject=subject, parameters=parameters or {}, started_by=audit.actor()
    )
    task_id = db.session.scalar(made.returning(Task.__table__.c.id))
    if task_id is None:
        raise AlreadyRunningError
    audit.record("task.asked", f"task:{task_id}", after={"kind": kind, "subject": subject})
    return db.session.get_one(Task, task_id)


def cancel(task: Task) -> None:
    """Stop a task: one that waits at once, one that runs at its next step. Raises EndedError."""
    waiting = sa.update(Task).where(Task.id == task.id, Task.state == TaskState.QUEUED)
    running = sa.update(Task).where(Task.id == task.id, Task.state == TaskState.RUNNING)
    stopped = waiting.values(state=TaskState.CANCELLED, cancel_asked=True, ended_at=clock.now())
    if not changed_by(stopped) and not changed_by(running.values(cancel_asked=True)):
        raise EndedError
    audit.record("task.cancelled", f"task:{task.id}", after={"kind": task.kind, "subject": task.subject})
    db.session.refresh(task)


def get(task_id: int) -> Task:
    """Return a task. Raises NotFoundError."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFoundError
    return task


def find_latest(kind: str, subject: str) -> Task | None:
    """Return the task that was asked for last about `subject`, or None."""
    mine = sa.select(Task).where(Task.kind == kind, Task.subject == subject)
    return db.session.scalar(mine.order_by(Task.id.desc()).limit(1))
