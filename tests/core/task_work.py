"""Kinds of tasks for tests; run as a program, a worker that does them until it is killed."""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa

from core import tasks
from core.database import db, reading
from core.errors import DomainError
from core.health import WorkerHeartbeat
from core.task_runner import Runner


class TooManyError(DomainError):
    words = "There are %(count)s too many."


def written() -> list[str]:
    """Return what tasks of these kinds have written."""
    db.session.rollback()
    with reading():
        found = list(db.session.scalars(sa.select(WorkerHeartbeat.name).order_by(WorkerHeartbeat.name)))
    db.session.rollback()
    return found


def write(*names: str) -> None:
    """Write rows that are easily seen."""
    from core import clock

    for name in names:
        db.session.add(WorkerHeartbeat(name=name, at=clock.now()))
    db.session.flush()


@tasks.kind("test.write")
def write_two(task) -> dict[str, int]:
    task.step("Counting %(what)s", 0.5, what="sheep")
    with task.writing():
        write("one", "two")
    return {"rows": 2}


@tasks.kind("test.endless")
def never_ends(task) -> None:
    """Write half of what it should, and go on until stopped."""
    if task.parameters.get("write"):
        with task.writing():
            write("half")
    while True:
        task.step("Still at it", 0.25)
        time.sleep(0.02)


@tasks.kind("test.refuse")
def refuse(task) -> None:
    with task.writing():
        write("half")
    raise TooManyError(count=3)


@tasks.kind("test.break")
def fall_over(task) -> None:
    with task.writing():
        write("half")
    raise RuntimeError("Mrs Jones, 1 High Street")


def work_off() -> int:
    """Do everything that waits, here and now; return how many tasks were begun."""
    done, runner = 0, Runner()
    while runner.portion(threading.Event()):
        done += 1
    return done


if __name__ == "__main__":
    import app

    with app.create_app().app_context():
        while True:
            work_off()
            time.sleep(0.05)
