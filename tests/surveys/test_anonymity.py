"""The promise of an anonymous survey: given the whole database and the logs, no response leads to a member."""

from __future__ import annotations

import datetime as dt
import logging
import random

import pytest
import sqlalchemy as sa

from core import audit, clock
from core.database import db, is_postgresql
from panel import bands
from panel.models import Member
from surveys import jobs
from surveys.models import Fieldwork, Participation, Response, ResponseIntake
from surveys.queries import answering as queries
from surveys.queries.answering import GRACE
from surveys.services import answering, intake
from tests.factories.areas import make_areas
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.surveys import attacker, respondents

#: Enough people that guessing at random is right about once.
PEOPLE = 44


def submit(way, name: str) -> None:
    """Hand in answers that carry `name`, through the service, as the page does."""
    entry = queries.find_entry(way.token_hash)
    answering.begin(entry)
    said = {"q-ease": 4, "q-how": "2", "q-word": name}
    answering.keep(queries.find_visit(way.token_hash), lambda draft: draft.answers.update(said))
    answering.submit(queries.find_visit(way.token_hash), "ar" if int(name[6:]) % 11 == 0 else "en")
    db.session.commit()


@pytest.fixture
def survey(app):
    """A fieldwork most of whose invited people answered, in one order, with several moves on the way."""
    areas = [a for a in make_areas().values() if a.level == 2]
    members = [
        make_member(
            name=f"Person {i}",
            area=areas[i % 2],
            language="ar" if i % 11 == 0 else "en",
            answers={
                "sex": {"value": "female" if i % 3 else "male"},
                "date_of_birth": {"year": 1950 + 10 * (i % 5)},
            },
        )
        for i in range(PEOPLE)
    ]
    fieldwork = make_open_fieldwork()
    ways = invite(fieldwork, members)
    truth = dict(zip((f"person{i}" for i in range(PEOPLE)), (m.id for m in members), strict=True))
    order = list(range(PEOPLE - 3))
    random.Random(7).shuffle(order)
    for count, i in enumerate(order, 1):
        submit(ways[i], f"person{i}")
        if count in {10, 25}:
            jobs.move_answers()
    return fieldwork, truth


def _truth(truth: dict[str, int]) -> dict[str, int]:
    """Return response id -> member: known to the test alone, because every answer names its author."""
    return {
        row.id: truth[row.answers["q-word"]] for row in db.session.execute(sa.select(Response.id, Response.answers))
    }


def _assert_nothing_found(truth: dict[str, int]) -> None:
    real = _truth(truth)
    number = len(real)
    for name, way in attacker.ways().items():
        guesses = way()
        small = {r for r, members in guesses.items() if 0 < len(members) < 8 and real[r] in members}
        if name.startswith("order"):
            # Matching two random orders of n is right once on average; more than six has a chance of 1 in 12,000.
            assert len(small) <= 6, f"{name}: {len(small)} of {number} right"
        else:
            assert not small, f"{name}: {len(small)} of {number} narrowed to fewer than eight"


class TestWhileOpen:
    def test_no_query_links_a_stored_response_to_a_member(self, survey):
        _, truth = survey
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 25
        _assert_nothing_found(truth)

    def test_what_waits_is_sealed_and_padded_to_one_length(self, survey):
        payloads = db.session.scalars(sa.select(ResponseIntake.payload)).all()
        assert len(payloads) == PEOPLE - 3 - 25
        assert len({len(p) for p in payloads}) == 1
        assert not any(b"person" in p for p in payloads)

    def test_no_waiting_row_shares_its_transaction_with_one_member_alone(self, survey):
        if not is_postgresql():
            pytest.skip("SQLite keeps no transaction with a row")
        waiting = db.session.execute(sa.text("SELECT xmin::text, count(*) FROM response_intake GROUP BY 1")).all()
        assert all(number >= 8 for _, number in waiting), waiting


