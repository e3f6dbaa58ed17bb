"""The pages on how like its population the panel is: what they show, hide, download and cost."""

import csv
import datetime as dt
import io
import zipfile

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from panel import jobs
from panel.models import DepartureTally, KeptCount, Member
from panel.representation import comparing, counting, keeping, recruiting, whole
from panel.representation.comparing import OWN_CATEGORY
from panel.services import departures, membership
from surveys.models import Participation, ResultsSnapshot
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.recruiting import make_channel, make_partner
from tests.factories.staff import sign_in
from tests.factories.surveys import make_fieldwork
from tests.support.queries import at_most


@pytest.fixture
def manager(client):
    return sign_in(client, "panel_manager")


def people(count, area=None, sex="female", **columns):
    answers = {"sex": {"value": sex}} if sex else {}
    return [make_member(area=area, answers=answers, **columns) for _ in range(count)]


def table(made, feature):
    return next(t for t in made.tables if t.feature == feature)


def line(made, feature, category):
    return next(x for x in table(made, feature).lines if x.category == category)


def answered(members, done, *, final=True):
    fieldwork = make_fieldwork(state="closed", closed_at=clock.now())
    for number, member in enumerate(members):
        state = "done" if number < done else "invited"
        db.session.add(
            Participation(
                fieldwork_id=fieldwork.id, member_id=member.id, state=state, invited_at=clock.now(),
                token_hash=f"t{fieldwork.id}-{number}", code_index=f"c{fieldwork.id}-{number}",
            )
        )  # fmt: skip
    db.session.add(
        ResultsSnapshot(fieldwork_id=fieldwork.id, responses=done, final=final, made_on=clock.today(), data={})
    )
    db.session.commit()


class TestCompare:
    def test_puts_population_panel_invited_and_responded_side_by_side(self, app):
        areas = make_areas()
        members = people(30, areas["E06000016"]) + people(20, areas["E07000129"], "male")
        answered(members, done=30)
        made = comparing.compare()
        women = line(made, "sex", "female")
        assert (women.population, {s: f.count for s, f in women.stages.items()}) == (
            464_940, {"panel": 30, "invited": 30, "responded": 30},
        )  # fmt: skip
        assert women.stages["panel"].share == 0.6
        assert women.stages["panel"].low < 0.6 < women.stages["panel"].high
        assert women.stages["panel"].difference == pytest.approx(0.6 - women.population_share)
        assert line(made, "sex", "male").stages["responded"].count == 0

    def test_counts_a_survey_only_when_its_results_are_final_and_eight_answered(self, app):
        make_areas()
        members = people(20)
        answered(members, done=10, final=False)
        answered(members, done=7)
        assert line(comparing.compare(), "sex", "female").stages["invited"].count == 0

    def test_leaves_out_who_has_not_joined_yet_or_has_left(self, app):
        make_areas()
        people(10)
        people(10, state="applied")
        people(10, state="left")
        assert comparing.compare().everybody["panel"] == 10

    def test_counts_by_area_what_lies_inside(self, app):
        areas = make_areas()
        people(12, areas["E07000129"])
        people(20, areas["E06000016"])
        assert comparing.compare(areas["E10000018"].id).everybody["panel"] == 10
        assert comparing.compare(areas["E07000129"].id).everybody["panel"] == 10
        assert line(comparing.compare(), "area", "E06000016").stages["panel"].count == 20

    def test_a_place_that_is_hidden_still_counts_in_the_shares_of_the_others(self, app):
        areas = make_areas()
        people(60, areas["E06000016"])
        people(80, areas["E10000018"])
        people(3, areas["E06000017"])
        made = comparing.compare()
        assert [line(made, "area", code).stages["panel"].count for code in ("E06000016", "E06000017")] == [None, None]
        county = line(made, "area", "E10000018").stages["panel"]
        assert (county.count, county.share) == (80, pytest.approx(80 / 145))

    def test_prefer_not_to_say_is_left_out_or_a_category_of_its_own(self, app):
        make_areas()
        people(40)
        people(10, sex="prefer_not_to_say")
        people(50, sex=None)
        assert line(comparing.compare(), "sex", "female").stages["panel"].share == 1
        own = comparing.compare(unsaid=OWN_CATEGORY)
        assert line(own, "sex", "female").stages["panel"].share == 0.8
        assert line(own, "sex", "prefer_not_to_say").stages["panel"].count == 10
        assert line(own, "sex", "prefer_not_to_say").population is None
        assert table(own, "sex").not_answered["panel"] == 50

    def test_crosses_age_and_sex(self, app):
        make_areas()
        born = {"date_of_birth": {"year": clock.today().year - 40, "month": 1, "day": 1}}
        for _ in range(20):
            make_member(answers=born | {"sex": {"value": "female"}})
        made = comparing.compare()
        assert line(made, "age_band*sex", "35-44*female").stages["panel"].count == 20
        assert table(made, "age_band*sex").dissimilarity["panel"] > 0.8


