"""What a plan is written from: joint cells, areas that lie in each other, and what earlier surveys say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.database import db
from panel import queries
from panel.draws import history, naming, planning, pools, quotas
from panel.draws.errors import NoFiguresError, NoHistoryError
from panel.models import Area, Member, Profile
from panel.representation import counting
from tests.core.task_work import work_off
from tests.factories import staff
from tests.factories.draws import again, make_crowd, make_draw, published
from tests.support.queries import at_most

CELLS = "age_band*sex"


@pytest.fixture
def crowd(app):
    make_crowd()


@pytest.fixture
def surveyed(crowd, monkeypatch):
    """Let all have been invited before, and women have answered."""

    def stages() -> sa.Select:
        answered = sa.case((Profile.sex == "female", Profile.member_id % 4 != 0), else_=Profile.member_id % 4 == 0)
        responded = sa.case((answered, 1), else_=0).label("responded")
        return sa.select(Profile.member_id, sa.literal(1).label("invited"), responded)

    monkeypatch.setattr(counting, "_sources", [counting._Source(("invited", "responded"), stages)])


class TestJointCells:
    def test_are_kept_in_the_draw_and_named_for_everybody(self, crowd, client):
        draw = published(make_draw(size=24, within=3, features=[CELLS]))
        cells = {quota.category for quota in quotas.of(draw.id)}
        assert {"25-34*female", "65-74*male", pools.NOT_SAID} <= cells
        text = client.get(f"/lottery/{draw.id}").text
        assert "Age and Sex" in text
        assert "25 to 34, Female" in text
        sheet = pools.opened(draw.id, "pool")
        assert "25-34*female" in sheet

    def test_count_the_pool_by_both(self, crowd):
        draw = make_draw(features=[CELLS])
        with at_most(5):  # the draw, the places, two for the rules, and one for all features
            counted = pools.counted(draw, [CELLS, "sex", "area"]).by_feature
        found, by_sex = counted[CELLS], counted["sex"]
        women = sum(count for cell, count in found.items() if cell.endswith("*female"))
        assert 0 < women <= by_sex["female"]
        assert sum(found.values()) == sum(by_sex.values()) == sum(counted["area"].values()) == pools.counts(draw)[1]
        assert "E06000016" in counted["area"]

    def test_can_be_chosen_on_the_page(self, crowd, client):
        staff.sign_in(client, "panel_manager")
        draw = make_draw()
        path = f"/staff/draws/{draw.id}/plan/features"
        assert "Age and Sex" in client.get(path).text
        client.submit(path, features=[CELLS], within="2")
        assert again(draw).features == [CELLS]

    def test_that_cannot_be_met_are_named_in_words(self, crowd, client):
        staff.sign_in(client, "panel_manager")
        draw = make_draw(features=[CELLS])
        quotas.change(draw, {(CELLS, "85+*male"): (19, 20)})
        planning.ask_check(draw)
        db.session.commit()
        work_off()
        assert "Age and Sex 85 or over, Male at least 19" in client.get(f"/staff/draws/{draw.id}/check").text

    def test_have_a_category_of_their_own_for_who_told_one_of_them_only(self):
        from panel.draws import features

        assert features.category(CELLS, {"age_band": "25-34", "sex": None}) is None
        assert features.category(CELLS, {"age_band": "25-34", "sex": "male"}) == "25-34*male"
        assert len(features.categories(CELLS)) == 18

    def test_read_as_the_language_lists_things(self, app):
        from i18n import negotiation

        with app.test_request_context(), negotiation.speaking("ar"):
            assert "," not in naming.feature(CELLS)
            assert "," not in naming.Names().category(CELLS, "25-34*female")


class TestAreas:
    def test_that_lie_in_each_other_count_once(self, crowd):
        system, place = queries.list_areas(1)[0], queries.list_areas(2)[0]
        draw = make_draw()
        alone = quotas.targets_of(draw, "sex")
        draw.audience = {"area_ids": [place.id, system.id]}
        assert quotas.targets_of(draw, "sex") == alone
        assert quotas.targets_of(draw, "area").keys() == {area.code for area in queries.list_areas(2)}

    def test_without_figures_are_not_passed_over(self, crowd):
        place = queries.list_areas(2)[0]
        db.session.add(Area(code="E0NEW", name="New", level=2, parent_id=place.parent_id))
        db.session.flush()
        new = queries.find_area_by_code("E0NEW")
        draw = make_draw()
        draw.audience = {"area_ids": [place.id, new.id]}
        with pytest.raises(NoFiguresError):
            quotas.targets_of(draw, "sex")


class TestHistory:
    def test_tells_how_many_of_each_group_answered(self, surveyed):
        told = history.answers("sex")
        assert told.by_category["female"] > 60 > 40 > told.by_category["male"]
        assert told.by_category["male"] < told.overall < told.by_category["female"]

    def test_says_nothing_of_small_groups(self, surveyed):
        db.session.execute(sa.update(Profile).values(sex="male"))
        few = db.session.scalars(sa.select(Member.id).limit(9)).all()
        db.session.execute(sa.update(Profile).where(Profile.member_id.in_(few)).values(sex="female"))
        assert "female" not in history.answers("sex").by_category

    def test_is_written_into_the_plan_from_the_page(self, surveyed, client):
        staff.sign_in(client, "panel_manager")
        draw = make_draw()
        client.submit(f"/staff/draws/{draw.id}/plan/responses", everybody="no", rate="40", feature="sex")
        page = client.submit(f"/staff/draws/{draw.id}/plan/rates", f"/staff/draws/{draw.id}/rates-of-earlier-surveys")
        assert "written from earlier surveys" in page.text
        rates = again(draw).responses["rates"]
        assert rates["female"] > rates[""] > rates["male"]

    def test_is_refused_where_nobody_was_asked(self, crowd):
        draw = make_draw()
        planning.change(draw, responses={"feature": "sex", "rates": {"": 40}})
        assert history.answers("sex") is None
        with pytest.raises(NoHistoryError):
            history.write_rates(draw)
