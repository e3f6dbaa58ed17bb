"""The worker killed in the middle of a draw leaves no half draw, and another one makes the same draw."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from core import clock, tasks
from core.audit import AuditEntry
from core.database import db
from core.task_runner import LEASE
from core.tasks import Task, TaskState
from panel.draws import people, planning, pools, quotas, work
from panel.models import Draw, DrawnPerson, DrawSheet, DrawState, Role
from tests.core.test_jobs import ROOT, until, worker
from tests.factories.draws import again, fixed, make_crowd, make_draw

#: A real worker, but for the moment at which it dies: people and sheets are written and not yet committed.
_DIES_IN_THE_MIDDLE = """
import os, signal
import sqlalchemy as sa
import app as application
from core.worker import Worker
from panel.models import DrawSheet
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
sa.event.listen(DrawSheet, "after_insert", die)
Worker(application.create_app()).run()
"""


def killed_worker(app) -> subprocess.CompletedProcess[str]:
    settings = app.extensions["settings"]
    environ = {
        **os.environ,
        "DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "INSTANCE_PATH": str(settings.instance_path),
        "MAIL_URL": settings.mail_url,
        "WORKER_NAME": "worker-killed",
    }
    command = [sys.executable, "-c", _DIES_IN_THE_MIDDLE]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=240, check=False)


def left_behind(draw_id: int) -> tuple[str, int, int, int]:
    """Return the state, and how many people, sheets and words of a draw in the record of changes there are."""
    db.session.rollback()
    db.session.expire_all()
    held = sa.select(sa.func.count()).select_from(AuditEntry)
    held = held.where(AuditEntry.action == "draw.held", AuditEntry.subject == f"draw:{draw_id}")
    return (
        db.session.get_one(Draw, draw_id).state,
        db.session.query(DrawnPerson).filter_by(draw_id=draw_id).count(),
        db.session.query(DrawSheet).filter_by(draw_id=draw_id).count(),
        db.session.scalar(held) or 0,
    )


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_draw_leaves_no_half_and_another_makes_the_same_draw(app):
    make_crowd()
    draw = fixed(make_draw(reserves=4))
    draw_id = draw.id
    planning.ask_hold(draw, "4 8 15 16 23 42")
    db.session.commit()
    db.session.remove()

    died = killed_worker(app)
    assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr
    assert left_behind(draw_id) == (DrawState.FIXED, 0, 0, 0)
    task = tasks.find_latest(planning.HOLD, f"draw:{draw_id}")
    assert (task.state, task.lease_owner, task.attempts) == (TaskState.RUNNING, "worker-killed", 1)
    # The lease of the dead runs out by itself; here it need not be waited for.
    db.session.execute(sa.update(Task).where(Task.id == task.id).values(lease_until=clock.now() - LEASE))
    db.session.commit()
    db.session.remove()

    with worker(app, "worker-other"):
        until(lambda: db.session.get_one(Draw, draw_id).state == DrawState.DRAWN, seconds=120)
    assert left_behind(draw_id) == (DrawState.DRAWN, 24, 2, 1)
    db.session.refresh(task := tasks.find_latest(planning.HOLD, f"draw:{draw_id}"))
    assert (task.state, task.attempts) == (TaskState.DONE, 2)
    assert chosen_numbers(draw_id) == lots(draw_id), "who dies before the end has no second try at the lots"


def chosen_numbers(draw_id: int) -> set[str]:
    key = pools.opened(draw_id, "key")
    found = people.list_people(draw_id)
    return {pools.number(key, "p", person.member_id) for person in found if person.role == Role.CHOSEN}


def lots(draw_id: int) -> set[str]:
    """Return whom the published pool, quotas and seed choose, worked out here."""
    from panel.lottery.engine import draw as engine_draw

    draw = again(planning.get(draw_id))
    rows = quotas.for_engine(quotas.of(draw_id), drawn=True)
    made = engine_draw(work.pool_of(draw), rows, draw.draw_size, draw.algorithm, work.seed_of(draw), pools.HOUSEHOLD)
    return set(made.selected[0])
