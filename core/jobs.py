"""What the worker does: periodic jobs and continuous work, registered here by each room, and run by core.worker."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core import audit, clock, errors, exclusive
from core.database import Model, commit, db, insert_or_ignore

log = logging.getLogger("panel.jobs")

#: A periodic job: runs in an application context on one worker at a time and commits its own work.
Job = Callable[[], object]
AnyJob = TypeVar("AnyJob", bound=Job)


class Continuous(Protocol):
    """Work every worker does side by side, portion by portion, such as sending messages."""

    def ready(self) -> bool:
        """Return whether there is something to do now; reads only."""

    def portion(self, stop: threading.Event) -> bool:
        """Do a portion and return whether more may be waiting. Comes back soon once `stop` is set."""

    def close(self) -> None:
        """Let go of everything held; the worker ends."""


@dataclass(frozen=True)
class ScheduledJob:
    """A job and how long to wait from one start to the next."""

    name: str
    every: dt.timedelta
    run: Job


class JobRun(Model):
    """When a periodic job is due next, and how it went last."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    due_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    failed: Mapped[bool] = mapped_column(default=False)


_jobs: dict[str, ScheduledJob] = {}
_continuous: dict[str, Callable[[], Continuous]] = {}


def scheduled(name: str, every: dt.timedelta) -> Callable[[AnyJob], AnyJob]:
    """Register the decorated function to be run by `flask worker` every so often.

    It runs in an application context, on exactly one worker at a time whatever their number, and commits itself. It
    must bear being run again after a crash: whatever it had not committed is simply still to do. Jobs are looked for
    every few seconds, so `every` is at least that; one that takes longer than `every` is not started beside itself,
    and one that was missed while no worker ran is run once.
    """
    if every < dt.timedelta(seconds=5):
        raise ValueError(f"{name}: at least five seconds")

    def register(function: AnyJob) -> AnyJob:
        _jobs[name] = ScheduledJob(name, every, function)
        return function

    return register


def add_continuous(name: str, make: Callable[[], Continuous]) -> None:
    """Let each worker make and run this work; `make` is called once in a worker, in an application context."""
    _continuous[name] = make


def scheduled_jobs() -> dict[str, ScheduledJob]:
    """Return the periodic jobs by name."""
    return dict(_jobs)


def continuous_work() -> dict[str, Callable[[], Continuous]]:
    """Return what makes each kind of continuous work, by name."""
    return dict(_continuous)


def due() -> list[str]:
    """Return the names of the jobs that are due now, the longest overdue first."""
    next_times = dict(db.session.execute(sa.select(JobRun.name, JobRun.due_at)).all())
    now = clock.now()
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    waiting = sorted((next_times.get(name, never), name) for name in _jobs)
    return [name for at, name in waiting if at <= now]


def run(name: str) -> str:
    """Run the job `name` if it is due and runs nowhere else; return what came of it: ran, failed, busy or not due.

    An error is logged without its words, which may be personal, and the job is due again at its next time.
    """
    job = _jobs[name]
    with exclusive.holding(f"job-{name}") as free:
        if not free:
            return "busy"
        # Asked again under the lock: another worker may just have run it.
        if name not in due():
            db.session.rollback()
            return "not due"
        _note_start(job)
        failed = not _succeeds(job)
        db.session.execute(sa.update(JobRun).where(JobRun.name == name).values(finished_at=clock.now(), failed=failed))
        commit()
        return "failed" if failed else "ran"


def _note_start(job: ScheduledJob) -> None:
    now = clock.now()
    values = {"due_at": now + job.every, "started_at": now}
    db.session.execute(insert_or_ignore(JobRun.__table__).values(name=job.name, failed=False, **values))
    db.session.execute(sa.update(JobRun).where(JobRun.name == job.name).values(**values))
    commit()


def _succeeds(job: ScheduledJob) -> bool:
    try:
        with audit.acting_as("system"):
            job.run()
    except Exception as error:
        log.error("job %s failed: %s\n%s", job.name, type(error).__name__, errors.frames(error))
        return False
    else:
        return True
    finally:
        # What the job did not commit was not meant to be kept.
        db.session.rollback()
