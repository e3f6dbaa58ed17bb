from collections import Counter

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import bands, contact, demo, imports, profiles, queries
from panel.audience import members_where
from panel.demo.loading import population
from panel.models import AttitudeAnswer, Member, MemberImport, MemberState
from panel.representation import comparing, groups
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.staff import make_staff
from tests.support.queries import recorded


class TestPeople:
    def test_are_the_same_for_the_same_seed(self, app):
        make_areas()
        once, again, other = (list(demo.people(30, seed, population())) for seed in (7, 7, 8))
        assert [p.details for p in once] == [p.details for p in again]
        assert [p.details for p in once] != [p.details for p in other]

    def test_miss_the_young_and_lean_to_the_old_as_real_panels_do(self, app):
        system = make_areas()["E54000015"].id
        crowd = list(demo.people(4000, 7, population()))
        said = Counter(bands.from_answers(p.answers, clock.today())["age_band"] for p in crowd if p.answers)
        drawn = sum(n for band, n in said.items() if band in bands.FEATURES["age_band"].categories)
        real = queries.population(system, "age_band")

        def shares(*wanted):
            return sum(said[b] for b in wanted) / drawn, sum(real[b] for b in wanted) / sum(real.values())

        young, young_real = shares("16-19", "20-24")
        old, old_real = shares("65-74", "75-84")
        assert young < 0.7 * young_real
        assert old > 1.2 * old_real

    def test_come_from_every_ethnic_group_and_place(self, app):
        areas = make_areas()
        crowd = list(demo.people(3000, 7, population()))
        groups = {bands.from_answers(p.answers, clock.today())["ethnic_group_19"] for p in crowd}
        assert len(groups & set(bands.FEATURES["ethnic_group_19"].categories)) >= 17
        assert {p.details["area"] for p in crowd} == {a.id for a in areas.values() if a.level == 3}


class TestLoad:
    def test_writes_people_who_are_sealed_like_real_ones(self, app):
        assert demo.load(300, 7) == 300
        db.session.commit()
        member = db.session.scalars(sa.select(Member).where(Member.route == "email").limit(1)).one()
        opened = contact.open_contact(member)
        assert opened.email.endswith("@example.org")
        assert queries.find_member_by_email(opened.email).id == member.id
        profile = queries.find_profile(member.id)
        assert bands.from_answers(profiles.open_answers(member, profile), clock.today())["sex"] == profile.sex
        assert b"value" not in profile.answers
        chosen = set(db.session.scalars(members_where({})))
        active = set(db.session.scalars(sa.select(Member.id).where(Member.state == MemberState.ACTIVE)))
        assert chosen == active

    def test_does_nothing_twice(self, app):
        demo.load(20, 7)
        assert demo.load(20, 7) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 20

    def test_lets_the_next_member_in(self, app):
        demo.load(20, 7)
        db.session.commit()
        assert make_member().id > 20

    def test_takes_no_query_for_each_person(self, app):
        make_areas()
        with recorded() as recorder:
            demo.load(500, 7)
        assert recorder.count < 60


class TestMirror:
    def test_everything_the_panel_is_compared_by_and_both_lists_are_there(self, app):
        demo.load(400, 7)
        staff = make_staff("panel_manager").id
        demo.load_recruiting()
        demo.load_over_time(staff)
        demo.load_mirror(staff, 7)
        db.session.commit()
        made = comparing.compare()
        trust = next(t for t in made.tables if t.feature.startswith("attitude:"))
        assert trust.has_targets
        assert sum(line.stages["panel"].count or 0 for line in trust.lines) > 100
        assert next(t for t in made.tables if t.feature == "group:stage-of-life").has_targets
        states = Counter(db.session.scalars(sa.select(Member.state)))
        assert states["left"] >= 2
        assert states["lapsed"] >= 1
        lists = list(db.session.scalars(sa.select(MemberImport).order_by(MemberImport.id)))
        assert [each.state for each in lists] == ["done", "checked"]
        assert [imports.counts(each) for each in lists] == [
            {"accepted": 4, "refused": 1},
            {"accepted": 2, "refused": 2},
        ]
        for group in queries.list_groups():
            if group.mirrors != "none":
                assert groups.compare(group).tables, group.key
        member = db.session.scalars(sa.select(Member).join(AttitudeAnswer).limit(1)).one()
        said = profiles.open_answers(member, queries.find_profile(member.id))
        answer = db.session.scalars(sa.select(AttitudeAnswer).where(AttitudeAnswer.member_id == member.id)).one()
        assert said[trust.feature]["value"] == answer.category
