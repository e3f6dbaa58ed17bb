"""`flask worker`: one process that runs periodic jobs and continuous work as durable DBOS workflows.

DBOS keeps its tables in the application's own database (in the schema `dbos` on PostgreSQL) and reaches nothing else.
A tick, made once for all workers by a DBOS schedule, runs the jobs that are due, each as a step; each worker starts a
workflow for each kind of continuous work that is ready, and each portion of it is a step. What a dead worker left is
begun again when a worker of the same name starts. Nothing hangs on that alone: jobs are guarded by a lock that ends
with the process, and messages by their journal, so any other worker goes on too.
"""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from dbos import DBOS, DBOSConfig
from flask import Flask

from core import audit, clock, config, health, jobs
from core.database import commit, db, reading
from core.errors import frames

log = logging.getLogger("panel.worker")

Result = TypeVar("Result")

#: Part of every workflow's identity. It stays the same over deployments: with another one, pending work would be left.
VERSION = "1"
#: How often the schedule looks for jobs that are due, as cron with seconds.
TICK = "*/5 * * * * *"
#: Seconds between two signs of life, and between two looks for continuous work.
BEAT, LOOK = 15.0, 0.5
#: How many portions one workflow takes before the next begins, so that no history grows long.
PORTIONS = 100
#: How long finished workflows are kept, and how many are removed at once.
HISTORY, HISTORY_BATCH = dt.timedelta(days=1), 500
#: Seconds within which portions come back once the worker is asked to stop; a transport may be waiting for an answer.
PATIENCE = 75.0


class Worker:
    """This process's work: its workflows, and when to stop."""

    def __init__(self, app: Flask, quiet: bool = False) -> None:
        self._app = app
        self._quiet = quiet
        self._name: str = config.settings().worker_name
        self._stop = threading.Event()
        self._work: dict[str, jobs.Continuous] = {}
        #: Held while a portion runs: a workflow begun again after a crash and a new one do not run side by side.
        self._busy: dict[str, threading.Lock] = {}
        self._beaten: float | None = None

    def run(self) -> None:
        """Work until asked to stop by SIGTERM or SIGINT, then finish what is in hand."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        with self._app.app_context():
            for name, make in jobs.continuous_work().items():
                self._work[name], self._busy[name] = make(), threading.Lock()
        self._launch()
        self._say(f"Worker {self._name} is working.")
        try:
            while not self._stop.is_set():
                self._look()
                self._stop.wait(LOOK)
        finally:
            self._stop.set()
            self._finish()
        self._say(f"Worker {self._name} has stopped.")

    def _say(self, words: str) -> None:
        if not self._quiet:
            click.echo(words)

    # --- workflows -------------------------------------------------------------------------------------------------

    def _launch(self) -> None:
        jobs.scheduled("worker.forget-finished", every=dt.timedelta(hours=1))(_forget_finished)
        DBOS(config=_dbos_config(self._name))

        @DBOS.workflow(name="portions")
        def portions(name: str) -> None:
            for _ in range(PORTIONS):
                if not DBOS.run_step({"name": "portion"}, self._portion, name):
                    return

        @DBOS.workflow(name="tick")
        def tick(scheduled_at: dt.datetime, context: Any) -> None:
            for name in DBOS.run_step({"name": "due"}, self._due):
                DBOS.run_step({"name": "job"}, self._job, name)

        self._portions = portions
        DBOS.launch()
        DBOS.apply_schedules([{"schedule_name": "tick", "workflow_fn": tick, "schedule": TICK, "context": None}])

    def _portion(self, name: str) -> bool:
        """Do a portion and return whether to go on at once."""
        if self._stop.is_set() or not self._busy[name].acquire(blocking=False):
            return False
        try:
            return self._guarded(name, lambda: self._work[name].portion(self._stop), False) and not self._stop.is_set()
        finally:
            self._busy[name].release()

    def _due(self) -> list[str]:
        with reading():
            return self._guarded("jobs", jobs.due, [])

    def _job(self, name: str) -> str:
        if self._stop.is_set() or name not in jobs.scheduled_jobs():
            return "not now"
        return self._guarded(name, lambda: jobs.run(name), "failed")

    def _guarded(self, name: str, work: Callable[[], Result], otherwise: Result) -> Result:
        """Do `work` in an application context. DBOS would keep and log an error's words, which may be personal."""
        try:
            with self._app.app_context(), audit.acting_as("system"):
                return work()
        except Exception as error:
            log.error("%s failed: %s\n%s", name, type(error).__name__, frames(error))
            self._stop.wait(5.0)
            return otherwise

    # --- the main thread -------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Say that this worker is alive, and start what is ready."""
        try:
            with self._app.app_context():
                now = time.monotonic()
                if self._beaten is None or now - self._beaten >= BEAT:
                    health.beat(self._name)
                    commit()
                    self._beaten = now
                for name, work in self._work.items():
                    if not self._busy[name].locked() and work.ready():
                        DBOS.start_workflow(self._portions, name)
        except sa.exc.DBAPIError as error:
            # A database that is away for a while comes back; the heartbeat stops meanwhile, which /health shows.
            log.error("looking for work failed: %s", type(error).__name__)

    def _finish(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for name, busy in self._busy.items():
            if busy.acquire(timeout=max(0.0, deadline - time.monotonic())):
                self._work[name].close()
        DBOS.destroy(workflow_completion_timeout_sec=15)
        with self._app.app_context():
            db.session.execute(sa.delete(health.WorkerHeartbeat).where(health.WorkerHeartbeat.name == self._name))
            commit()


def _dbos_config(name: str) -> DBOSConfig:
    url = config.settings().database_url
    shared: DBOSConfig = {
        "name": "panel",
        "system_database_url": url,
        "executor_id": name,
        "application_version": VERSION,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
    if url.startswith("postgresql"):
        return {**shared, "sys_db_pool_size": 4}
    return {**shared, "system_database_engine": _sqlite_engine(url)}


def _sqlite_engine(url: str) -> sa.Engine:
    """Return an engine as DBOS would make it, but in the journal mode of the application."""
    engine = sa.create_engine(url, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _forget_finished() -> None:
    """Remove workflows that ended long ago."""
    before = (clock.now() - HISTORY).isoformat()
    while True:
        finished = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            end_time=before,
            limit=HISTORY_BATCH,
            load_input=False,
            load_output=False,
        )
        DBOS.delete_workflows([workflow.workflow_id for workflow in finished])
        if len(finished) < HISTORY_BATCH:
            return
