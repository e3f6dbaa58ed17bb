"""Numbers kept for pages: counted while others write, and put in place of what was there."""

import sqlalchemy as sa

from core.database import db, is_postgresql
from core.health import WorkerHeartbeat
from panel import kept
from panel.jobs import count_panel
from panel.representation import keeping
from surveys.jobs import count_calendar
from surveys.queries import calendar
from tests.factories.areas import make_areas
from tests.factories.members import make_member


def others_can_write():
    with db.engine.connect() as other:
        if not is_postgresql():
            other.exec_driver_sql("PRAGMA busy_timeout=0")
        other.execute(sa.delete(WorkerHeartbeat))
        other.rollback()


class TestRenew:
    def test_others_can_write_while_the_panel_and_the_calendar_are_counted(self, app, monkeypatch):
        make_areas()
        make_member()
        counted = []

        def watching(real):
            def look(*args):
                found = real(*args)
                others_can_write()
                counted.append(real.__name__)
                return found

            return look

        monkeypatch.setattr(keeping, "_count", watching(keeping._count))
        monkeypatch.setattr(calendar, "_burden", watching(calendar._burden))
        for job in (count_panel, count_calendar):
            db.session.commit()  # a job begins with nothing begun
            job()
        assert counted == ["_count", "_burden"]
        assert kept.find("panel").data
        assert kept.find("asking").data

    def test_nothing_is_counted_where_nothing_has_changed(self, app, monkeypatch):
        make_areas()
        make_member()
        count_panel()
        before = kept.find("panel").data
        monkeypatch.setattr(keeping, "_count", lambda: 1 / 0)
        count_panel()
        assert kept.find("panel").data == before