class TestAfterClosing:
    @pytest.fixture
    def closed(self, survey):
        fieldwork, truth = survey
        closes = fieldwork.closes_at
        fieldwork_id = fieldwork.id
        with clock.stopped_at(closes + GRACE):
            jobs.keep_timetable()
        assert db.session.get(Fieldwork, fieldwork_id).state == "closed"
        return fieldwork_id, truth

    def test_no_query_links_a_response_to_a_member(self, closed):
        _, truth = closed
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == PEOPLE - 3
        _assert_nothing_found(truth)

    def test_all_responses_share_one_day_and_one_transaction(self, closed):
        assert db.session.scalar(sa.select(sa.func.count(sa.distinct(Response.day)))) == 1
        if is_postgresql():
            assert db.session.scalar(sa.text("SELECT count(DISTINCT xmin::text) FROM response")) == 1
            done = sa.text("SELECT count(DISTINCT xmin::text) FROM participation")
            assert db.session.scalar(done) == 1

    def test_each_stored_combination_has_at_least_eight_people(self, closed):
        from collections import Counter

        rows = db.session.execute(sa.select(Response.bands, Response.language)).all()
        sizes = Counter((tuple(sorted(r.bands.items())), r.language) for r in rows)
        assert min(sizes.values()) >= 8
        assert any(r.bands for r in rows), "something is kept for analysis"

    def test_ids_are_new(self, survey):
        fieldwork, _ = survey
        before = set(db.session.scalars(sa.select(Response.id)))
        closes = fieldwork.closes_at
        with clock.stopped_at(closes + GRACE):
            jobs.keep_timetable()
        assert not before & set(db.session.scalars(sa.select(Response.id)))


class TestTheAttacker:
    """The tests above mean something only if the attacker finds what there is to find."""

    def test_sees_a_value_of_a_member_in_a_response(self, survey):
        _, truth = survey
        row = db.session.scalars(sa.select(Response).limit(1)).one()
        member_id = truth[row.answers["q-word"]]
        secret = db.session.scalar(sa.select(Member.seal_id).where(Member.id == member_id))
        row.answers = {**row.answers, "trace": secret}
        db.session.commit()
        assert attacker.by_equal_values()[row.id] == {member_id}

    def test_sees_profiles_that_are_too_fine(self, survey):
        _, truth = survey
        real = _truth(truth)
        profiles = bands.for_members(real.values())
        for row in db.session.scalars(sa.select(Response)).all():
            row.bands = profiles[real[row.id]]
        db.session.commit()
        assert min(len(members) for members in attacker.by_profile().values()) < 8

    def test_sees_what_one_transaction_wrote(self, survey):
        if not is_postgresql():
            pytest.skip("SQLite keeps no transaction with a row")
        _, truth = survey
        row = db.session.scalars(sa.select(Response).limit(1)).one()
        member_id = truth[row.answers["q-word"]]
        row.day = clock.today() - dt.timedelta(days=1)
        db.session.execute(sa.update(Participation).where(Participation.member_id == member_id).values(state="done"))
        row_id = row.id
        db.session.commit()
        assert attacker.by_transaction()[row_id] == {member_id}


class TestTheRecords:
    def test_sending_leaves_no_audit_row_and_no_log_line_with_more_than_the_route(self, app, caplog):
        fieldwork = make_open_fieldwork()
        way = invite(fieldwork, [make_member()])[0]
        slug = fieldwork.slug
        before = db.session.scalar(sa.select(sa.func.count()).select_from(audit.AuditEntry))
        with caplog.at_level(logging.DEBUG):
            respondents.answer(app.test_client(), way.token, slug)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(audit.AuditEntry)) == before
        text = caplog.text
        for secret in (way.token, way.token_hash, way.code, slug, "member"):
            assert secret not in text

    def test_a_participation_keeps_no_moment_of_being_done(self):
        names = {c.name for c in Participation.__table__.columns if isinstance(c.type, sa.types.TypeDecorator)}
        assert names == {"invited_at", "reminded_at"}

    def test_a_response_keeps_no_column_a_member_could_be_found_by(self):
        assert {c.name for c in Response.__table__.columns} == {
            "id",
            "fieldwork_id",
            "version_id",
            "mode",
            "language",
            "day",
            "answers",
            "bands",
            "sealed_bands",
            "pseudonym",
        }


class TestFewerThanEight:
    def test_are_stored_at_closing_with_nothing_about_anybody(self, app):
        fieldwork = make_open_fieldwork()
        members = [make_member(answers={"sex": {"value": "male"}}) for _ in range(3)]
        for i, way in enumerate(invite(fieldwork, members)):
            submit(way, f"person{i}")
        assert intake.move(fieldwork.id) == 0
        closes = fieldwork.closes_at
        with clock.stopped_at(closes + GRACE):
            jobs.keep_timetable()
        rows = db.session.scalars(sa.select(Response)).all()
        assert [(r.language, r.bands, r.sealed_bands) for r in rows] == [("und", {}, None)] * 3
