"""A partner's list, from the file to members: nothing guessed, nobody without evidence, all or none."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db, is_postgresql
from core.tasks import Task
from panel import contact, imports, queries
from panel.jobs import clear_out, forget_lists
from panel.models import Consent, ConsentEvidence, ConsentText, ImportMapping, ImportRow, Member, MemberImport
from panel.services import joining, taking_in, telling_lists
from tests.core.task_work import work_off
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.recruiting import make_channel, make_partner
from tests.factories.staff import sign_in
from tests.panel.support import link_in, messages

HEAD = "Full name,Mail,Mobile no,Gender,Born,Area,Notes"
ROWS = [
    "Asha Patel,asha@example.org,,F,27/03/1985,Leicester,likes tea",
    "Tom Hill,,07700 900123,M,1/2/1990,Rutland,",
    "Mei Chen,MEI@example.org,,F,,Leicester,",
]
FIELDS = ["name", "email", "phone", "sex", "date_of_birth", "area", ""]
AGREED = {"given_on-day": "1", "given_on-month": "10", "given_on-year": "2026"}


@pytest.fixture
def manager(client):
    make_areas()
    return sign_in(client, "panel_manager")


def file_of(*rows, head=HEAD):
    return "\n".join([head, *rows]).encode()


def upload(client, data, name="list.csv", **values):
    token = client.get("/staff/recruiting/lists/add").page.form("")["csrf_token"]
    sent = {"csrf_token": token, "partner": "", "channel": "", **values, "file": (io.BytesIO(data), name)}
    return client.post(
        "/staff/recruiting/lists/add", data=sent, content_type="multipart/form-data", follow_redirects=True
    )


def say_columns(client, number, fields=FIELDS, **values):
    said = {f"column{i}": field for i, field in enumerate(fields)} | {"dates": "dmy"} | values
    return client.submit(f"/staff/recruiting/lists/{number}/columns", **said)


def say_evidence(client, number, **values):
    said = {"how": "paper", "wording": "ours", "kept_at": "Binder A", "agreed": "y", "old_enough": "y"} | AGREED
    return client.submit(f"/staff/recruiting/lists/{number}/evidence", **(said | values))


def prepare(client, data, fields=FIELDS, answers=("female", "male"), evidence=None, **upload_values):
    """Bring a list as far as to be checked; return its number."""
    upload(client, data, **upload_values)
    number = newest().id
    response = say_columns(client, number, fields)
    if response.request.path.endswith("/answers"):
        form = [name for name in response.page.form() if name.startswith("answer")]
        client.submit(response.request.path, **dict(zip(form, answers, strict=True)))
    say_evidence(client, number, **(evidence or {}))
    client.submit(f"/staff/recruiting/lists/{number}/preview", "/check")
    work_off()
    return number


def take_in(client, number):
    client.submit(f"/staff/recruiting/lists/{number}", "/take-in")
    work_off()


def newest():
    db.session.rollback()
    return db.session.scalars(sa.select(MemberImport).order_by(MemberImport.id.desc())).first()


def outcomes(number):
    db.session.rollback()
    rows = db.session.scalars(sa.select(ImportRow).where(ImportRow.import_id == number).order_by(ImportRow.number))
    return [(row.number, row.outcome, row.reason, row.column) for row in rows]


def members():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Member).order_by(Member.id)))


class TestWholeWay:
    def test_from_the_file_to_members_and_their_messages(self, client, manager):
        partner = make_partner(key="age-uk", name="Age UK")
        number = prepare(client, file_of(*ROWS), partner=str(partner.id))
        assert {outcome for _n, outcome, _r, _c in outcomes(number)} == {"accepted"}
        assert members() == []
        take_in(client, number)
        asha, tom, mei = sorted(members(), key=lambda m: contact.open_contact(m).name)[:1] + [
            next(m for m in members() if contact.open_contact(m).name == name) for name in ("Tom Hill", "Mei Chen")
        ]
        assert {m.source for m in (asha, tom, mei)} == {"partner:age-uk"}
        assert (asha.state, tom.state, tom.route) == ("applied", "applied", "phone")
        profile = queries.find_profile(asha.id)
        assert (profile.sex, profile.age_band) == ("female", "35-44")
        sent = messages("confirm_from_list")
        assert {m.recipient for m in sent} == {f"member_account:{asha.id}", f"member_account:{mei.id}"}
        token = link_in(next(m for m in sent if m.recipient == f"member_account:{asha.id}")).rpartition("/")[2]
        joining.confirm_by_link(token)
        assert db.session.get(Member, asha.id).state == "active"
        actions = set(db.session.scalars(sa.select(AuditEntry.action)))
        assert {"import.staged", "import.evidence", "import.approved", "import.done"} <= actions
        page = client.get(f"/staff/recruiting/lists/{number}").page
        assert f"Member {tom.id}" in page.text
        assert f"Member {mei.id}" not in page.text

    def test_consent_is_kept_with_its_evidence_and_only_what_was_asked(self, client, manager):
        manager_id = manager.id
        number = prepare(client, file_of(ROWS[0]), answers=("female",))
        take_in(client, number)
        consent = db.session.scalars(sa.select(Consent)).one()
        assert (consent.purpose, consent.given, consent.how) == ("panel", True, f"import:{number}")
        evidence = db.session.get(ConsentEvidence, consent.evidence_id)
        assert (evidence.how, evidence.given_on, evidence.kept_at) == ("paper", dt.date(2026, 10, 1), "Binder A")
        assert evidence.staff_id == manager_id

    def test_other_words_are_kept_as_they_were(self, client, manager):
        words = "I am happy to hear from the citizens' panel about health."
        number = prepare(
            client, file_of(ROWS[0]), answers=("female",), evidence={"wording": "theirs", "own_wording": words}
        )
        take_in(client, number)
        consent = db.session.scalars(sa.select(Consent)).one()
        assert db.session.get(ConsentText, consent.text_id).wording == {"en": words}
        make_member()
        latest = db.session.scalars(sa.select(Consent).order_by(Consent.id.desc())).first()
        assert db.session.get(ConsentText, latest.text_id).wording != {"en": words}, "ours are still ours"

    def test_each_row_may_have_its_own_day(self, client, manager):
        data = file_of("a@example.org,1/9/2026", "b@example.org,2/9/2026", "c@example.org,", head="e-mail,agreed")
        number = prepare(
            client, data, ["email", "consent_date"],
            evidence={"given_on-day": "", "given_on-month": "", "given_on-year": ""},
        )  # fmt: skip
        take_in(client, number)
        days = db.session.scalars(
            sa.select(ConsentEvidence.given_on).join(Consent, Consent.evidence_id == ConsentEvidence.id)
        )
        assert sorted(days) == [dt.date(2026, 9, 1), dt.date(2026, 9, 2)]
        assert outcomes(number)[2][1:] == ("refused", "no_date", 1)

    def test_who_is_reached_by_post_begins_at_once_and_gets_a_letter(self, client, manager):
        data = file_of("Doris Webb,1 High Street,Oakham", head="name,address,town")
        number = prepare(client, data, ["name", "address", "address"])
        take_in(client, number)
        (doris,) = members()
        assert (doris.state, doris.confirmed_by, doris.route) == ("active", f"import:{number}", "post")
        assert contact.open_contact(doris).address == "1 High Street\nOakham"
        response = client.submit(f"/staff/recruiting/lists/{number}", "/letters")
        assert response.data.startswith(b"%PDF")
        assert "import.letters_printed" in db.session.scalars(sa.select(AuditEntry.action)).all()

    def test_people_of_one_household_are_known_as_such_so_that_no_lottery_draws_two_of_them(self, client, manager):
        rows = ["Doris Webb,1 High Street,LE15 6AH", "Fred Webb,1 High St,le156ah", "Zoë Cole,2 High Street,LE15 6AH"]
        number = prepare(client, file_of(*rows, head="name,address,code"), ["name", "address", "postcode"])
        take_in(client, number)
        homes = {contact.open_contact(m).name: m.address_index for m in members()}
        assert homes["Doris Webb"] is not None
        assert homes["Doris Webb"] == homes["Fred Webb"] != homes["Zoë Cole"]

    def test_by_a_channel(self, client, manager):
        channel = make_channel(key="tea")
        number = prepare(client, file_of(ROWS[0]), answers=("female",), channel=str(channel.id))
        take_in(client, number)
        assert members()[0].source == "channel:tea"

    def test_a_workbook_is_a_list_too(self, client, manager):
        book = openpyxl.Workbook()
        book.active.append(["Name", "E-mail address", "Born"])
        book.active.append(["Zoë", "zoe@example.org", dt.date(1985, 3, 27)])
        buffer = io.BytesIO()
        book.save(buffer)
        number = prepare(client, buffer.getvalue(), ["name", "email", "date_of_birth"], name="list.xlsx")
        take_in(client, number)
        assert queries.find_profile(members()[0].id).age_band == "35-44"


class TestRows:
    def check(self, client, *rows, head="name,email,phone,born,postcode,route", fields=None):
        fields = fields or ["name", "email", "phone", "date_of_birth", "postcode", "route"]
        return [found[1:] for found in outcomes(prepare(client, file_of(*rows, head=head), fields))]

    def test_each_is_refused_with_its_reason_and_place(self, client, manager):
        make_member(email="known@example.org")
        assert self.check(
            client,
            "A,not an address,,,,",
            "B,,12,,,",
            "C,,7700900123,,,",
            "D,d@example.org,,31/02/1980,,",
            f"E,e@example.org,,1/1/{clock.today().year - 10},,",
            "F,f@example.org,,,LE1,",
            "G,,,,,",
            "H,h@example.org,,,,phone call",
            "=1+1,i@example.org,,,,",
            "J,KNOWN@example.org,,,,",
            "K,k@example.org,,,,",
            "L,K@example.org,,,,",
            "M,m@example.org,,,,,too much",
        ) == [
            ("refused", "email", 1),
            ("refused", "phone", 2),
            ("refused", "phone_zero", 2),
            ("refused", "date", 3),
            ("refused", "too_young", 3),
            ("refused", "postcode", 4),
            ("refused", "no_route", None),
            ("refused", "needs_phone", 5),
            ("refused", "formula", 0),
            ("known", "known", 1),
            ("accepted", "", None),
            ("refused", "twice", 1),
            ("refused", "longer", None),
        ]

    def test_who_did_not_agree_is_not_taken_in(self, client, manager):
        rows = ["a@example.org,yes", "b@example.org,no", "c@example.org,"]
        found = self.check(client, *rows, head="e-mail,panel", fields=["email", "agrees_panel"])
        assert [outcome for outcome, _r, _c in found] == ["accepted", "refused", "refused"]

    def test_answers_told_to_be_refused_are(self, client, manager):
        data = file_of("a@example.org,X", "b@example.org,?", head="e-mail,sex")
        number = prepare(client, data, ["email", "sex"], answers=("!", "-"))
        assert [o[1:3] for o in outcomes(number)] == [("refused", "refused"), ("accepted", "")]


class TestMeaning:
    def test_headings_and_answers_are_offered_only_when_they_are_our_own_words(self, client, manager):
        upload(client, file_of("a@example.org,Female,x", head="E-mail address,What is your sex?,Gndr"))
        form = client.get(f"/staff/recruiting/lists/{newest().id}/columns").page.form()
        assert (form["column0"], form["column1"], form["column2"]) == ("email", "sex", "")

    def test_an_answer_of_unknown_meaning_must_be_told(self, client, manager):
        upload(client, file_of(*ROWS))
        response = say_columns(client, newest().id)
        assert response.request.path.endswith("/answers")
        answer = client.submit(response.request.path)
        assert answer.status_code == 422
        assert answer.page.errors == ["Choose what “F” means.", "Choose what “M” means."]

    def test_is_remembered_by_partner_and_shown_the_next_time(self, client, manager):
        partner_id = make_partner().id
        number = prepare(client, file_of(*ROWS), partner=str(partner_id))
        take_in(client, number)
        kept = db.session.get(ImportMapping, partner_id).mapping
        assert kept["values"] == {"Gender": {"f": "female", "m": "male"}}
        assert "values" not in newest().mapping
        response = upload(client, file_of("New Name,new@example.org,,F,,,"), partner=str(partner_id))
        assert "last list is filled in" in response.page.text
        assert response.page.form()["column3"] == "sex"
        response = say_columns(client, newest().id)
        assert response.page.form()["answer3_0"] == "female"

    def test_two_columns_cannot_be_one_thing(self, client, manager):
        upload(client, file_of(*ROWS))
        response = say_columns(client, newest().id, ["email", "email", *FIELDS[2:]])
        assert response.page.errors == ["Two columns cannot both be “E-mail address”."]

    def test_somebody_must_be_reachable(self, client, manager):
        upload(client, file_of(*ROWS))
        response = say_columns(client, newest().id, ["name", "", "", "", "", "", ""])
        assert "Say which column holds an e-mail address" in response.page.errors[0]

    def test_a_column_of_names_is_no_question(self, client, manager):
        rows = [f"person{n}@example.org,Somebody {n}" for n in range(80)]
        upload(client, file_of(*rows, head="e-mail,who"))
        response = say_columns(client, newest().id, ["email", "sex"])
        assert response.page.h1 == "Too many different answers"
        assert "Somebody" not in response.page.text

    def test_the_preview_shows_what_will_be_kept_and_what_is_left_out(self, client, manager):
        upload(client, file_of(*ROWS))
        number = newest().id
        response = say_columns(client, number)
        client.submit(response.request.path, answer3_0="female", answer3_1="male")
        text = say_evidence(client, number).page.text
        assert "Asha Patel" in text
        assert "Female" in text
        assert "1 February 1990" in text, "a month taken for a day would be seen"
        assert "Notes" in text
        assert "likes tea" not in text

    def test_without_evidence_nothing_goes_on(self, client, manager):
        upload(client, file_of(ROWS[0]))
        number = newest().id
        response = say_columns(client, number)
        client.submit(response.request.path, answer3_0="female")
        response = client.submit(f"/staff/recruiting/lists/{number}/evidence", how="paper", wording="theirs")
        assert response.status_code == 422
        assert {
            "Enter when they agreed: no column of the list holds it.",
            "Enter the words people agreed to.",
            "Enter where they are kept.",
            "Only people who agreed can be taken in.",
            "Only people who are old enough can join.",
        } == set(response.page.errors)
        token = client.get(f"/staff/recruiting/lists/{number}").page.form("/cancel")["csrf_token"]
        client.post(f"/staff/recruiting/lists/{number}/check", data={"csrf_token": token})
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Task)) == 0


class TestFile:
    @pytest.mark.parametrize("data", [b"", b"\x89PNG\0", b"name\n", b"PK\x03\x04 no zip", b'a,b\n"open,1'])
    def test_what_is_no_list_is_refused_and_nothing_is_kept(self, client, manager, data):
        response = upload(client, data)
        assert response.status_code == 422
        assert response.page.errors
        assert newest() is None

    def test_no_file_is_said(self, client, manager):
        response = client.submit("/staff/recruiting/lists/add", partner="", channel="")
        assert response.page.errors == ["Choose a file."]

    def test_one_of_a_hundred_megabytes_is_turned_away(self, client, manager):
        token = client.get("/staff/recruiting/lists/add").page.form("")["csrf_token"]
        sent = {"csrf_token": token, "file": (io.BytesIO(b"x"), "big.csv")}
        size = {"CONTENT_LENGTH": str(100 * 1024 * 1024)}
        response = client.post(
            "/staff/recruiting/lists/add", data=sent, content_type="multipart/form-data", environ_overrides=size
        )
        assert response.status_code == 413

    def test_the_same_one_is_not_taken_in_twice(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        take_in(client, number)
        response = upload(client, file_of(*ROWS))
        assert "This very file was taken in before" in response.page.errors[0]

    def test_is_closed_to_who_may_not_manage_members(self, client):
        sign_in(client, "analyst")
        assert client.get("/staff/recruiting/lists").status_code == 403


class TestReport:
    def test_holds_nothing_of_the_rows_and_no_formula(self, client, manager):
        head = "=HYPERLINK(1),mail"
        number = prepare(client, file_of("Secret Name,wrong", "Other,b@example.org", head=head), ["name", "email"])
        text = client.get(f"/staff/recruiting/lists/{number}/report.csv").get_data(as_text=True)
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
        assert rows[1] == ["2", "Not taken in", "This is not a full e-mail address", "mail"]
        assert rows[2][:2] == ["3", "Taken in"]
        assert "Secret" not in text

    def test_a_heading_is_no_formula(self, client, manager):
        head = "name,=cmd|x"
        number = prepare(client, file_of("A,wrong", head=head), ["name", "email"])
        text = client.get(f"/staff/recruiting/lists/{number}/report.csv").get_data(as_text=True)
        assert "'=cmd|x" in text


class TestStaged:
    def test_cells_lie_sealed_and_go_with_the_decision(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        row = db.session.scalars(sa.select(ImportRow).order_by(ImportRow.number)).first()
        assert b"Asha" not in row.cells
        assert imports.open_cells(newest(), row)[0] == "Asha Patel"
        take_in(client, number)
        assert set(db.session.scalars(sa.select(ImportRow.cells))) == {None}

    def test_giving_up_erases_them(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        client.submit(f"/staff/recruiting/lists/{number}", "/cancel")
        assert (newest().state, outcomes(number)) == ("cancelled", [])

    def test_what_nobody_decides_on_is_erased_after_a_week(self, client, manager):
        upload(client, file_of(*ROWS))
        with clock.stopped_at(clock.now() + dt.timedelta(days=6)):
            forget_lists()
        assert newest().state == "staged"
        with clock.stopped_at(clock.now() + dt.timedelta(days=8)):
            forget_lists()
        assert (newest().state, outcomes(newest().id)) == ("cancelled", [])

    def test_reports_go_after_three_months(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        take_in(client, number)
        with clock.stopped_at(clock.now() + dt.timedelta(days=91)):
            forget_lists()
        assert outcomes(number) == []
        assert len(members()) == 3

    def test_who_never_confirms_is_forgotten(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        take_in(client, number)
        with clock.stopped_at(clock.now() + dt.timedelta(days=15)):
            clear_out()
        assert [contact.open_contact(m).name for m in members()] == ["Tom Hill"]


class TestAllOrNone:
    def test_a_worker_that_dies_in_the_middle_leaves_nothing_and_the_next_begins_again(
        self, client, manager, monkeypatch
    ):
        monkeypatch.setattr(imports, "CHUNK", 2)
        monkeypatch.setattr("panel.imports.rows_after.__defaults__", (2, None))
        number = prepare(client, file_of(*(f"P{n},p{n}@example.org,,,,," for n in range(7))))
        client.submit(f"/staff/recruiting/lists/{number}", "/take-in")
        for step in ("_insert_members", "_insert_profiles", "_insert_consents", "_insert_steps"):
            with monkeypatch.context() as patch:
                patch.setattr(taking_in, step, self.dying(getattr(taking_in, step)))
                with pytest.raises(KeyboardInterrupt):
                    work_off()
            db.session.rollback()
            assert members() == []
            assert messages() == []
            # As if the worker had not been begun too often.
            db.session.execute(sa.update(Task).values(attempts=0))
            db.session.commit()
        work_off()
        assert len(members()) == 7
        assert len(messages("confirm_from_list")) == 7

    @staticmethod
    def dying(real):
        def dies(*args):
            real(*args)
            raise KeyboardInterrupt

        return dies

    def test_a_worker_that_dies_while_it_writes_messages_leaves_the_rest_to_the_next_and_doubles_none(
        self, client, manager, monkeypatch
    ):
        monkeypatch.setattr(imports, "CHUNK", 3)
        number = prepare(client, file_of(*(f"P{n},p{n}@example.org,,,,," for n in range(7))))
        client.submit(f"/staff/recruiting/lists/{number}", "/take-in")
        real, calls = telling_lists._ask_to_confirm, []

        def dies(*args):
            calls.append(1)
            real(*args)
            if len(calls) == 2:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(telling_lists, "_ask_to_confirm", dies)
            with pytest.raises(KeyboardInterrupt):
                work_off()
        db.session.rollback()
        assert len(messages("confirm_from_list")) == 3
        assert "The messages are being written" in client.get(f"/staff/recruiting/lists/{number}").page.text
        work_off()
        sent = messages("confirm_from_list")
        assert len(sent) == len({message.recipient for message in sent}) == 7

    def test_messages_of_a_run_that_was_given_up_can_be_asked_for_again(self, client, manager, monkeypatch):
        number = prepare(client, file_of(*ROWS))
        client.submit(f"/staff/recruiting/lists/{number}", "/take-in")
        with monkeypatch.context() as patch:
            patch.setattr(telling_lists, "_ask_to_confirm", lambda *args: 1 / 0)
            work_off()
        assert messages("confirm_from_list") == []
        client.submit(f"/staff/recruiting/lists/{number}", "/tell")
        work_off()
        assert len(messages("confirm_from_list")) == 2
        assert "Write the messages that are missing" not in client.get(f"/staff/recruiting/lists/{number}").page.text

    def test_no_row_is_opened_or_understood_while_others_cannot_write(self, client, manager, monkeypatch):
        number = prepare(client, file_of(*ROWS))
        client.submit(f"/staff/recruiting/lists/{number}", "/take-in")
        opened, real = [], imports.open_cells

        def watched(found, row):
            # SQLite's one writer: nobody else could write if the row were opened under the lock.
            with db.engine.connect() as other:
                if not is_postgresql():
                    other.exec_driver_sql("PRAGMA busy_timeout=0")
                other.execute(sa.update(Task).values(progress=Task.progress))
                other.rollback()
            opened.append(row.number)
            return real(found, row)

        monkeypatch.setattr(imports, "open_cells", watched)
        work_off()
        assert opened == [2, 3, 4]
        assert len(members()) == 3

    def test_who_joined_since_the_check_is_passed_over(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        make_member(email="asha@example.org")
        take_in(client, number)
        assert len(members()) == 3
        assert outcomes(number)[0][1:3] == ("known", "known")

    def test_a_list_is_taken_in_once_however_often_it_is_asked_for(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        token = client.get(f"/staff/recruiting/lists/{number}").page.form("/cancel")["csrf_token"]
        for _ in range(2):
            client.post(f"/staff/recruiting/lists/{number}/take-in", data={"csrf_token": token})
        work_off()
        assert len(members()) == 3
        client.post(f"/staff/recruiting/lists/{number}/take-in", data={"csrf_token": token})
        assert work_off() == 0

    def test_an_edit_after_the_check_asks_for_another(self, client, manager):
        number = prepare(client, file_of(*ROWS))
        say_columns(client, number, ["name", "email", "phone", "", "", "", ""])
        assert newest().state == "staged"
        assert {outcome for _n, outcome, _r, _c in outcomes(number)} == {""}

    def test_twenty_thousand_rows_take_a_bounded_number_of_queries(self, client, manager):
        from tests.support.queries import recorded

        rows = [f"Person {n},person{n}@example.org,,,,," for n in range(2000)]
        upload(client, file_of(*rows))
        number = newest().id
        say_columns(client, number)
        say_evidence(client, number)
        client.submit(f"/staff/recruiting/lists/{number}/preview", "/check")
        with recorded() as checking:
            work_off()
        client.submit(f"/staff/recruiting/lists/{number}", "/take-in")
        with recorded() as importing_:
            work_off()
        assert len(members()) == 2000
        assert checking.count < 60, checking.count
        assert importing_.count < 220, importing_.count
