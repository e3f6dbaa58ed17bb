"""From a plan to people drawn: fixed before, the same result however often, never half of it."""

from __future__ import annotations

import json
import threading

import pytest
import sqlalchemy as sa

from core import clock, tasks
from core.database import db
from core.tasks import Task, TaskState
from panel import queries
from panel.draws import people, planning, pools, quotas, work
from panel.draws.errors import (
    AnnounceError,
    FixedError,
    NoFiguresError,
    TooEarlyError,
    UnfinishedError,
    ValueTakenError,
)
from panel.lottery.audit import terms_hash
from panel.lottery.cli import verify_command
from panel.lottery.verifying import differences
from panel.models import DrawnPerson, DrawSecret, DrawSheet, DrawState, Member, Reply, Role
from panel.services import membership, targets
from tests.core.task_work import work_off
from tests.factories.draws import DAY, again, fixed, held, make_crowd, make_draw, published
from tests.factories.members import make_member


def ids(draw, role=Role.CHOSEN):
    return [p.member_id for p in people.list_people(draw.id) if p.role == role]


def latest(draw, kind):
    task = tasks.find_latest(kind, f"draw:{draw.id}")
    db.session.refresh(task)
    return task


@pytest.fixture
def crowd(app):
    make_crowd()


class TestQuotas:
    def test_mirror_the_population_within_so_many_seats(self, crowd):
        draw = make_draw(size=100, within=2)
        real = quotas.targets_of(draw, "sex")
        seats = 100 * real["female"] / sum(real.values())
        female = next(q for q in quotas.of(draw.id) if q.category == "female")
        assert female.least == int(seats - 2)
        assert female.most == int(seats + 2) + 1

    def test_come_from_the_figures_that_count_on_the_day(self, crowd):
        def of_women():
            return next(q for q in quotas.of(make_draw(size=100, within=0).id) if q.category == "female")

        def load(female, valid_from):
            system = next(area.code for area in queries.list_areas(1))
            lines = ["area,feature,category,count", *(f"{system},sex,{c},{n}" for c, n in female.items())]
            blocks = targets.read(lines, targets.Defaults("A count of our own", clock.today() - DAY))
            targets.load(blocks, "command", valid_from)
            db.session.commit()

        before = of_women().least
        load({"female": 10, "male": 90}, clock.today() + 7 * DAY)
        assert of_women().least == before, "figures of later do not count yet"
        with clock.stopped_at(clock.now() + 8 * DAY):
            assert (of_women().least, of_women().most) == (10, 10)

    def test_who_has_not_told_is_neither_shut_out_nor_counted(self, crowd):
        draw = make_draw()
        silent = [q for q in quotas.of(draw.id) if q.category == pools.NOT_SAID]
        assert {(q.feature, q.least, q.most) for q in silent} == {("age_band", 0, 20), ("sex", 0, 20)}

    def test_of_an_area_without_figures_cannot_be_written(self, crowd):
        from tests.factories.areas import make_areas

        with pytest.raises(NoFiguresError):
            make_draw(audience={"area_ids": [make_areas()["LLR-RUT-OAKHAM"].id]})

    def test_for_places_come_from_how_many_live_there(self, crowd):
        draw = make_draw(size=40, features=["area"])
        leicester = next(q for q in quotas.of(draw.id) if q.category == "E06000016")
        assert 10 <= leicester.least <= leicester.most <= 20