class TestMeasure:
    def measured(self):
        made = comparing.compare()
        return whole.measure(made.kept.counted, made.figures, made.catalogue, made.shown.geography)

    def test_is_silent_while_the_panel_is_too_small(self, app):
        make_areas()
        people(7)
        assert self.measured() is None

    def test_tells_the_effective_size_and_who_is_missing(self, app):
        areas = make_areas()
        people(40, areas["E06000016"])
        people(20, areas["E10000018"], "male")
        found = self.measured()
        assert found.size == 60
        assert 0 < found.effective < 60
        assert found.design_effect > 1
        assert ("area", "E06000017") in found.missing
        assert 0 < found.r.comparable < found.r.r <= 1

    def test_tells_how_evenly_the_invited_answered(self, app):
        make_areas()
        answered(people(40), done=20)
        assert self.measured().answering.r == 1
        answered(people(40, sex="male"), done=38)
        assert self.measured().answering.r < 1


class TestKeeping:
    def test_the_kept_counts_are_those_counted_live(self, app):
        areas = make_areas()
        answered(people(20, areas["E06000016"]) + people(10, areas["E07000129"], "male"), done=12)
        live = comparing.compare()
        jobs.count_panel()
        with at_most(15) as recorder:
            kept = comparing.compare()
        assert not any("FROM member " in s or "member_profile" in s for s in recorder.statements)
        assert kept.tables == live.tables

    def test_are_made_again_only_after_a_change(self, app):
        make_areas()
        people(20)
        assert keeping.keep()
        assert not keeping.keep()
        people(10, sex="male")
        member = people(1)[0]
        membership.pause(member, None)
        assert keeping.keep()

    def test_old_counts_are_not_shown_once_something_has_changed(self, app):
        make_areas()
        member = people(20)[0]
        keeping.keep()
        db.session.commit()
        people(20)
        membership.pause(member, None)
        db.session.commit()
        assert comparing.compare().everybody["panel"] == 20
        with clock.stopped_at(clock.now() + keeping.PATIENCE + dt.timedelta(seconds=1)):
            assert comparing.compare().everybody["panel"] == 40

    def test_hold_no_member(self, app):
        make_areas()
        people(20)
        keeping.keep()
        columns = {c.name for c in KeptCount.__table__.columns}
        assert columns == {"key", "marker", "made_at", "data"}
        assert counting.Counted.from_json(counting.count().to_json()) == counting.count()


