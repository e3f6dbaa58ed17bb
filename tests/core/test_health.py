import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock, health
from core.database import commit, db


def answer(client):
    response = client.get("/health")
    return response.status_code, response.json


def worker_beat(ago: dt.timedelta = dt.timedelta(0)) -> None:
    with clock.stopped_at(clock.now() - ago):
        health.beat("worker-1")
    commit()


@pytest.fixture
def up_to_date(app, monkeypatch):
    # Tables of the tests are made from the models, not by migrations.
    monkeypatch.setitem(health._CHECKS, "migrations", lambda: True)


@pytest.mark.usefixtures("up_to_date")
class TestHealth:
    def test_is_well_when_all_three_are(self, client):
        worker_beat()
        assert answer(client) == (200, {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"})

    def test_calls_a_worker_that_was_never_heard_of_starting_at_first(self, client, monkeypatch):
        monkeypatch.setattr(health, "GRACE", float("inf"))
        assert answer(client) == (
            503,
            {"status": "starting", "database": "ok", "migrations": "ok", "worker": "starting"},
        )

    def test_calls_it_failed_once_it_had_the_time_to_start(self, client, monkeypatch):
        monkeypatch.setattr(health, "GRACE", 0.0)
        assert answer(client) == (503, {"status": "failed", "database": "ok", "migrations": "ok", "worker": "failed"})

    def test_notices_that_a_worker_has_fallen_silent(self, client, monkeypatch):
        monkeypatch.setattr(health, "GRACE", 0.0)
        worker_beat(health.SILENCE + dt.timedelta(seconds=1))
        assert answer(client)[1]["worker"] == "failed"
        worker_beat(health.SILENCE - dt.timedelta(seconds=10))
        assert answer(client)[1]["worker"] == "ok"

    def test_answers_even_when_the_database_does_not(self, client, monkeypatch):
        def broken():
            db.session.execute(sa.text("SELECT * FROM no_such_table"))

        monkeypatch.setitem(health._CHECKS, "database", broken)
        worker_beat()
        status, words = answer(client)
        assert (status, words["status"], words["database"], words["worker"]) == (503, "failed", "failed", "ok")


class TestMigrations:
    def test_a_database_that_is_not_up_to_date_is_not_well(self, client):
        worker_beat()
        status, words = answer(client)
        assert (status, words["status"], words["migrations"]) == (503, "failed", "failed")
