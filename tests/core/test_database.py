"""The database: moments keep their zone, settings that protect data are on, and one of two at a moment loses."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from accounts.models import RecoveryCode, Staff
from core import clock, database
from core.database import changed_by, db, insert_or_ignore, is_postgresql
from core.prepared import Prepared
from tests.factories.staff import make_staff


class TestMoments:
    def test_come_back_in_utc_whatever_zone_they_went_in(self, app):
        there = dt.datetime(2026, 7, 1, 12, 0, tzinfo=ZoneInfo("Europe/London"))
        staff = make_staff("analyst", created_at=there)
        db.session.expire_all()
        assert staff.created_at == there
        assert staff.created_at.utcoffset() == dt.timedelta(0)

    def test_without_a_zone_are_refused(self, app):
        with pytest.raises(sa.exc.StatementError, match="zone"):
            make_staff("analyst", created_at=dt.datetime(2026, 7, 1, 12, 0))  # noqa: DTZ001  the mistake under test
        db.session.rollback()


class TestConnection:
    def test_of_sqlite_waits_keeps_keys_and_overwrites_what_is_deleted(self, app):
        if is_postgresql():
            pytest.skip("settings of SQLite")
        pragmas = {
            name: db.session.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "secure_delete")
        }
        assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30000, "secure_delete": 1}

    def test_refuses_a_row_that_points_nowhere(self, app):
        db.session.add(RecoveryCode(staff_id=987654, code_hash="x"))
        with pytest.raises(sa.exc.IntegrityError):
            db.session.flush()
        db.session.rollback()


@pytest.mark.postgresql
class TestWhenPostgresqlRestarts:
    """Every connection the pool holds is cut, as by a restart of the server."""

    @pytest.fixture(autouse=True)
    def _only_there(self, app):
        if not is_postgresql():
            pytest.skip("SQLite has no server")

    def cut_all(self):
        db.session.remove()
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(db.engine.connect()).execute(sa.text("SELECT 1"))
        others = sa.create_engine(db.engine.url, poolclass=sa.NullPool)
        with others.connect() as connection:
            gone = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
            assert connection.scalar(sa.text(gone + "AND pid != pg_backend_pid()")) >= 3
        others.dispose()

    def test_a_connection_that_lay_idle_is_asked_first(self, app, monkeypatch):
        self.cut_all()
        monkeypatch.setattr(database, "_FRESH", 0.0)
        assert db.session.scalar(sa.text("SELECT 1")) == 1

    def test_a_prepared_statement_is_carried_out_even_at_that_very_moment(self, app, monkeypatch):
        self.cut_all()
        monkeypatch.setattr(database, "_FRESH", 3600.0)
        assert Prepared(sa.select(sa.literal(7))).first({})[0] == 7

    def test_one_that_writes_fails_once_and_the_next_does_not(self, app, monkeypatch):
        self.cut_all()
        monkeypatch.setattr(database, "_FRESH", 3600.0)
        with pytest.raises(sa.exc.DBAPIError):
            db.session.execute(sa.text("SELECT 1"))
        db.session.rollback()
        for _ in range(3):
            assert db.session.scalar(sa.text("SELECT 1")) == 1
            db.session.remove()


class TestAtOneMoment:
    def test_one_update_of_many_wins(self, app):
        staff_id = make_staff("analyst").id
        db.session.rollback()

        def use(_: int) -> int:
            with app.app_context():
                won = changed_by(
                    sa.update(Staff)
                    .where(Staff.id == staff_id, Staff.totp_last_step.is_(None))
                    .values(totp_last_step=1)
                )
                db.session.commit()
                return won

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(use, range(16))) == 1

    def test_one_insert_of_many_stays(self, app):
        def add(_: int) -> None:
            with app.app_context():
                values = {"name": "A", "email": "one@example.org", "language": "en", "seal_id": "s", "active": True}
                db.session.execute(insert_or_ignore(Staff.__table__).values(created_at=clock.now(), **values))
                db.session.commit()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(add, range(16)))
        assert db.session.scalar(sa.select(sa.func.count(Staff.id))) == 1