class TestCheck:
    def test_says_what_would_have_to_change(self, crowd):
        draw = make_draw()
        rows = {("age_band", "85+"): (19, 20)}
        quotas.change(draw, rows)
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        found = again(draw).findings
        assert not found["possible"]
        change = found["suggestions"][0]
        assert (change["category"], change["feature"]) == ("age_band", "85+")
        assert change["could_be_min"] < 19

    def test_of_a_possible_draw_leaves_nothing_to_change(self, crowd):
        draw = make_draw()
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        assert again(draw).findings["possible"]

    def test_counts_for_nothing_once_the_plan_has_changed(self, crowd):
        draw = make_draw()
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        draw = again(draw)
        planning.change(draw, size=30)
        assert draw.findings is None
        assert quotas.of(draw.id) == []

    def test_expecting_answers_asks_more_people_where_fewer_say_yes(self, crowd):
        draw = make_draw(within=1, responses={"feature": "sex", "rates": {"female": 80, "male": 40, "": 50}})
        draw = fixed(draw)
        rows = {(q.feature, q.category): q for q in quotas.of(draw.id)}
        female, male = rows[("sex", "female")], rows[("sex", "male")]
        assert draw.draw_size > 25
        assert male.draw_least > female.draw_most
        assert work.pool_of(draw).columns.keys() == {"age_band", "sex", "household"}


class TestFix:
    def test_publishes_all_that_decides_and_nobody(self, crowd):
        draw = fixed(make_draw())
        said = draw.commitment
        assert said["pool"] == {
            "people": draw.pool_people, "columns": ["age_band", "sex"], "household": "household",
            "sha256": draw.pool_sha256,
        }  # fmt: skip
        assert said["secret_sha256"] == draw.secret_sha256
        assert said["terms_sha256"] == terms_hash(said)
        assert said["source"].startswith("The six numbers")
        assert pools.opened(draw.id, "secret") not in json.dumps(said)

    def test_changes_nothing_afterwards(self, crowd):
        draw = fixed(make_draw())
        with pytest.raises(FixedError):
            planning.change(draw, size=3)
        with pytest.raises(FixedError):
            quotas.change(draw, {})
        assert again(draw).draw_size == 20

    def test_needs_a_day_nobody_knows_yet(self, crowd):
        with pytest.raises(AnnounceError):
            planning.ask_fix(make_draw(), "Numbers", clock.today())

    def test_needs_a_whole_plan(self, crowd):
        with pytest.raises(UnfinishedError):
            planning.ask_fix(planning.create("Half", None), "Numbers", clock.today() + DAY)

    def test_an_impossible_one_is_not_fixed(self, crowd):
        draw = make_draw()
        quotas.change(draw, {("age_band", "85+"): (19, 20)})
        draw = fixed(draw)
        assert draw.state == DrawState.PLANNED
        assert latest(draw, planning.FIX).state == TaskState.FAILED
        assert db.session.get(DrawSecret, draw.id) is None

    def test_leaves_out_who_has_been_asked_enough(self, crowd):
        from panel.services import asking as asks

        draw = make_draw()
        meant, free = pools.counts(draw)
        tired = list(db.session.scalars(pools.askable(draw).order_by(Member.id).limit(10)))
        for n in (1, 2):
            asks.ask(tired, clock.today() - DAY, kind="survey", source=f"fieldwork:{n}")
        db.session.commit()
        assert pools.counts(draw) == (meant, free - 10)
        assert fixed(draw).pool_people == free - 10


