"""Statements given to the driver directly: what they read and write is what SQLAlchemy would read and write."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from accounts.models import Staff
from core import clock, database, prepared
from core.database import db
from core.prepared import Prepared, together
from surveys.models import Fieldwork
from tests.factories.staff import make_staff
from tests.factories.surveys import make_fieldwork
from tests.support.queries import recorded

_staff = Staff.__table__
NAME = Prepared(sa.select(_staff.c.name).where(_staff.c.email == sa.bindparam("email")))
RENAME = Prepared(sa.update(_staff).where(_staff.c.email == sa.bindparam("of")).values(name=sa.bindparam("to")))
TAKE_NAME = Prepared(
    sa.update(_staff).where(_staff.c.name != "Zoe").values(name="Zoe").returning(_staff.c.email, _staff.c.created_at)
)
OF = "a@example.org"


@pytest.fixture
def asha(app):
    staff = make_staff("analyst", email=OF, name="Asha")
    db.session.commit()
    db.session.remove()
    return staff


def name_in_the_database():
    with database.reading(), db.engine.connect() as connection:
        return connection.scalar(sa.select(_staff.c.name))


class TestAlone:
    def test_reads_what_is_committed_and_leaves_the_session_alone(self, asha):
        assert tuple(NAME.first({"email": OF})) == ("Asha",)
        assert NAME.first({"email": "b@example.org"}) is None
        assert not db.session.registry.has()

    def test_what_it_writes_is_committed(self, asha):
        assert RENAME.change({"of": OF, "to": "Ben"}) == 1
        assert not db.session.registry.has()
        assert name_in_the_database() == "Ben"

    def test_says_that_it_met_no_row(self, asha):
        assert RENAME.change({"of": "b@example.org", "to": "Ben"}) == 0

    def test_values_have_the_types_of_their_columns(self, asha):
        email, created_at = TAKE_NAME.first({})
        assert email == OF
        assert created_at.tzinfo == dt.UTC
        assert abs(clock.now() - created_at) < dt.timedelta(minutes=5)

    def test_reads_lists_and_moments_as_the_model_does(self, app):
        fieldwork = make_fieldwork()
        db.session.commit()
        table = Fieldwork.__table__
        columns = [table.c[name] for name in ("languages", "audience", "opens_at", "link_key")]
        read = Prepared(sa.select(*columns).where(table.c.id == sa.bindparam("id")))
        expected = (fieldwork.languages, fieldwork.audience, fieldwork.opens_at, fieldwork.link_key)
        db.session.rollback()
        assert tuple(read.first({"id": fieldwork.id})) == expected

    def test_refuses_what_the_database_refuses_and_goes_on(self, asha):
        make_staff("analyst", email="b@example.org")
        db.session.commit()
        db.session.remove()
        same = Prepared(sa.update(_staff).values(email=sa.bindparam("email")))
        with pytest.raises(db.engine.dialect.loaded_dbapi.IntegrityError):
            same.change({"email": "c@example.org"})
        assert tuple(NAME.first({"email": OF})) == ("Asha",)

    def test_leaves_no_connection_that_commits_by_itself(self, asha):
        NAME.first({"email": OF})
        db.session.execute(sa.update(Staff).values(name="Ben"))
        db.session.rollback()
        assert name_in_the_database() == "Asha"


class TestWithinTheSession:
    def test_sees_what_the_session_has_begun_and_is_taken_back_with_it(self, asha):
        db.session.execute(sa.update(Staff).values(name="Ben"))
        assert tuple(NAME.first({"email": OF})) == ("Ben",)
        assert RENAME.change({"of": OF, "to": "Cy"}) == 1
        db.session.rollback()
        assert name_in_the_database() == "Asha"

    def test_together_leaves_the_commit_to_the_session(self, asha):
        db.session.execute(sa.update(Staff).values(name="Ben"))
        with together():
            RENAME.change({"of": OF, "to": "Cy"})
        db.session.rollback()
        assert name_in_the_database() == "Asha"


class TestTogether:
    def test_is_committed_at_its_end(self, asha):
        with together():
            RENAME.change({"of": OF, "to": "Ben"})
            assert tuple(NAME.first({"email": OF})) == ("Ben",)
            assert name_in_the_database() == "Asha"
        assert name_in_the_database() == "Ben"

    def test_an_error_takes_all_of_it_back(self, asha):
        def fail():
            with together():
                RENAME.change({"of": OF, "to": "Ben"})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert name_in_the_database() == "Asha"
        assert RENAME.change({"of": OF, "to": "Cy"}) == 1
        assert name_in_the_database() == "Cy"

    def test_an_error_at_the_commit_leaves_nothing_begun(self, asha, monkeypatch):
        run = prepared._Way.run

        def refuse(self, text, bound=()):
            if text == "COMMIT":
                raise db.engine.dialect.loaded_dbapi.OperationalError("the disk is full")
            return run(self, text, bound)

        def change():
            with together():
                RENAME.change({"of": OF, "to": "Ben"})

        monkeypatch.setattr(prepared._Way, "run", refuse)
        with pytest.raises(db.engine.dialect.loaded_dbapi.OperationalError):
            change()
        monkeypatch.undo()
        assert name_in_the_database() == "Asha"
        change()
        assert name_in_the_database() == "Ben"


def test_tests_that_count_queries_see_them(asha):
    with recorded() as seen:
        NAME.first({"email": OF})
        RENAME.change({"of": OF, "to": "Ben"})
    assert [s.split()[0] for s in seen.statements] == ["SELECT", "UPDATE"]
    assert len(seen.writes) == 1
    assert prepared.listeners == []


def test_it_is_told_to_sqlite_to_write_at_once(asha):
    with database.reading():
        assert RENAME.change({"of": OF, "to": "Ben"}) == 1
    assert name_in_the_database() == "Ben"
