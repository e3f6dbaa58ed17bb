"""Results: counted in steps, without small numbers, on the page and in the CSV alike."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from accounts import roles
from core import audit, clock, ids
from core.database import db
from surveys import exports, jobs
from surveys.models import Fieldwork, Kind, Response, ResultsSnapshot
from surveys.queries.answering import GRACE
from surveys.services import snapshots
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.factories.staff import make_staff, sign_in, sign_in_as
from tests.support.queries import at_most, recorded
from tests.surveys import respondents


def store(fieldwork: Fieldwork, number: int, **answers) -> None:
    """Put `number` equal responses into the store."""
    bands = answers.pop("bands", {})
    rows = [
        {
            "id": ids.random_id(),
            "fieldwork_id": fieldwork.id,
            "version_id": fieldwork.version_id,
            "mode": "online",
            "language": "en",
            "day": clock.today(),
            "answers": {key.replace("_", "-"): value for key, value in answers.items()},
            "bands": bands,
        }
        for _ in range(number)
    ]
    db.session.execute(sa.insert(Response), rows)
    db.session.commit()


def close(fieldwork: Fieldwork) -> None:
    with clock.stopped_at(fieldwork.closes_at + GRACE):
        jobs.keep_timetable()
    jobs.count_results()


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def fieldwork(app):
    return make_open_fieldwork(kind=Kind.OPEN)


class TestWhileOpen:
    def test_nothing_is_shown_of_fewer_than_eight(self, client, fieldwork):
        store(fieldwork, 7, q_how="1")
        jobs.count_results()
        sign_in(client, "analyst")
        page = client.get(f"/staff/fieldwork/{fieldwork.id}/results").page
        assert "There is nothing to show yet." in page.text
        assert client.get(f"/staff/fieldwork/{fieldwork.id}/results/counts.csv").status_code == 404

    def test_figures_stand_still_until_eight_more_have_answered(self, client, fieldwork):
        store(fieldwork, 20, q_how="1")
        store(fieldwork, 20, q_how="2")
        jobs.count_results()
        sign_in(client, "analyst")
        address = f"/staff/fieldwork/{fieldwork.id}/results"
        before = client.get(address).page.text
        store(fieldwork, 7, q_how="2")
        jobs.count_results()
        assert client.get(address).page.text == before
        store(fieldwork, 1, q_how="2")
        jobs.count_results()
        assert client.get(address).page.text != before

    def test_written_words_wait_for_the_end(self, client, fieldwork):
        store(fieldwork, 20, q_more="It was slow")
        jobs.count_results()
        sign_in(client, "analyst")
        assert client.get(f"/staff/fieldwork/{fieldwork.id}/results/texts/q-more").status_code == 404
        assert client.get(f"/staff/fieldwork/{fieldwork.id}/results/answers.csv").status_code == 404

    def test_who_answered_stands_beside_who_was_invited_and_who_lives_here(self, client, app):
        fieldwork = make_open_fieldwork()
        members = [make_member(answers={"sex": {"value": "female" if i % 2 else "male"}}) for i in range(20)]
        for way in invite(fieldwork, members)[:16]:
            respondents.answer(app.test_client(), way.token, fieldwork.slug)
        jobs.move_answers()
        jobs.count_results()
        sign_in(client, "analyst")
        page = client.get(f"/staff/fieldwork/{fieldwork.id}/results").page
        assert "16 of 20 people invited have answered (80%)" in page.text
        rows = [" ".join("".join(cell.itertext()) for cell in row) for row in page.root.iter("tr")]
        assert "Female – 50% 50% 80%" in rows


class TestSuppression:
    @pytest.fixture
    def closed(self, fieldwork):
        store(fieldwork, 30, q_how="1", q_why=["1", "2"], q_more="=1+1")
        store(fieldwork, 20, q_how="2", q_why=["2"])
        store(fieldwork, 3, q_how="3", q_why=["4"])
        close(fieldwork)
        return fieldwork

    def test_page_and_csv_hide_the_same_cells(self, client, closed):
        sign_in(client, "analyst")
        text = client.get(f"/staff/fieldwork/{closed.id}/results/counts.csv").text
        rows = {(r["question"], r["answer"]): r["count"] for r in cells(text) if not r["feature"]}
        # Three said “3”: hidden, and with it the next smallest, or it would follow from the total of 53.
        assert [rows[("q-how", key)] for key in ("1", "2", "3")] == ["30", "", ""]
        page = client.get(f"/staff/fieldwork/{closed.id}/results").page
        table = next(t for t in page.all("table") if "q-how" in "".join(t.find("caption").itertext()))
        shown = ["".join(td.itertext()) for td in table.iter("td")][::2]
        assert shown == ["30", "–", "–", "–"]

    def test_nobody_and_a_few_look_the_same(self, client, app):
        texts = []
        for few in (0, 3):
            fieldwork = make_open_fieldwork(kind=Kind.OPEN)
            store(fieldwork, 50, q_how="1")
            store(fieldwork, 53 - 23 - few, q_how="2")
            store(fieldwork, 23, q_how="prefer")
            if few:
                store(fieldwork, few, q_how="3")
            close(fieldwork)
            visitor = app.test_client()
            sign_in(visitor, "analyst")
            rows = cells(visitor.get(f"/staff/fieldwork/{fieldwork.id}/results/counts.csv").text)
            texts.append([r["count"] == "" for r in rows if r["question"] == "q-how" and not r["feature"]])
        assert texts[0] == texts[1]

    def test_a_line_a_response_holds_no_hidden_answer_no_text_and_no_profile(self, client, closed):
        sign_in(client, "analyst")
        rows = cells(client.get(f"/staff/fieldwork/{closed.id}/results/answers.csv").text)
        assert len(rows) == 53
        assert {r["q-how"] for r in rows} == {"1", ""}
        assert set(rows[0]) >= {"q-why/1", "q-why/4", "q-more"}
        assert not {"id", "language", "day", "sex"} & set(rows[0])
        assert "=1+1" not in str(rows)

    def test_the_export_says_the_same_in_every_language(self, client, closed):
        sign_in(client, "analyst")
        address = f"/staff/fieldwork/{closed.id}/results/counts.csv"
        assert client.get(f"{address}?lang=ar").text == client.get(f"{address}?lang=en").text

    def test_groups_are_compared_after_closing_without_small_cells(self, client, fieldwork):
        for sex, one, two in (("female", 30, 12), ("male", 9, 21)):
            store(fieldwork, one, q_how="1", bands={"sex": sex})
            store(fieldwork, two, q_how="2", bands={"sex": sex})
        store(fieldwork, 2, q_how="1", bands={})
        close(fieldwork)
        data = db.session.get(ResultsSnapshot, fieldwork.id).data["questions"]["q-how"]["by"]["sex"]
        sizes = dict(map(tuple, data["categories"]))
        # Two are of unknown sex: hidden, and with them the smaller group, which would follow from the total.
        assert sizes["unknown"] is None
        assert sizes["male"] is None
        assert sizes["female"] == 42


class TestWhoMayReadWhat:
    def test_texts_need_their_own_permission(self, client, app, fieldwork):
        store(fieldwork, 12, q_more="It was slow")
        close(fieldwork)
        address = f"/staff/fieldwork/{fieldwork.id}/results/texts/q-more"
        sign_in(client, "panel_manager")
        assert client.get(address).status_code == 403
        other = app.test_client()
        sign_in_as(other, make_staff("analyst"))
        assert other.get(address).page.text.count("It was slow") == 12

    def test_too_few_texts_are_not_shown(self, client, fieldwork):
        store(fieldwork, 30, q_how="1")
        store(fieldwork, 7, q_more="It was slow")
        close(fieldwork)
        sign_in(client, "analyst")
        page = client.get(f"/staff/fieldwork/{fieldwork.id}/results/texts/q-more").page
        assert "Too few people wrote something" in page.text

    def test_reading_by_name_needs_a_permission_of_its_own_and_is_recorded(self, client, app, monkeypatch):
        fieldwork = make_open_fieldwork(kind=Kind.CONFIDENTIAL)
        member = make_member()
        way = invite(fieldwork, [member])[0]
        respondents.answer(app.test_client(), way.token, fieldwork.slug)
        sign_in(client, "administrator")
        address = f"/staff/fieldwork/{fieldwork.id}/results/named"
        assert client.get(address).status_code == 403
        name, permissions = roles.ROLES["analyst"]
        monkeypatch.setitem(roles.ROLES, "analyst", (name, [*permissions, "answers.named"]))
        reader = app.test_client()
        sign_in(reader, "analyst")
        assert reader.submit(address, member_id=str(member.id)).status_code == 422, "a reason is needed"
        page = reader.submit(address, member_id=str(member.id), reason="Asked us to correct an answer").page
        assert "It took a week." in page.text
        entry = db.session.scalars(
            sa.select(audit.AuditEntry).where(audit.AuditEntry.action == "answers.read_by_name")
        ).one()
        assert entry.after == {"member_id": member.id, "reason": "Asked us to correct an answer"}


class TestExports:
    @pytest.mark.parametrize("cell", ["=1+1", "+44", "-x", "@cmd", "\tx"])
    def test_no_cell_is_taken_for_a_formula(self, cell):
        assert exports.safe(cell) == "'" + cell

    def test_numbers_stay_numbers(self):
        assert exports.safe(-5) == -5


class TestScale:
    def test_counting_reads_in_chunks_and_keeps_no_response(self, app, fieldwork, monkeypatch):
        store(fieldwork, 250, q_how="1", q_ease=3)
        monkeypatch.setattr(snapshots, "CHUNK", 50)
        with recorded() as recorder:
            snapshots.make(fieldwork.id)
        reads = [s for s in recorder.statements if "FROM response" in s]
        assert len(reads) == 6
        assert all("LIMIT" in s for s in reads)

    def test_the_page_reads_what_was_counted(self, client, fieldwork):
        store(fieldwork, 60, q_how="1")
        jobs.count_results()
        sign_in(client, "analyst")
        with at_most(25) as recorder:
            client.get(f"/staff/fieldwork/{fieldwork.id}/results")
        assert not [s for s in recorder.statements if "FROM response" in s]
