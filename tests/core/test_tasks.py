"""Long work asked for once: done once, stopped when asked, begun again after a crash, never half-written."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from core import audit, clock, exclusive, task_runner, tasks
from core.database import commit, db, reading
from core.task_runner import Runner
from core.tasks import Task, TaskState
from tests.core.task_work import never_ends, work_off, write, written
from tests.core.test_jobs import ROOT, until


def start(kind: str, **parameters: object) -> int:
    """Ask for work and return its id."""
    with audit.acting_as("staff:3"):
        task_id = tasks.start(kind, "thing:1", parameters).id
    commit()
    return task_id


def now(task_id: int) -> Task:
    """Return the row as it is in the database."""
    db.session.rollback()
    with reading():  # the work may hold SQLite's only write lock
        row = db.session.get_one(Task, task_id, populate_existing=True)
    db.session.expunge_all()
    db.session.rollback()
    return row


def cancel(task_id: int) -> None:
    tasks.cancel(db.session.get_one(Task, task_id))
    commit()


class TestStart:
    def test_the_same_thing_is_not_begun_twice(self, app):
        start("test.write")
        with pytest.raises(tasks.AlreadyRunningError):
            tasks.start("test.write", "thing:1")
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Task)) == 1

    def test_once_it_has_ended_it_can_be_asked_for_again(self, app):
        start("test.write")
        work_off()
        assert now(start("test.refuse")).state == TaskState.QUEUED

    def test_two_people_at_one_moment_make_one_task(self, app):
        gate, made = threading.Barrier(2), []

        def ask() -> None:
            with app.app_context():
                gate.wait()
                try:
                    made.append(start("test.write"))
                except tasks.AlreadyRunningError:
                    db.session.rollback()

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 1

    def test_a_kind_nobody_registered_is_a_mistake(self, app):
        with pytest.raises(LookupError):
            tasks.start("test.unheard", "thing:1")


class TestRun:
    def test_what_is_written_comes_with_the_word_that_it_is_done(self, app):
        task_id = start("test.write")
        assert work_off() == 1
        task = now(task_id)
        assert (task.state, task.progress, task.result) == (TaskState.DONE, 100, {"rows": 2})
        assert written() == ["one", "two"]

    def test_it_is_recorded_as_done_by_who_asked(self, app, monkeypatch):
        seen = []
        monkeypatch.setitem(tasks._kinds, "test.write", lambda task: seen.append(audit.actor()))
        start("test.write")
        work_off()
        assert seen == ["staff:3"]

    def test_a_rule_that_was_broken_is_kept_in_words_and_nothing_else_is(self, app):
        task_id = start("test.refuse")
        work_off()
        task = now(task_id)
        assert (task.state, task.failure) == (TaskState.FAILED, "There are %(count)s too many.")
        assert task.failure_params == {"count": 3}
        assert written() == []

    def test_a_crash_keeps_nothing_and_tells_no_names(self, app, caplog):
        task_id = start("test.break")
        work_off()
        task = now(task_id)
        assert (task.state, task.failure) == (TaskState.FAILED, task_runner.CRASHED)
        assert written() == []
        assert "fall_over" in caplog.text
        assert "Jones" not in caplog.text

    def test_one_in_another_process_is_left_alone(self, app):
        task_id = start("test.write")
        with exclusive.holding(f"task-{task_id}") as free:
            assert free
            assert work_off() == 0
        assert now(task_id).state == TaskState.QUEUED

    def test_a_kind_this_version_does_not_know_fails_in_words(self, app, monkeypatch):
        task_id = start("test.write")
        monkeypatch.delitem(tasks._kinds, "test.write")
        work_off()
        assert now(task_id).failure == task_runner.UNKNOWN


@contextmanager
def going_on(app) -> Iterator[threading.Event]:
    """Do what waits in a thread; set the event to ask it to stop, as a worker does that is shut down."""
    stop = threading.Event()

    def work() -> None:
        with app.app_context():
            Runner().portion(stop)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()


class TestProgress:
    def test_is_seen_while_the_work_goes_on(self, app):
        task_id = start("test.endless")
        with going_on(app):
            until(lambda: now(task_id).progress == 25)
            assert now(task_id).stage == "Still at it"

    def test_is_not_waited_for_while_the_work_writes(self, app):
        """SQLite has one writer: telling the progress beside it would wait for ever."""
        task_id = start("test.endless", write=True)
        with going_on(app):
            until(lambda: now(task_id).state == TaskState.RUNNING)
            assert not now(task_id).ended_at
        assert written() == []


class TestCancel:
    def test_one_that_waits_ends_at_once(self, app):
        task_id = start("test.write")
        cancel(task_id)
        assert work_off() == 0
        assert now(task_id).state == TaskState.CANCELLED
        assert written() == []

    def test_one_that_runs_ends_at_its_next_step_and_keeps_nothing(self, app):
        task_id = start("test.endless")
        with going_on(app):
            until(lambda: now(task_id).progress == 25)
            cancel(task_id)
            until(lambda: now(task_id).state == TaskState.CANCELLED)
        assert written() == []

    def test_one_stopped_after_its_last_step_keeps_nothing_either(self, app, monkeypatch):
        def work(task) -> None:
            with app.app_context():
                tasks.cancel(db.session.get_one(Task, task.id))
                commit()
            with task.writing():
                write("late")

        monkeypatch.setitem(tasks._kinds, "test.write", work)
        task_id = start("test.write")
        work_off()
        assert now(task_id).state == TaskState.CANCELLED
        assert written() == []

    def test_one_that_has_ended_says_so(self, app):
        task_id = start("test.write")
        work_off()
        with pytest.raises(tasks.EndedError):
            cancel(task_id)


class TestWorkerThatStops:
    def test_one_asked_to_stop_gives_its_task_back(self, app):
        task_id = start("test.endless")
        with going_on(app):
            until(lambda: now(task_id).progress == 25)
        task = now(task_id)
        assert (task.state, task.attempts, task.run) == (TaskState.QUEUED, 0, None)

    def test_one_that_lost_its_task_writes_nothing(self, app, monkeypatch):
        def work(task) -> None:
            with app.app_context():
                db.session.execute(sa.update(Task).values(run="another run", lease_owner="elsewhere"))
                commit()
            with task.writing():
                write("twice")

        monkeypatch.setitem(tasks._kinds, "test.write", work)
        task_id = start("test.write")
        work_off()
        assert written() == []
        assert now(task_id).run == "another run"

    def test_a_task_that_brings_every_worker_down_is_given_up(self, app):
        task_id = start("test.write")
        past = clock.now() - dt.timedelta(hours=1)
        lost = {
            "state": "running",
            "attempts": task_runner.ATTEMPTS,
            "lease_owner": "w",
            "lease_until": past,
            "run": "r",
        }
        db.session.execute(sa.update(Task).values(**lost))
        commit()
        work_off()
        assert (now(task_id).state, now(task_id).failure) == (TaskState.FAILED, task_runner.GIVEN_UP)

    @pytest.mark.slow
    def test_killed_in_the_middle_another_begins_again_and_nothing_is_half_written(self, app, monkeypatch):
        task_id = start("test.endless", write=True)
        settings = app.extensions["settings"]
        environ = {
            **os.environ,
            "DATABASE_URL": settings.database_url.replace("+psycopg", ""),
            "INSTANCE_PATH": str(settings.instance_path),
            "WORKER_NAME": "worker-k",
        }
        process = subprocess.Popen([sys.executable, "-m", "tests.core.task_work"], cwd=ROOT, env=environ)
        try:
            until(lambda: now(task_id).state == TaskState.RUNNING)
        finally:
            process.kill()
            process.wait()
        assert written() == []
        assert now(task_id).state == TaskState.RUNNING
        assert work_off() == 0, "it is not taken before it is known to be lost"
        monkeypatch.setitem(tasks._kinds, "test.endless", lambda task: {"attempt": 2})
        with clock.stopped_at(clock.now() + task_runner.LEASE * 2):
            until(work_off)
        task = now(task_id)
        assert (task.state, task.result, task.attempts) == (TaskState.DONE, {"attempt": 2}, 2)


class TestReady:
    def test_only_when_there_is_something_to_do(self, app):
        assert not Runner().ready()
        start("test.write")
        assert Runner().ready()
        work_off()
        assert not Runner().ready()


class TestForget:
    def test_what_ended_long_ago_goes_and_what_waits_stays(self, app):
        start("test.write")
        work_off()
        with clock.stopped_at(clock.now() + dt.timedelta(days=200)):
            waiting = start("test.write")
            task_runner.forget_ended()
        assert list(db.session.scalars(sa.select(Task.id))) == [waiting]


def test_the_endless_kind_is_what_the_worker_process_does():
    assert tasks.work_of("test.endless") is never_ends
