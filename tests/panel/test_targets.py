"""Population figures: a file is loaded whole or not at all, newer ones count, older ones stay."""

import datetime as dt
import io

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from core import audit, clock
from core.database import db
from panel import queries
from panel.models import PopulationCount, TargetSet
from panel.representation import features
from panel.representation import targets as reads
from panel.services import groupings, places, targets
from panel.services.targets import Defaults
from tests.factories.areas import make_areas
from tests.factories.staff import sign_in

CENSUS = Defaults("ONS Census 2021, TS008", dt.date(2021, 3, 21))
SEX = "area,feature,category,count\nE06000016,sex,female,188000\nE06000016,sex,Male,180600\n"


def load(text, defaults=CENSUS, **options):
    made = targets.load(targets.read(io.StringIO(text), defaults), "command", **options)
    db.session.commit()
    return made


def problems(text, defaults=CENSUS):
    with pytest.raises(targets.TargetFileError) as caught:
        targets.read(io.StringIO(text), defaults)
    return {p.row: p.words % dict(p.params) for p in caught.value.problems}


class TestRead:
    def test_takes_codes_names_keys_and_labels(self, app):
        make_areas()
        text = 'Area,Feature,Category,Count\nLeicester,age_band*sex,16 to 19 * Female,"12,345"\n'
        said = problems(text)
        assert list(said) == [2]
        assert "lacks 16-19*male, 20-24*female" in said[2]

    def test_names_every_row_that_is_wrong(self, app):
        make_areas()
        rows = [
            "Atlantis,sex,female,1", "E06000016,shoe_size,large,1", "E06000016,sex,other,1", "E06000016,sex,female,-4",
            "E06000016,sex,female,many", "E06000016,sex,male,3", "E06000016,sex,male,4",
        ]  # fmt: skip
        said = problems("area,feature,category,count\n" + "\n".join(rows))
        assert said == {
            2: "There is no area “Atlantis”.",
            3: "There is no feature “shoe_size”.",
            4: "“other” is no category of sex.",
            5: "“-4” is not a whole number of people.",
            6: "“many” is not a whole number of people.",
            8: "“male” stands in the file twice for this area and feature.",
        }

    @pytest.mark.parametrize(
        ("text", "row", "words"),
        [
            ("", 1, "Missing: area, feature, category, count."),
            ("area,category,count\n", 1, "Missing: feature."),
            ("area,feature,category,count\n", 1, "The file holds no figures."),
            (SEX.replace("180600", "0").replace("188000", "0"), 2, "counts nobody"),
            ("area,feature,category,count\nE06000016,sex,female,5\n", 2, "lacks male"),
            ("area,feature,category,count\nE06000016,area,E07000129,5\n", 2, "is no category of area"),
        ],
    )
    def test_says_what_is_missing(self, app, text, row, words):
        make_areas()
        assert words in problems(text)[row]

    def test_needs_a_source_and_a_day_for_every_row(self, app):
        make_areas()
        assert "Say where" in problems(SEX, Defaults("", dt.date(2021, 3, 21)))[2]
        assert "Say which day" in problems(SEX, Defaults("ONS"))[2]
        dated = "area,feature,category,count,source,as_of\nE06000016,sex,female,5,ONS,{}\n"
        assert "not a date" in problems(dated.format("21/3/2021"))[2]
        assert "have been counted" in problems(dated.format("2999-01-01"))[2]

    def test_refuses_two_sources_for_one_feature(self, app):
        make_areas()
        text = "area,feature,category,count,source,as_of\n" + "".join(
            f"E06000016,sex,{sex},5,{source},2021-03-21\n" for sex, source in (("female", "A"), ("male", "B"))
        )
        assert "one source and day, as in row 2" in problems(text)[3]

    @given(st.text(max_size=300))
    @settings(max_examples=60, deadline=None)
    def test_refuses_any_text_without_falling_over(self, text):
        reader = targets._Reader.__new__(targets._Reader)
        reader.defaults, reader.areas, reader.inside, reader.catalogue = CENSUS, {}, {}, dict(features.OWN)
        reader.problems, reader.blocks = [], {}
        with pytest.raises(targets.TargetFileError):
            reader.read(io.StringIO("area,feature,category,count\n" + text, newline=""))