class TestPlan:
    def test_ranks_who_will_be_missing_and_says_how_many(self, app):
        areas = make_areas()
        people(60, areas["E06000016"], source="partner:library")
        people(20, areas["E10000018"], "male", source="online")
        made = recruiting.plan(clock.today(), 100)
        men = next(g for g in made.groups if (g.feature, g.category) == ("sex", "male"))
        assert (men.aim, men.forecast) == (49, 20)
        assert men.needed == 29
        assert [c.key for c in men.channels] == ["online"]
        assert (men.channels[0].part, men.channels[0].whole) == (20, 20)
        assert [g.weight for g in made.groups] == sorted((g.weight for g in made.groups), reverse=True)

    def test_who_is_hidden_only_to_protect_others_is_not_taken_to_be_missing(self, app):
        areas = make_areas()
        people(60, areas["E06000016"])
        people(80, areas["E10000018"])
        people(3, areas["E06000017"])
        db.session.execute(sa.update(Member).values(applied_at=clock.now() - dt.timedelta(days=900)))
        db.session.commit()
        short = {g.category: g.needed for g in recruiting.plan(clock.today()).groups if g.feature == "area"}
        assert "E06000016" not in short, "60 of 145 are more than its third"
        assert short == {"E10000018": 13}

    def test_forecasts_joining_and_leaving(self):
        assert recruiting.forecast(100, 0, 0.1, 2) == pytest.approx(81)
        assert recruiting.forecast(100, 10, 0, 3) == 130
        assert recruiting.forecast(100, 10, 0.5, 2) == pytest.approx(25 + 10 + 5)
        assert recruiting.months_until(dt.date(2028, 1, 1), dt.date(2027, 11, 20)) == 2

    def test_a_group_that_leaves_faster_is_carried_forward_with_its_own_rate(self, app):
        make_areas()
        women, men = people(60), people(60, sex="male")
        for member in men[:30]:
            membership.leave(member, "en")
        for member in women[:2]:
            membership.leave(member, "en")
        db.session.commit()
        made = recruiting.plan(dt.date(clock.today().year + 1, clock.today().month, 1), 200)
        groups = {g.category: g for g in made.groups if g.feature == "sex"}
        joined_men, joined_women = 30 / 12, 60 / 12
        assert groups["male"].forecast < recruiting.forecast(30, joined_men, made.leaving, 12)
        # Fewer than eight women left: they tell nothing, and the rate of all counts.
        assert groups["female"].forecast == round(recruiting.forecast(60, joined_women, made.leaving, 12))

    def test_leaving_is_counted_by_quarter_and_feature_and_never_by_person(self, app):
        make_areas()
        membership.leave(people(1)[0], "en")
        db.session.commit()
        row = db.session.query(DepartureTally).one()
        assert (row.feature, row.category, row.count) == ("sex", "female", 1)
        assert row.quarter == departures.quarter_of(clock.today())


class TestPages:
    def test_show_and_explain_and_cost_few_queries(self, app, client, manager):
        areas = make_areas()
        people(30, areas["E06000016"])
        people(9, areas["E07000129"], "male")
        people(3, areas["E06000017"], "male")
        with at_most(25):
            page = client.get("/staff/panel/figures").page
        assert "Index of dissimilarity" in page.text
        assert "R-indicator" in page.text
        with at_most(25):
            assert client.get("/staff/panel/recruit-next").status_code == 200
        with at_most(25):
            small = client.get(f"/staff/panel/figures?area={areas['E06000017'].id}").page
        assert "Panel: *" in small.text

    def test_the_downloads_hold_the_page_s_figures_and_no_more(self, app, client, manager):
        areas = make_areas()
        people(30, areas["E06000016"])
        people(5, areas["E06000016"], "male")
        path = f"/staff/panel/figures.csv?area={areas['E06000016'].id}"
        rows = list(csv.DictReader(io.StringIO(client.get(path).get_data(as_text=True).lstrip("\ufeff"))))
        sexes = {r["category"]: r["count"] for r in rows if (r["feature"], r["stage"]) == ("sex", "panel")}
        assert sexes == {"female": "*", "male": "*"}
        book = client.get(path.replace("csv", "xlsx"))
        with zipfile.ZipFile(io.BytesIO(book.data)) as archive:
            words = archive.read("xl/sharedStrings.xml").decode()
        assert "dissimilarity" not in words
        assert "female" in words

    def test_whom_to_recruit_names_channels_and_partners_as_staff_call_them(self, app, client, manager):
        areas = make_areas()
        make_channel(key="tea", name="Tea at the library")
        make_partner(key="age-uk", name="Age UK")
        people(10, areas["E06000016"], source="channel:tea")
        people(10, areas["E06000016"], source="partner:age-uk")
        text = client.get("/staff/panel/recruit-next?size=1000").page.text
        assert "By the channel “Tea at the library”" in text
        assert "Through the partner “Age UK”" in text
        member = db.session.query(Member).filter_by(source="partner:age-uk").first()
        assert "Through the partner “Age UK”" in client.get(f"/staff/members/{member.id}").page.text

    def test_a_wrong_size_is_refused_and_stays(self, app, client, manager):
        make_areas()
        people(10)
        page = client.get("/staff/panel/recruit-next?size=lots")
        assert page.status_code == 422
        assert page.page.one("input", name="size").get("value") == "lots"

    def test_an_area_that_is_not_there_is_not_found(self, app, client, manager):
        make_areas()
        assert client.get("/staff/panel/figures?area=999").status_code == 404

    def test_only_who_may_see_figures_does(self, app, client):
        make_areas()
        sign_in(client, "translator")
        assert client.get("/staff/panel/figures").status_code == 403
