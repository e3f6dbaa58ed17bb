"""The payers' pages: two people, one run, its files, what comes back; and bank details that nobody else reads."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import expenses
from core import clock
from core.audit import AuditEntry
from core.database import db
from expenses.models import BankDetails, Claim, ModulusWeight, Payee, PaymentRun
from expenses.queries import bank_details
from expenses.services import files
from mail.models import OutboxMessage
from panel.models import Member
from tests.expenses import standard_18
from tests.factories import expenses as make
from tests.factories.members import make_member, sign_in_member
from tests.factories.staff import sign_in
from tests.support.pages import PageClient

EXPENSES = Path(expenses.__file__).parent
GOOD = {"holder": "Asha Patel", "sort_code": "30-94 30", "account": "123 4567", "roll": ""}


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def new_run(client: PageClient, **values: Any) -> Any:
    day = make.pay_day()
    date = {"pay_on-day": day.day, "pay_on-month": day.month, "pay_on-year": day.year}
    return client.submit("/staff/expenses/runs/new", **{"which": "all", **date, **values})


class TestRuns:
    def test_two_payers_take_a_run_all_the_way(self, client: PageClient) -> None:
        claims = [make.make_claim("authorised") for _ in range(2)]
        make.make_payer()
        sign_in(client, "payer")
        new_run(client)
        run = db.session.scalars(sa.select(PaymentRun)).one()
        where = f"/staff/expenses/runs/{run.id}"
        token = client.get(where).page.form("cancel")
        refused = client.post(f"{where}/confirm", data=token, follow_redirects=True)
        assert "Somebody else has to do this" in refused.page.text
        sign_in(client, "payer")
        client.submit(where, "confirm")
        taken = client.submit(where, "files/bacs")
        again = client.submit(where, "files/bacs")
        assert taken.data == again.data == files.make(db.session.get_one(PaymentRun, run.id), "bacs")
        assert len(standard_18.read(taken.data).credits) == 2
        assert taken.headers["Cache-Control"] == "no-store"
        client.submit(where, "sent")
        for claim in claims:
            db.session.refresh(claim)
        assert [c.state for c in claims] == ["paid", "paid"]
        assert actions().count("payment_run.file_taken") == 2
        kinds = list(db.session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.kind == "claim_paid")))
        assert len(kinds) == 2

    def test_pays_only_what_was_ticked(self, client: PageClient) -> None:
        first, second = (make.make_claim("authorised") for _ in range(2))
        sign_in(client, "payer")
        new_run(client, which="some", claims=[first.id])
        db.session.refresh(first)
        db.session.refresh(second)
        assert (first.state, second.state) == ("in_run", "authorised")

    def test_a_day_on_which_no_bank_pays_is_refused_and_what_was_typed_stays(self, client: PageClient) -> None:
        make.make_claim("authorised")
        make.make_payer()
        sign_in(client, "payer")
        page = new_run(client, **{"pay_on-day": 25, "pay_on-month": 12, "pay_on-year": clock.today().year})
        assert page.status_code == 422
        assert "working day" in page.text
        assert 'value="25"' in page.text

    def test_a_run_called_off_sets_its_claims_free(self, client: PageClient) -> None:
        claim = make.make_claim("authorised")
        sign_in(client, "payer")
        new_run(client)
        run = db.session.scalars(sa.select(PaymentRun)).one()
        client.submit(f"/staff/expenses/runs/{run.id}", "cancel")
        db.session.refresh(claim)
        assert claim.state == "authorised"

    def test_a_payment_that_came_back_by_hand(self, client: PageClient) -> None:
        run = make.make_sent_run(1)
        payment = make.payments.list_payments(run.id)[0]
        sign_in(client, "payer")
        assert "Choose what the bank said" in client.submit(f"/staff/expenses/payments/{payment.id}/failed").text
        client.submit(f"/staff/expenses/payments/{payment.id}/failed", code="B")
        assert db.session.get_one(Claim, payment.claim_id).state == "failed"
        assert "The account is closed" in client.get(f"/staff/expenses/runs/{run.id}").text

    def test_a_list_from_the_bank_with_one_bad_row_changes_nothing(self, client: PageClient) -> None:
        run = make.make_sent_run(1)
        claim = db.session.get_one(Claim, make.payments.list_payments(run.id)[0].claim_id)
        sign_in(client, "payer")
        rows = f"reference,code\nCLAIM {claim.reference},B\nCLAIM 2222-2222,B\n"
        page = client.submit("/staff/expenses/returns", file=(io.BytesIO(rows.encode()), "list.csv"))
        db.session.refresh(claim)
        assert (page.status_code, claim.state) == (422, "paid")
        assert "Row 3: no payment has this reference" in page.text


class TestBankDetails:
    @pytest.fixture
    def member(self, client: PageClient) -> Any:
        member = make_member(email="asha@example.org", phone="07700 900123")
        sign_in_member(client, member)
        return member

    def give(self, client: PageClient, **values: str) -> Any:
        return client.submit("/claims/bank-details/change", **(GOOD | values))

    def test_a_person_gives_an_account_in_any_spacing_and_sees_its_end_only(
        self, client: PageClient, member: Any
    ) -> None:
        assert self.give(client).status_code == 200
        page = client.get("/claims/bank-details").text
        assert "567" in page
        assert "1234567" not in page
        assert "309430" not in page
        [details] = db.session.scalars(sa.select(BankDetails))
        assert not details.is_held(clock.now())
        assert b"309430" not in details.numbers

    @pytest.mark.parametrize(
        ("field", "typed", "words"),
        [
            ("sort_code", "30943", "6 figures"),
            ("account", "12345", "6 to 8 figures"),
            ("account", "x2345678", "6 to 8 figures"),
            ("holder", "سارة", "letters A to Z"),
            ("roll", "1" * 19, "18"),
        ],
    )
    def test_what_is_no_account_is_refused_and_stays_typed(
        self, client: PageClient, member: Any, field: str, typed: str, words: str
    ) -> None:
        page = self.give(client, **{field: typed})
        assert page.status_code == 422
        assert words in page.text
        assert typed in page.text

    def test_a_number_that_cannot_go_with_its_sort_code_is_refused_once_the_tables_are_loaded(
        self, client: PageClient, member: Any
    ) -> None:
        never = {"position": 1, "sort_from": "309000", "sort_to": "309999", "method": "MOD10", "exception": None}
        db.session.add(ModulusWeight(weights=[0] * 13 + [1], **never))
        db.session.commit()
        page = self.give(client)
        assert page.status_code == 422
        assert "does not go with this sort code" in page.text
        assert self.give(client, account="12345670").status_code == 200

    def test_a_change_rests_for_a_day_and_the_person_is_rung(self, client: PageClient, member: Any) -> None:
        self.give(client)
        self.give(client, account="7654321")
        payee_id = db.session.scalars(sa.select(BankDetails.payee_id)).first()
        details = bank_details.find_current(payee_id or 0)
        assert details is not None
        assert details.tell_by == "phone"
        assert "wait for one day" in client.get("/claims/bank-details").text
        sign_in(client, "payer")
        assert "07700 900123" in client.get("/staff/expenses/bank-changes").text
        client.submit("/staff/expenses/bank-changes")
        db.session.refresh(details)
        assert details.is_held(clock.now())
        assert not details.is_held(details.held_until)

    def test_without_an_account_there_is_always_another_way(self, client: PageClient, member: Any) -> None:
        for path in ("/claims/bank-details", "/claims/bank-details/change"):
            assert "We can send you a voucher instead." in client.get(path).text
        self.give(client)
        assert "We can send you a voucher instead." in client.get("/claims/bank-details").text

    def test_are_opened_nowhere_but_where_a_reading_is_recorded_or_the_person_sees_the_end(self) -> None:
        # `reveal` records each reading; of the files of a run, the page and the command record that they were taken.
        opened = {
            str(path.relative_to(EXPENSES)): path.read_text("utf-8").count("read_numbers(")
            + len(re.findall(r"read(_value)?\((BankDetails|details), \"numbers\"", path.read_text("utf-8")))
            for path in EXPENSES.rglob("*.py")
        }
        assert {name: times for name, times in opened.items() if times} == {
            "copies.py": 1,  # the copy somebody takes of what is held of them, masked
            "services/bank_details.py": 4,  # its definition, what is compared, and `reveal`
            "services/files.py": 1,
            "views/bank.py": 1,  # the person's own page, masked
        }

    def test_the_same_account_again_is_no_change(self, client: PageClient, member: Any) -> None:
        self.give(client)
        self.give(client, account="01234567")
        assert len(db.session.scalars(sa.select(BankDetails)).all()) == 1

    def test_other_details_after_a_failed_payment_let_it_be_paid_again(self, client: PageClient) -> None:
        claim = make.make_claim("failed")
        payee = db.session.get_one(Payee, claim.payee_id)
        member = db.session.get_one(Member, payee.member_id)
        sign_in_member(client, member)
        self.give(client)
        db.session.refresh(claim)
        assert claim.state == "corrected"

    def test_only_payers_read_the_numbers_and_each_reading_is_on_record(
        self, client: PageClient, member: Any, app: Flask
    ) -> None:
        self.give(client)
        payee_id = db.session.scalars(sa.select(BankDetails.payee_id)).one()
        where = f"/staff/expenses/payees/{payee_id}/bank-details"
        for role in ("administrator", "panel_manager", "claims_approver"):
            sign_in(client, role)
            assert client.get(where).status_code == 403
        sign_in(client, "payer")
        assert "01234567" not in client.get(where).text
        assert "bank_details.read" not in actions()
        assert "01234567" in client.submit(where).text
        assert actions().count("bank_details.read") == 1


class TestHowWePay:
    def test_the_layout_of_the_ledger_is_checked_line_by_line(self, client: PageClient) -> None:
        sign_in(client, "payer")
        page = client.submit("/staff/expenses/ledger", columns="Amount = pounds\nName = nonsense")
        assert page.status_code == 422
        assert "Name = nonsense" in page.text
        assert client.submit("/staff/expenses/ledger", columns="Amount = pounds").page.h1 == "Payments"

    def test_a_table_with_a_bad_line_is_refused_and_the_one_before_stays(self, client: PageClient) -> None:
        sign_in(client, "payer")
        good = "010004 016715 MOD11 " + "0 " * 14
        client.submit("/staff/expenses/modulus", weights=(io.BytesIO(good.encode()), "valacdos.txt"))
        page = client.submit("/staff/expenses/modulus", weights=(io.BytesIO(b"nonsense"), "valacdos.txt"))
        assert page.status_code == 422
        assert "Line 1 cannot be read" in page.text
        assert len(db.session.scalars(sa.select(ModulusWeight)).all()) == 1

    def test_the_own_account_is_shown_by_its_end_only(self, client: PageClient) -> None:
        sign_in(client, "payer")
        data = {"name": "Leics ICB", "service_user_number": "654321", "sort_code": "60 11 11", "account": "12345678"}
        assert client.submit("/staff/expenses/account", **data).page.h1 == "Payments"
        page = client.get("/staff/expenses/account").text
        assert "678" in page
        assert "12345678" not in page
        refused = client.submit("/staff/expenses/account", **(data | {"service_user_number": "1"}))
        assert "Enter six figures" in refused.page.text