class TestLoad:
    def test_newer_figures_count_and_older_ones_stay(self, app):
        area = make_areas()["E06000016"]
        (first,) = load(SEX)
        (second,) = load(SEX.replace("188000", "190000"), Defaults("ONS mid-2024", dt.date(2024, 6, 30)))
        assert queries.population(area.id, "sex") == {"female": 190000, "male": 180600}
        assert [s.id for s in reads.history(area.id, "sex")] == [second.id, first.id]
        assert queries.population_sources(area.id) == ["ONS mid-2024"]
        assert audit.has_happened("targets.loaded")

    def test_figures_for_later_wait_until_their_day(self, app):
        area = make_areas()["E06000016"]
        load(SEX)
        later = clock.today() + dt.timedelta(days=10)
        load(SEX.replace("188000", "1"), valid_from=later)
        assert queries.population(area.id, "sex")["female"] == 188000
        with clock.stopped_at(clock.start_of_day(later)):
            assert queries.population(area.id, "sex")["female"] == 1

    def test_figures_that_ended_leave_nothing_to_compare_with(self, app):
        area = make_areas()["E06000016"]
        (made,) = load(SEX)
        targets.end(made)
        assert queries.population(area.id, "sex") == {}
        with pytest.raises(targets.SetOverError):
            targets.end(made)

    def test_the_project_s_own_figures_never_take_the_place_of_loaded_ones(self, app):
        area = make_areas()["E54000015"]
        load(SEX.replace("E06000016", "E54000015"))
        places.load_areas()
        db.session.commit()
        assert queries.population(area.id, "sex")["female"] == 188000

    def test_the_database_refuses_counts_below_nought_and_doubles(self, app):
        make_areas()
        (made,) = load(SEX)
        for category, count in (("x", -1), ("female", 3)):
            db.session.add(PopulationCount(set_id=made.id, category=category, count=count))
            with pytest.raises(sa.exc.IntegrityError):
                db.session.flush()
            db.session.rollback()


class TestMismatches:
    def test_says_where_areas_do_not_add_up(self, app):
        areas = make_areas()
        text = "area,feature,category,count\n" + "".join(
            f"{code},sex,{sex},100\n" for code in ("E06000016", "E10000018", "E06000017") for sex in ("female", "male")
        )
        (one, *_rest) = targets.check(targets.read(io.StringIO(text), CENSUS))
        assert (one.area_id, one.category, one.other) == (areas["E54000015"].id, "female", 300)

    def test_says_where_joint_figures_and_groups_do_not_add_up(self, app):
        system = make_areas()["E54000015"].id
        found = reads.figures()
        found[(system, "sex")] = {"female": 1, "male": 2}
        found[(system, "ethnic_group_5")] = {"white": 3}
        off = reads.mismatches(found, queries.list_areas(), features.catalogue())
        assert {(m.feature, m.category) for m in off} >= {("age_band*sex", "female"), ("ethnic_group_5", "white")}

    def test_the_project_s_figures_differ_by_less_than_one_in_a_hundred(self, app):
        make_areas()
        off = reads.mismatches(reads.figures(), queries.list_areas(), features.catalogue())
        assert all(abs(m.one - m.other) <= m.other / 100 for m in off)


class TestGroupings:
    @given(st.data())
    @settings(max_examples=50, deadline=None)
    def test_are_many_to_one_and_lose_nobody(self, data):
        standard = features.OWN[data.draw(st.sampled_from(sorted(features.OWN)))].categories
        parents = {c: data.draw(st.sampled_from("ABC")) for c in standard}
        counts = {c: data.draw(st.integers(0, 10**6)) for c in standard}
        sums = features.totals(parents, counts)
        assert sum(sums.values()) == sum(counts.values())
        order = features.ordered_parents(parents, standard)
        first = [min(i for i, c in enumerate(standard) if parents[c] == p) for p in order]
        assert set(order) == set(parents.values())
        assert first == sorted(first)

    def test_the_standard_s_own_keeps_its_order(self):
        assert features.ordered_parents(features.ETHNIC_PARENTS, features.OWN["ethnic_group_19"].categories) == [
            "white", "mixed", "asian", "black", "other",
        ]  # fmt: skip
        assert len(features.ETHNIC_PARENTS) == 19

    def test_take_their_target_from_what_they_group(self, app):
        system = make_areas()["E54000015"].id
        parents = {
            c: "16 to 24" if c in {"16-19", "20-24"} else "25 or over" for c in features.OWN["age_band"].categories
        }
        groupings.add("Young and others", "age_band", parents)
        feature = features.catalogue()["group:young-and-others"]
        ages = queries.population(system, "age_band")
        aimed = reads.of_feature(reads.figures(), system, feature)
        assert aimed["16 to 24"] == ages["16-19"] + ages["20-24"]
        assert sum(aimed.values()) == sum(ages.values())

    def test_refuse_a_map_with_holes(self, app):
        with pytest.raises(groupings.NotAMapError):
            groupings.add("Holes", "sex", {"female": "Women"})

    def test_the_database_lets_a_category_go_to_one_group_only(self, app):
        made = groupings.add("Sexes", "sex", {"female": "A", "male": "B"})
        db.session.commit()
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(
                sa.text("INSERT INTO grouping_part (grouping_id, category, parent) VALUES (:id, 'male', 'C')"),
                {"id": made.id},
            )
        db.session.rollback()