class TestHold:
    def test_chooses_as_many_as_asked_within_every_quota(self, crowd):
        draw = held(make_draw())
        assert draw.state == DrawState.DRAWN
        assert len(ids(draw)) == 20
        sheet = db.session.get(DrawSheet, (draw.id, 0))
        assert all(row["kept"] for row in sheet.public["draws"][0]["makeup"])

    def test_probabilities_are_those_of_the_engine(self, crowd):
        from panel.lottery.engine import draw as engine_draw

        draw = held(make_draw())
        rows = quotas.for_engine(quotas.of(draw.id), drawn=True)
        own = engine_draw(work.pool_of(draw), rows, 20, "leximin", work.seed_of(draw), pools.HOUSEHOLD)
        key = pools.opened(draw.id, "key")
        found = {pools.number(key, "p", p.member_id): p.probability for p in people.list_people(draw.id)}
        assert set(found) == set(own.selected[0])
        assert found == {number: pytest.approx(own.probabilities[number], abs=1e-12) for number in found}
        assert draw.figures["min_probability"] == own.min_probability

    def test_cannot_be_tried_with_a_second_value(self, crowd):
        draw = fixed(make_draw())
        task = planning.ask_hold(draw, "4 8 15")
        db.session.commit()
        tasks.cancel(task)
        db.session.commit()
        with pytest.raises(ValueTakenError):
            planning.ask_hold(draw, "something luckier")
        db.session.rollback()
        planning.ask_hold_again(planning.get(draw.id))
        db.session.commit()
        work_off()
        assert again(draw).public_value == "4 8 15"
        assert again(draw).state == DrawState.DRAWN

    def test_not_before_the_value_can_be_known(self, crowd):
        draw = fixed(make_draw())
        with clock.stopped_at(clock.now() - DAY), pytest.raises(TooEarlyError):
            planning.ask_hold(draw, "4 8 15")

    def test_two_people_at_one_moment_hold_it_once(self, crowd, app):
        draw_id, gate, outcomes = fixed(make_draw()).id, threading.Barrier(2), []
        db.session.rollback()

        def press(value: str) -> None:
            with app.app_context():
                gate.wait()
                try:
                    planning.ask_hold(planning.get(draw_id), value)
                    db.session.commit()
                    outcomes.append(value)
                except (ValueTakenError, tasks.AlreadyRunningError):
                    db.session.rollback()

        threads = [threading.Thread(target=press, args=(value,)) for value in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outcomes) == 1
        work_off()
        assert planning.get(draw_id).public_value == outcomes[0]
        assert len(ids(planning.get(draw_id))) == 20

    def test_stopped_in_the_middle_keeps_nothing_and_comes_out_the_same_later(self, crowd, monkeypatch):
        draw = fixed(make_draw())
        planning.ask_hold(draw, "4 8 15")
        db.session.commit()
        real = people.add

        def stop_then_add(*args):
            real(*args)
            raise RuntimeError("the power went")

        monkeypatch.setattr(work, "add", stop_then_add)
        work_off()
        draw = again(draw)
        assert draw.state == DrawState.FIXED
        assert people.list_people(draw.id) == []
        monkeypatch.setattr(work, "add", real)
        planning.ask_hold_again(draw)
        db.session.commit()
        work_off()
        assert again(draw).state == DrawState.DRAWN

    def test_housemates_are_not_chosen_together(self, app):
        from tests.factories.areas import make_areas

        make_areas()
        home = {"address": "10 High Street, Leicester", "route": "post"}
        for _ in range(6):
            make_member(**home, answers={"sex": {"value": "female"}})
            make_member(**home, answers={"sex": {"value": "male"}})
        others = [
            make_member(address=f"{n} Low Lane", route="post", answers={"sex": {"value": "male"}}).id for n in range(3)
        ]
        draw = held(make_draw(size=4, features=["sex"], within=4))
        assert len(set(ids(draw)) & set(others)) == 3

    def test_who_left_in_between_counts_as_having_said_no(self, crowd):
        draw = fixed(make_draw(size=100, within=8))
        for member in db.session.scalars(sa.select(Member).where(Member.state == "active").limit(60)).all():
            membership.leave(member, "en")
        db.session.commit()
        planning.ask_hold(draw, "4 8 15")
        db.session.commit()
        work_off()
        gone = set(db.session.scalars(sa.select(Member.id).where(Member.state == "left")))
        drawn = [p for p in people.list_people(draw.id) if p.member_id in gone]
        assert drawn
        assert {p.reply for p in drawn} == {Reply.DECLINED}

    def test_reserves_stand_ready_in_order_and_were_not_chosen(self, crowd):
        draw = held(make_draw(reserves=5))
        assert len(ids(draw, Role.RESERVE)) == 5
        assert not set(ids(draw)) & set(ids(draw, Role.RESERVE))


