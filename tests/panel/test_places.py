import pytest
import sqlalchemy as sa

from core.database import db
from panel import queries
from panel.models import Area, PopulationCount, Postcode
from panel.services import places
from tests.factories.areas import make_areas


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def invoke(*words):
        db.session.rollback()
        return runner.invoke(args=["panel", *words])

    return invoke


def file_of(tmp_path, text):
    path = tmp_path / "postcodes.csv"
    path.write_text(text, encoding="utf-8-sig")
    return str(path)


class TestLoadAreas:
    def test_brings_three_levels_and_can_be_done_again(self, run):
        assert run("load-areas").exit_code == 0
        before = (count(Area), count(PopulationCount))
        assert run("load-areas").exit_code == 0
        assert (count(Area), count(PopulationCount)) == before
        assert [len(queries.list_areas(level)) for level in (1, 2, 3)] == [1, 3, 15]

    def test_follows_the_joining_age(self, app, monkeypatch):
        values = places.config.settings().values | {"MINIMUM_AGE": 18}
        monkeypatch.setattr(places.config, "_settings", places.config.Settings(values, None))
        system = make_areas()["E54000015"].id
        assert queries.population(system, "age_band*sex")["16-19*female"] == 14120


class TestLoadPostcodes:
    def test_maps_every_spacing_to_a_place(self, run, tmp_path):
        areas = make_areas()
        rows = ["LE1 1AA,LE1 1AA,E06000016,E01013649", "LE156AA,LE15 6AA,E06000017,", "B1 1AA,B1 1AA,E08000025,"]
        text = "\n".join(["pcd,pcds,laua,lsoa21", *rows])
        result = run("load-postcodes", file_of(tmp_path, text))
        assert result.output == "2 postcodes are loaded, 1 lie outside the panel's areas.\n"
        assert queries.find_postcode_area(" le 11 aa ").id == areas["E06000016"].id
        assert queries.find_postcode_area("B1 1AA") is None

    def test_replaces_what_was_there(self, run, tmp_path):
        make_areas()
        run("load-postcodes", file_of(tmp_path, "pcds,laua\nLE1 1AA,E06000016\n"))
        run("load-postcodes", file_of(tmp_path, "pcds,laua\nLE2 2AA,E06000016\n"))
        assert list(db.session.scalars(sa.select(Postcode.code))) == ["LE22AA"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("name,laua\nx,E06000016\n", "Row 1: there is no column pcds or pcd. Nothing was loaded."),
            ("", "Row 1: there is no column pcds or pcd. Nothing was loaded."),
            ("pcds,laua\nLE1 1AA,E06000016\nLE2 2AA\n", "Row 3: it has fewer columns than the first row."),
            ("pcds,laua\nLE1 1AA,E06000016\n,E06000016\n", "Row 3: it has no postcode where one is expected."),
        ],
    )
    def test_names_the_row_and_leaves_everything_as_it_was(self, run, tmp_path, text, words):
        make_areas()
        run("load-postcodes", file_of(tmp_path, "pcds,laua\nLE9 9AA,E06000016\n"))
        result = run("load-postcodes", file_of(tmp_path, text))
        assert result.exit_code == 1
        assert words in result.output
        assert list(db.session.scalars(sa.select(Postcode.code))) == ["LE99AA"]

    def test_refuses_a_file_that_is_no_text(self, run, tmp_path):
        make_areas()
        path = tmp_path / "postcodes.csv"
        path.write_bytes(b"pcds,laua\n\xff\xfe\x00\n")
        result = run("load-postcodes", str(path))
        assert result.exit_code == 1
        assert "not text in UTF-8" in result.output