class TestCommand:
    def run(self, app, tmp_path, text, *options):
        path = tmp_path / "targets.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8-sig"))
        db.session.rollback()
        return app.test_cli_runner().invoke(args=["panel", "load-targets", str(path), *options])

    def test_loads_and_says_what_does_not_add_up(self, app, tmp_path):
        make_areas()
        text = SEX.replace("E06000016", "E54000015")
        result = self.run(app, tmp_path, text, "--source", "ONS", "--as-of", "2021-03-21")
        assert result.exit_code == 0, result.output
        assert result.output.startswith("2 figures are loaded, in 1 sets.\n")
        assert "Age by Sex, Female: the joint figures add up to" in result.output

    def test_loads_nothing_of_a_file_with_one_bad_row(self, app, tmp_path):
        make_areas()
        before = db.session.scalar(sa.select(sa.func.count(TargetSet.id)))
        result = self.run(app, tmp_path, SEX + "Nowhere,sex,male,3\n", "--source", "ONS", "--as-of", "2021-03-21")
        assert result.exit_code == 1
        assert "Row 4: There is no area “Nowhere”." in result.output
        assert db.session.scalar(sa.select(sa.func.count(TargetSet.id))) == before

    def test_refuses_what_is_no_text(self, app, tmp_path):
        make_areas()
        result = self.run(app, tmp_path, b"area,feature\n\xff\xfe\x00", "--source", "x")
        assert result.exit_code == 1
        assert "not text in UTF-8" in result.output


class TestPages:
    def upload(self, client, text, **changes):
        day = {"as_of-day": "21", "as_of-month": "3", "as_of-year": "2021"}
        data = {"source": "ONS", "file": (io.BytesIO(text.encode()), "t.csv")} | day | changes
        sent = client.get("/staff/panel/targets/upload").page.form("preview")
        return client.post("/staff/panel/targets/preview", data=sent | data)

    def test_a_file_is_looked_at_loaded_and_seen(self, app, client):
        area = make_areas()["E06000016"]
        sign_in(client, "panel_manager")
        preview = self.upload(client, SEX)
        assert preview.status_code == 200
        assert queries.population(area.id, "sex") == {}
        page = client.post("/staff/panel/targets/load", data=preview.page.form("load"), follow_redirects=True)
        assert "Leicester, Sex" in page.page.text
        assert queries.population(area.id, "sex")["female"] == 188000
        made = reads.history(area.id, "sex")[0]
        assert (made.source, made.as_of, made.loaded_by[:6]) == ("ONS", dt.date(2021, 3, 21), "staff:")
        seen = client.get(f"/staff/panel/targets/{made.id}").page.text
        assert "188,000" in seen

    def test_a_bad_file_is_refused_row_by_row_and_what_was_typed_stays(self, app, client):
        make_areas()
        sign_in(client, "panel_manager")
        page = self.upload(client, SEX + "Nowhere,sex,male,3\n")
        assert page.status_code == 422
        assert "Row 4: There is no area “Nowhere”." in page.page.text
        assert page.page.one("input", name="source").get("value") == "ONS"

    def test_only_who_may_change_targets_can(self, app, client):
        make_areas()
        sign_in(client, "analyst")
        assert client.get("/staff/panel/targets").status_code == 200
        assert client.get("/staff/panel/targets/upload").status_code == 403
