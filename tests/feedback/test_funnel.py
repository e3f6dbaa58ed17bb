"""From invited to still a member: counted rightly, in one query, and shown without small numbers."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from core import clock
from core.database import db
from feedback import funnel
from feedback.jobs import count_funnel
from feedback.models import FunnelDeparture
from feedback.queries import funnel as queries
from panel import characteristics, tenure
from panel.services import membership
from surveys.models import Participation, ParticipationState
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, take_part
from tests.factories.staff import sign_in
from tests.factories.surveys import make_fieldwork
from tests.support.pages import text_of
from tests.support.queries import at_most, recorded
from tests.support.times import in_days

SINCE = queries.Scope(None, dt.date(2000, 1, 1))


def women(number: int, sex: str = "female"):
    return [make_member(answers={"sex": {"value": sex}}) for _ in range(number)]


class TestCounts:
    def test_each_stage_by_characteristic_place_tenure_and_channel(self, app):
        leicester = next(a for a in make_areas().values() if a.name == "Leicester")
        finished = [make_member(area=leicester, source="paper", answers={"sex": {"value": "female"}}) for _ in range(2)]
        make_answered(finished)
        fieldwork = make_fieldwork()
        take_part(fieldwork, [make_member(source="partner:age-uk")], ParticipationState.INVITED)
        membership.leave(finished[0], "en")
        db.session.commit()
        with at_most(3):
            found = queries.counts(SINCE)
        assert found["all"][""] == (3, 2, 2, 0, 2)
        assert found["sex"] == {"female": (2, 2, 2, 0, 1), "unknown": (1, 0, 0, 0, 1)}
        assert found["area"] == {str(leicester.id): (2, 2, 2, 0, 1), "unknown": (1, 0, 0, 0, 1)}
        assert found["channel"] == {"paper": (2, 2, 2, 0, 1), "partner": (1, 0, 0, 0, 1)}
        assert found["tenure"] == {"0": (3, 2, 2, 0, 2)}

    def test_who_left_before_they_were_counted_and_of_one_engagement_stands_by_themselves(self, app):
        gone = women(1)
        engagement = make_answered(gone)
        membership.leave(gone[0], "en")
        db.session.commit()
        one = queries.counts(queries.Scope(engagement.id, clock.today()))
        assert one["sex"] == {"erased": (1, 1, 1, 0, 0)}
        db.session.execute(sa.delete(FunnelDeparture))
        assert queries.counts(SINCE)["sex"] == {"erased": (1, 1, 1, 0, 0)}

    def test_what_remains_of_who_left_is_one_feature_at_a_time_and_no_person(self, app):
        gone = make_member(answers={"sex": {"value": "female"}, "carer": {"value": "no"}})
        make_answered([gone])
        membership.leave(gone, "en")
        db.session.commit()
        columns = set(FunnelDeparture.__table__.columns.keys())
        assert columns == {"quarter", "feature", "category", "invited", "started", "finished", "told"}
        rows = db.session.scalars(sa.select(FunnelDeparture)).all()
        assert {row.feature for row in rows} == {*characteristics.PERSONAL, *characteristics.SEALED}
        assert {(row.category, row.invited, row.finished) for row in rows if row.feature == "sex"} == {("female", 1, 1)}
        with clock.stopped_at(in_days(500)):
            other = make_member()
            membership.leave(other, "en")
            db.session.commit()
        assert db.session.scalars(sa.select(FunnelDeparture)).all() == []

    @pytest.mark.parametrize(("months", "band"), [(0, "0"), (5, "0"), (6, "1"), (23, "2"), (36, "4")])
    def test_time_on_the_panel_is_that_of_the_day_of_the_invitation(self, app, months, band):
        member = make_member()
        fieldwork = make_fieldwork()
        take_part(fieldwork, [member], ParticipationState.INVITED)
        invited = db.session.scalars(sa.select(Participation)).one()
        member.confirmed_at = tenure.start_of(tenure.months_from(invited.invited_at.date(), -months))
        db.session.commit()
        with clock.stopped_at(in_days(200)):
            assert set(queries.counts(SINCE)["tenure"]) == {band}

    def test_what_lies_sealed_is_counted_too_while_people_are_here_and_after(self, app):
        said = {"orientation": {"value": "bisexual"}, "marital": {"value": "widowed"}}
        here, gone = (make_member(answers=said) for _ in range(2))
        make_answered([here, gone, make_member()])
        membership.leave(gone, "en")
        db.session.commit()
        found = queries.counts(SINCE)
        assert found["orientation"] == {"bisexual": (2, 2, 2, 0, 1), "unknown": (1, 1, 1, 0, 1)}
        assert found["marital"]["widowed"] == (2, 2, 2, 0, 1)
        assert found["pregnancy"] == {"unknown": (3, 3, 3, 0, 2)}

    def test_one_engagement_alone(self, app):
        engagement = make_answered(women(1))
        make_answered(women(2))
        assert queries.counts(queries.Scope(engagement.id, clock.today()))["all"][""][0] == 1


class TestKept:
    def test_the_worker_keeps_the_counts_of_many_and_the_page_says_of_when_they_are(self, client, monkeypatch):
        monkeypatch.setattr(queries, "MANY", 20)
        sign_in(client, "analyst")
        engagement = make_answered(women(30))
        live = queries.counts(queries.Scope(None, queries.counted_since()))
        count_funnel()
        make_answered(women(40))
        page = client.get("/staff/funnel").page
        assert "Female 303030030" in page.text
        assert "These were counted on" in page.text
        assert queries.find(queries.Scope(None, queries.counted_since())).counts == live
        one = queries.Scope(engagement.id, queries.counted_since())
        assert queries.find(one).made_at
        assert queries.find(one).counts == queries.counts(one)
        with clock.stopped_at(clock.now() + queries.PATIENCE + dt.timedelta(minutes=1)):
            assert queries.find(queries.Scope(None, queries.counted_since())).made_at is None

    def test_of_few_it_keeps_none(self, app):
        make_answered(women(3))
        count_funnel()
        assert queries.find(queries.Scope(None, queries.counted_since())).made_at is None


class TestShown:
    def test_small_numbers_are_hidden_with_another_that_gives_them_away_and_the_rest_is_rounded(self):
        counts = {feature: {} for feature in characteristics.ALL} | {
            "all": {"": (112, 60, 60, 30, 100)},
            "sex": {"female": (63, 30, 30, 15, 60), "male": (46, 30, 30, 15, 40), "erased": (3, 0, 0, 0, 0)},
        }
        found = funnel.shown(counts, {})
        table = next(t for t in found.tables if t.feature == "sex")
        assert found.whole == (110, 60, 60, 30, 100)
        numbers = {row.category.key: row.numbers for row in table.rows}
        assert numbers["erased"][0] is None
        assert numbers["erased"][1:] == (0, 0, 0, 0)
        assert numbers["male"] == (None,) * 5
        assert numbers["female"][0] == 65

    def test_nothing_small_is_ever_shown(self):
        counts = {feature: {} for feature in characteristics.ALL} | {
            "all": {"": (7, 3, 3, 0, 5)},
            "sex": {"female": (4, 2, 2, 0, 3), "male": (3, 1, 1, 0, 2)},
        }
        found = funnel.shown(counts, {})
        every = [*found.whole, *(n for t in found.tables for row in t.rows for n in row.numbers)]
        assert all(n is None or n == 0 for n in every)


class TestPages:
    @pytest.fixture
    def page(self, client):
        sign_in(client, "analyst")
        make_answered(women(30) + women(12, "male"))
        return client.get("/staff/funnel").page

    def test_page_says_the_same_as_the_files(self, client, page):
        assert "Female 303030030" in page.text
        csv = client.get("/staff/funnel.csv").get_data(as_text=True)
        assert csv.startswith("\ufeffCharacteristic,Category,Invited,Started,Finished")
        assert "Sex,Female,30,30,30" in csv
        assert client.get("/staff/funnel.xlsx").data[:2] == b"PK"

    def test_page_and_pdf_say_that_nobody_is_watched_while_they_read(self, client, page):
        says = "Nobody is watched while they read, so who opened an invitation is not known."
        assert says in page.text
        pdf = PdfReader(io.BytesIO(client.get("/staff/funnel.pdf").data))
        assert says in " ".join(" ".join(p.extract_text() for p in pdf.pages).split())
        assert "opened" not in queries.STAGES

    def test_the_pdf_is_tagged_and_says_its_language(self, client, page):
        root = PdfReader(io.BytesIO(client.get("/staff/funnel.pdf?lang=cy").data)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "cy"

    def test_the_same_numbers_are_hidden_in_page_pdf_csv_and_spreadsheet(self, client):
        sign_in(client, "analyst")
        make_answered(women(30) + women(12, "male") + women(3, "prefer_not_to_say"))
        page = client.get("/staff/funnel").page
        table = next(t for t in page.all("table") if "Sex" in text_of(t.find(".//caption")))
        shown = {text_of(tr[0]): [text_of(cell) for cell in tr[1:]] for tr in table.iter("tr")}
        assert shown["Female"] == ["30", "30", "30", "0", "30"]
        assert shown["Male"] == shown["Prefer not to say"] == ["not shown", "not shown", "not shown", "0", "not shown"]
        lines = list(csv.reader(io.StringIO(client.get("/staff/funnel.csv").get_data(as_text=True))))
        book = openpyxl.load_workbook(io.BytesIO(client.get("/staff/funnel.xlsx").data)).active
        cells = [["" if cell is None else str(cell) for cell in row] for row in book.iter_rows(values_only=True)]
        printed = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(client.get("/staff/funnel.pdf").data)).pages)
        for category in ("Male", "Prefer not to say"):
            assert ["Sex", category, "", "", "", "0", ""] in lines
            assert ["Sex", category, "", "", "", "0", ""] in cells
            assert f"{category} not shown not shown not shown 0 not shown" in " ".join(printed.split())
        assert ["Sex", "Female", "30", "30", "30", "0", "30"] in lines
        assert ["Sex", "Female", "30", "30", "30", "0", "30"] in cells

    def test_asks_the_database_as_often_however_many_took_part(self, client, page):
        with recorded() as few:
            client.get("/staff/funnel")
        make_answered(women(40))
        with recorded() as many:
            text = client.get("/staff/funnel").page.text
        assert "Female 707070" in text
        assert many.count == few.count <= 12

    def test_only_those_who_may_see_figures(self, client):
        sign_in(client, "payer")
        for path in ("/staff/funnel", "/staff/funnel.csv", "/staff/funnel.xlsx", "/staff/funnel.pdf"):
            assert client.get(path).status_code == 403

    def test_an_unknown_engagement_is_not_found(self, client):
        sign_in(client, "analyst")
        assert client.get("/staff/funnel?engagement=99").status_code == 404
