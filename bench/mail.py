"""Messages a second through a local SMTP server, and what is lost or doubled when the worker is killed on the way.

    python -m bench.mail --json                      10,000 messages on SQLite and on PostgreSQL
    python -m bench.mail --json --kill               and `kill -9` of the worker five times on the way
    python -m bench.mail --database sqlite --messages 3000 --kill 10

A message whose fate nobody can know after a kill is uncertain. An operator settles it, here by looking into the sink as
a person would look into the mail server's log; only after that is counted what was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from bench.serving import cpu_ms
from bench.sink import Sink


@dataclass
class Run:
    """One line of the result."""

    database: str
    messages: int
    per_second: float
    kills: int
    lost: int
    doubled: int
    uncertain: int
    #: Processor time a message, of the worker (the last one after kills) and of this process, which is the mail server.
    worker_cpu_ms: float
    sink_cpu_ms: float


#: Workers start from a process that has imported everything, so that being killed ten times takes seconds.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["bench.mail_app", "core.worker"])


@dataclass
class Installation:
    """An empty installation of its own: folder, database and the environment its processes get."""

    folder: Path
    environment: dict[str, str]

    def start_worker(self) -> BaseProcess:
        """Start what `flask worker` starts, in a process of its own."""
        worker = _processes.Process(target=_work, args=(self.environment, str(self.log)))
        worker.start()
        return worker

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"


def _work(environment: dict[str, str], log: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.environ.update(environment)
    from bench.mail_app import create_app
    from core.worker import Worker

    app = create_app()
    with app.app_context():
        Worker(app).run()


def measure(app: Flask, here: Installation, sink: Sink, messages: int, kills: int) -> Run:
    """Queue `messages`, let a worker send them, killing it `kills` times, and return what came of it."""
    from core.database import commit, db
    from mail.models import MessageState, OutboxMessage

    with app.app_context():
        from bench.mail_app import bench

        assert bench.queue_many((number,) for number in range(messages)) == messages
        commit()
        db.session.remove()
    before = time.process_time()
    killed, seconds, worker_ms = _send_all(app, here, sink, messages, kills)
    sink_ms = 1000 * (time.process_time() - before)
    with app.app_context():
        uncertain = _settle_by_hand(sink)
        if uncertain:
            # What the operator sent again goes out now.
            worker = here.start_worker()
            _wait_until_settled(app)
            _stop(worker)
        sent = sa.select(sa.func.count()).where(OutboxMessage.state == MessageState.SENT)
        assert db.session.scalar(sent) == messages
    lost = messages - len(sink.received)
    doubled = sum(count - 1 for count in sink.received.values())
    rate, each = round(messages / seconds, 1), [round(used / messages, 3) for used in (worker_ms, sink_ms)]
    return Run(db_name(here), messages, rate, killed, lost, doubled, uncertain, *each)


def db_name(here: Installation) -> str:
    return "postgresql" if here.environment["DATABASE_URL"].startswith("postgresql") else "sqlite"


def _send_all(app: Flask, here: Installation, sink: Sink, messages: int, kills: int) -> tuple[int, float, float]:
    """Return how often the worker was killed, the seconds from the first message to the last, and the last one's ms."""
    worker = here.start_worker()
    assert sink.wait_for(1, 120), here.log.read_text()
    began = time.monotonic()
    killed, used = 0, cpu_ms(worker.pid or 0)
    for number in range(1, kills + 1):
        # Anywhere within its share of the messages, so that no step of the work is spared.
        sink.wait_for(int(messages * (number - random.random() * 0.9) / (kills + 1)) + 1, 120)
        worker.kill()
        worker.join()
        killed += 1
        worker = here.start_worker()
        used = 0.0
    with app.app_context():
        _wait_until_settled(app)
    seconds = time.monotonic() - began
    used = cpu_ms(worker.pid or 0) - used
    _stop(worker)
    return killed, seconds, used


def _stop(worker: BaseProcess) -> None:
    worker.terminate()
    worker.join(90)
    assert worker.exitcode == 0


def _wait_until_settled(app: Flask) -> None:
    """Wait until nothing is queued or being sent."""
    from core.database import db, reading
    from mail.models import MessageState, OutboxMessage

    open_ones = sa.select(OutboxMessage.id).where(OutboxMessage.state.in_([MessageState.QUEUED, MessageState.SENDING]))
    limit = time.monotonic() + 60 * 2
    with reading():
        while db.session.scalar(open_ones.limit(1)) is not None:
            assert time.monotonic() < limit, "the messages were not sent"
            db.session.rollback()
            time.sleep(0.05)
        db.session.rollback()


def _settle_by_hand(sink: Sink) -> int:
    """Do as an operator does who looks into the mail server's log; return how many messages that took."""
    from core.database import commit, db
    from mail import settling
    from mail.models import MessageState, OutboxMessage

    rows = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.state == MessageState.UNCERTAIN)).all()
    for row in rows:
        settling.settle_by_hand(row, "sent" if row.message_id in sink.received else "again")
    commit()
    return len(rows)


@contextmanager
def installation(database: str, sink: Sink) -> Iterator[tuple[Flask, Installation]]:
    """Make an empty installation on `database` that sends to `sink`."""
    with tempfile.TemporaryDirectory(prefix="panel-bench-") as name, _database_url(database, Path(name)) as url:
        values = {
            "INSTANCE_PATH": name,
            "DATABASE_URL": url,
            "MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "MAIL_RATE": "1000000",
            "BASE_URL": "http://localhost",
        }
        here = Installation(Path(name), values)
        os.environ.update(values)
        from bench.mail_app import create_app
        from core.database import db

        app = create_app()
        with app.app_context():
            db.create_all()
            yield app, here
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _database_url(database: str, folder: Path) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{folder / 'panel.sqlite3'}"
        return
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield from _own_database(given)
        return
    from tools import postgres

    with postgres.temporary() as url:
        yield url


def _own_database(server: str) -> Iterator[str]:
    """Make a database on a server that is there already, and drop it afterwards."""
    url = sa.make_url("postgresql+psycopg://" + server.split("://", 1)[1])
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"bench_{random.getrandbits(48):012x}"
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.mail", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="default: both")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kill", type=int, nargs="?", const=5, default=0, metavar="TIMES", help="kill the worker")
    options = parser.parse_args()
    runs = []
    for database in options.database or ["sqlite", "postgresql"]:
        with Sink() as sink, installation(database, sink) as (app, here):
            runs.append(measure(app, here, sink, options.messages, options.kill))
    if options.json:
        print(json.dumps({"runs": [asdict(run) for run in runs]}))
    else:
        for run in runs:
            print(run)


if __name__ == "__main__":
    main()
