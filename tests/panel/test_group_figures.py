"""A group beside its targets: what it should be, what it is, and the difference, with small numbers hidden."""

import pytest

from core.database import db
from panel import jobs, kept
from panel.representation import groups
from panel.services import membership
from tests.factories.areas import make_areas
from tests.factories.groups import belong, make_group
from tests.factories.members import make_member
from tests.factories.staff import sign_in
from tests.support.pages import text_of
from tests.support.queries import recorded


def people(count, sex, age="25-34"):
    year = 2026 - int(age.partition("-")[0]) - 3
    about = {"sex": {"value": sex}, "date_of_birth": {"year": year, "month": 1, "day": 1}}
    return [make_member(answers=about) for _ in range(count)]


def rows(made, feature):
    table = next(t for t in made.tables if t.feature == feature)
    return {row.line.category: row for row in table.rows}


@pytest.fixture
def areas(app):
    return make_areas()


class TestCompare:
    def test_shares_of_its_own_are_compared_beside_the_population(self, areas):
        group = make_group(mirrors="own", quotas={"sex": {"female": 60, "male": 40}})
        belong(group, people(30, "female") + people(70, "male"))
        female = rows(groups.compare(group), "sex")["female"]
        figure = female.line.stages["panel"]
        assert (female.line.population_share, figure.count, figure.share) == (0.6, 30, 0.3)
        assert figure.difference == pytest.approx(-0.3)
        assert figure.is_off
        assert 0.49 < female.population < 0.53

    def test_shares_that_leave_some_free_are_taken_of_the_whole(self, areas):
        group = make_group(mirrors="own", quotas={"age_band": {"25-34": 25}})
        belong(group, people(20, "female"))
        made = rows(groups.compare(group), "age_band")
        assert set(made) == {"25-34"}
        assert made["25-34"].line.population_share == 0.25

    def test_like_the_population_means_of_the_ages_it_is_for(self, areas):
        group = make_group(mirrors="population", minimum_age=16, maximum_age=24)
        belong(group, people(20, "female", "20-24"))
        made = rows(groups.compare(group), "age_band")
        assert set(made) == {"16-19", "20-24"}
        assert sum(row.line.population_share for row in made.values()) == pytest.approx(1)

    def test_small_categories_are_hidden_with_another_from_which_they_follow(self, areas):
        group = make_group(mirrors="own", quotas={"sex": {"female": 50, "male": 50}})
        belong(group, people(3, "female") + people(20, "male"))
        shown = {key: row.line.stages["panel"].count for key, row in rows(groups.compare(group), "sex").items()}
        assert shown == {"female": None, "male": None}

    def test_who_has_left_the_group_or_the_panel_does_not_count(self, areas):
        group = make_group(mirrors="own", quotas={"sex": {"female": 50, "male": 50}})
        members = people(11, "female")
        belong(group, members)
        membership.leave(members[0], "en")
        db.session.commit()
        assert rows(groups.compare(group), "sex")["female"].line.stages["panel"].count == 10

    def test_a_group_that_is_to_be_like_nobody_is_not_compared(self, areas):
        assert groups.compare(make_group()).tables == []


class TestPage:
    def test_shows_population_target_group_and_difference(self, client, areas):
        sign_in(client, "panel_manager")
        group = make_group(mirrors="own", quotas={"sex": {"female": 60, "male": 40}})
        belong(group, people(30, "female") + people(70, "male"))
        page = client.get(f"/staff/groups/{group.id}").page
        table = next(t for t in page.all("table") if text_of(t.find(".//caption")) == "Sex")
        lines = [[text_of(cell) for cell in tr] for tr in table.iter("tr")]
        assert lines[0] == ["Sex", "Population", "Should be", "Group", "Difference in points"]
        female = next(line for line in lines if line[0] == "Female")
        assert female[2:4] == ["60.0%", "30.0% (30)"]
        assert female[4].startswith("−30.0")
        assert "too few" in female[4]

    def test_a_large_group_is_shown_from_counts_the_worker_keeps(self, client, areas, monkeypatch):
        monkeypatch.setattr(groups, "MANY", 10)
        sign_in(client, "panel_manager")
        group = make_group(mirrors="population")
        belong(group, people(30, "female"))
        jobs.count_panel()
        assert kept.find(f"group:{group.id}").data
        monkeypatch.setattr(groups, "_count", lambda *args: 1 / 0)
        with recorded() as first:
            assert "How like its targets" in client.get(f"/staff/groups/{group.id}").page.text
        assert first.count <= 25