class TestSheet:
    def test_can_be_verified_with_and_without_the_pool(self, crowd, tmp_path):
        from click.testing import CliRunner

        draw = published(make_draw())
        row = db.session.get(DrawSheet, (draw.id, 0))
        audit_file, pool_file = tmp_path / "audit.json", tmp_path / "pool.csv"
        audit_file.write_text(json.dumps(row.public | {"sealed": row.whole}))
        pool_file.write_text(pools.opened(draw.id, "pool"))
        run = CliRunner().invoke(verify_command, [str(audit_file), "--pool", str(pool_file)])
        assert (run.exit_code, run.output.strip()) == (0, "OK")
        assert CliRunner().invoke(verify_command, [str(audit_file)]).exit_code == 0
        assert differences(row.public | {"sealed": row.whole}, work.pool_of(draw)) == []
        assert row.public["terms_sha256"] == draw.commitment["terms_sha256"]

    def test_no_small_group_stands_in_it(self, crowd):
        draw = published(make_draw())
        public = db.session.get(DrawSheet, (draw.id, 0)).public
        assert min(row["people"] for row in public["chances"]) >= 8
        assert all(
            row["count"] is None or row["count"] == 0 or row["count"] >= 8 for row in public["draws"][0]["makeup"]
        )
        assert "types" not in public

    def test_numbers_lead_to_nobody_without_the_key(self, crowd):
        draw, other = fixed(make_draw()), fixed(make_draw())
        numbers = set(work.pool_of(draw).ids)
        assert len(numbers) == draw.pool_people
        assert not numbers & set(work.pool_of(other).ids)


class TestReplace:
    def decline(self, draw, count):
        for member_id in ids(draw)[:count]:
            people.answer(draw, member_id, Reply.DECLINED)
        db.session.commit()

    def test_reserves_are_called_in_order_where_they_fit(self, crowd):
        draw = published(make_draw(reserves=10, within=4))
        waiting = ids(draw, Role.RESERVE)
        self.decline(draw, 1)
        planning.ask_replace(draw, "reserve")
        db.session.commit()
        work_off()
        called = ids(draw, Role.REPLACEMENT)
        assert len(called) == 1
        assert called[0] in waiting
        assert people.missing(planning.get(draw.id)) == 0

    def test_a_lottery_finds_people_given_everybody_who_has_not_said_no(self, crowd):
        draw = published(make_draw(within=4))
        self.decline(draw, 3)
        planning.ask_replace(draw, "lottery")
        db.session.commit()
        work_off()
        found = [p for p in people.list_people(draw.id) if p.role == Role.REPLACEMENT]
        assert len(found) == 3
        assert people.missing(planning.get(draw.id)) == 0
        assert db.session.get(DrawSheet, (draw.id, 1)).kind == "replacements"

    def test_nobody_is_drawn_when_nobody_said_no(self, crowd):
        draw = published(make_draw())
        planning.ask_replace(draw, "lottery")
        db.session.commit()
        work_off()
        assert latest(draw, planning.REPLACE).state == TaskState.FAILED

    def test_who_was_replaced_cannot_come_back(self, crowd):
        draw = published(make_draw(within=4))
        first = ids(draw)[0]
        self.decline(draw, 1)
        planning.ask_replace(draw, "lottery")
        db.session.commit()
        work_off()
        with pytest.raises(work.NotNowError):
            people.answer(planning.get(draw.id), first, Reply.YES)


class TestCancel:
    def test_stops_the_work_and_leaves_a_trace(self, crowd):
        draw = fixed(make_draw())
        planning.ask_hold(draw, "4 8 15")
        db.session.commit()
        planning.cancel(planning.get(draw.id), "The event was called off.")
        db.session.commit()
        assert work_off() == 0
        draw = again(draw)
        assert (draw.state, draw.cancel_reason) == (DrawState.CANCELLED, "The event was called off.")
        assert db.session.scalar(sa.select(Task.state).order_by(Task.id.desc())) == TaskState.CANCELLED
        assert db.session.scalars(sa.select(DrawnPerson)).all() == []
