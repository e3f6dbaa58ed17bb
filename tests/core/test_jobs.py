"""Periodic jobs: when they run, that none runs twice at once, and the worker that runs them."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import clock, exclusive, health, jobs
from core.database import commit, db
from core.health import WorkerHeartbeat
from core.jobs import JobRun

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ran(app, monkeypatch) -> list[dt.datetime]:
    """The times at which the only job, `count`, ran; it runs every minute."""
    times: list[dt.datetime] = []
    monkeypatch.setattr(jobs, "_jobs", {})

    @jobs.scheduled("count", every=MINUTE)
    def count() -> None:
        times.append(clock.now())

    return times


def run_at(moment: dt.datetime) -> list[str]:
    with clock.stopped_at(moment):
        return [jobs.run(name) for name in jobs.due()]


class TestScheduled:
    def test_runs_at_once_and_then_every_so_often(self, ran):
        for seconds in (0, 20, 40, 61, 80, 130):
            run_at(NOON + dt.timedelta(seconds=seconds))
        assert [(at - NOON).total_seconds() for at in ran] == [0, 61, 130]

    def test_what_was_missed_is_run_once(self, ran):
        run_at(NOON)
        for seconds in (0, 5):
            run_at(NOON + dt.timedelta(days=3, seconds=seconds))
        assert len(ran) == 2

    def test_not_while_it_runs_elsewhere(self, ran):
        with exclusive.holding("job-count") as free:
            assert free
            # Another connection, another file handle: as good as another process.
            assert run_at(NOON) == ["busy"]
        assert ran == []
        assert run_at(NOON) == ["ran"]

    def test_one_that_fails_says_so_without_words_and_is_tried_next_time(self, app, monkeypatch, caplog):
        monkeypatch.setattr(jobs, "_jobs", {})

        @jobs.scheduled("break", every=MINUTE)
        def broken() -> None:
            db.session.add(WorkerHeartbeat(name="half done", at=NOON))
            db.session.flush()
            raise ValueError("Mrs Jones, 1 High Street")

        assert run_at(NOON) == ["failed"]
        assert "ValueError" in caplog.text
        assert "Jones" not in caplog.text
        assert db.session.get_one(JobRun, "break").failed
        assert db.session.get(WorkerHeartbeat, "half done") is None
        assert run_at(NOON + MINUTE) == ["failed"]

    def test_an_interval_of_nothing_is_refused(self):
        with pytest.raises(ValueError, match="seconds"):
            jobs.scheduled("x", every=dt.timedelta(0))


class TestExclusive:
    def test_is_free_again_after_its_holder(self, app):
        for _ in range(2):
            with exclusive.holding("x") as free:
                assert free
                with exclusive.holding("y") as other:
                    assert other


@contextmanager
def worker(app, name: str = "worker-t") -> Iterator[subprocess.Popen[str]]:
    """A real `flask worker` on the database of this test."""
    settings = app.extensions["settings"]
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "INSTANCE_PATH": str(settings.instance_path),
        "MAIL_URL": settings.mail_url,
        "WORKER_NAME": name,
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "is working" in first, first + process.stdout.read()
        yield process
    finally:
        process.kill()
        process.communicate()


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until `holds()`; fail after so many seconds."""
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "it did not happen"
        db.session.rollback()
        threading.Event().wait(0.1)


def beaten() -> dt.datetime | None:
    return db.session.scalar(sa.select(WorkerHeartbeat.at).where(WorkerHeartbeat.name == "worker-t"))


@pytest.mark.slow
class TestWorker:
    def test_beats_runs_jobs_and_stops_cleanly_when_asked(self, app):
        commit()
        with worker(app) as process:
            until(beaten)
            assert health._worker()
            db.session.rollback()
            until(lambda: db.session.scalar(sa.select(JobRun.finished_at).where(JobRun.name == "mail.forget")))
            db.session.rollback()
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            assert "has stopped" in output
            assert "Traceback" not in output
        assert beaten() is None

    def test_begins_again_where_a_killed_one_stopped(self, app):
        commit()
        with worker(app) as process:
            until(beaten)
            process.kill()
        db.session.execute(sa.delete(WorkerHeartbeat))
        commit()
        with worker(app):
            until(beaten)

    def test_speaks_to_nobody_but_the_database(self, app):
        commit()
        with worker(app) as process:
            until(beaten)
            allowed = {app.extensions["settings"].database_url.rpartition(":")[2].partition("/")[0]}
            assert {port for host, port in _connections(process.pid)} <= allowed


def _connections(pid: int) -> set[tuple[str, str]]:
    """Return (host, port) of the far ends of the TCP connections of a process."""
    own = {
        os.readlink(entry.path)[8:-1]
        for entry in os.scandir(f"/proc/{pid}/fd")
        if os.readlink(entry.path).startswith("socket:")
    }
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            host, _, port = fields[2].partition(":")
            if fields[9] in own and int(port, 16):
                found.add((host, str(int(port, 16))))
    return found
