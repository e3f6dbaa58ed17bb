"""Somebody whose payment came back rings: staff note another way for them, and never pay it themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from accounts.models import Staff
from core import clock
from core.audit import AuditEntry
from core.database import db
from expenses.bank import Numbers
from expenses.errors import ClaimMovedError, HeldError, OwnClaimError
from expenses.models import ChoiceNotice, Claim, Payee, Payment, PaymentChoice, PaymentRun
from expenses.queries import payable
from expenses.services import bank_details, choices, duties, payees, runs
from expenses.transitions import Duty
from tests.expenses.test_guards import refused
from tests.expenses.test_prior_pages import messages
from tests.factories import expenses as make
from tests.factories.members import make_member
from tests.factories.staff import make_staff, sign_in, sign_in_as
from tests.support.pages import PageClient
from tests.support.queries import at_most

ACCOUNT = {"holder": "A Patel", "sort_code": "20-00-00", "account": "55779911"}
NUMBERS = Numbers("200000", "55779911", "")


def failed(member: Any = None, team: make.Team | None = None) -> Claim:
    return make.make_claim("failed", payee=make.make_payee(member or make_member()), team=team)


def here(claim: Claim) -> str:
    return f"/staff/expenses/came-back/{claim.reference}"


class TestThePages:
    def test_from_the_list_to_a_voucher_that_the_person_is_told_of(self, client: PageClient) -> None:
        member = make_member(name="Anna Kowalska", language="cy")
        claim = failed(member)
        staff = sign_in(client, "panel_manager")
        page = client.get(client.get("/staff/expenses/enter").page.link("Note how somebody wants to be paid now")).page
        assert "£4.20" in page.text
        page = client.get(page.link(claim.reference)).page
        assert "Anna Kowalska" in page.text
        assert "They do not want to be paid" in page.text
        assert client.submit(here(claim), method="").page.errors == ["Choose how we pay you."]
        client.submit(here(claim), method="voucher")
        db.session.expire_all()
        row = db.session.scalars(sa.select(PaymentChoice).where(PaymentChoice.claim_id == claim.id)).one()
        assert (row.method, row.how, claim.state) == ("voucher", f"staff:{staff.id}", "corrected")
        (told,) = messages("way_chosen")
        assert (told["language"], told["reference"], told["wanted"]) == ("cy", claim.reference, "You want a voucher.")
        event = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "claim.way_chosen")).one()
        assert event.after == {"method": "voucher", "staff": staff.id}
        assert "Anna" not in str(event.after)
        assert client.get(here(claim)).status_code == 404, "once it waits for the next run it is closed"

    def test_another_account_is_held_for_a_day_and_told_by_the_other_route(self, client: PageClient) -> None:
        team = make.Team()
        claim = failed(team=team)
        sign_in(client, "panel_manager")
        page = client.submit(here(claim), method="bank")
        assert "bank-details/change" in page.request.path
        page = client.submit(
            f"/staff/expenses/payees/{claim.payee_id}/bank-details/change?claim={claim.reference}", **ACCOUNT
        )
        assert page.page.h1 == "Payments that came back"
        db.session.expire_all()
        details = make.current_account(claim.payee_id)
        assert (claim.state, details.tell_by) == ("corrected", "email")
        assert len(messages("bank_details_changed")) == 1
        with pytest.raises(HeldError):
            runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day())
        db.session.rollback()
        with clock.stopped_at(clock.now() + dt.timedelta(hours=24, minutes=1)):
            runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day())

    def test_who_has_no_email_is_told_by_letter_and_that_is_noted(self, client: PageClient) -> None:
        member = make_member(name="Anna Kowalska", route="phone", phone="0116 000 0009", address="1 High St")
        claim = failed(member)
        sign_in(client, "panel_manager")
        client.submit(here(claim), method="voucher")
        assert messages("way_chosen") == []
        sign_in(client, "payer")
        page = client.get("/staff/expenses/bank-changes").page
        assert "1 High St" in page.text
        assert "By voucher" in page.text
        choice = db.session.scalars(sa.select(PaymentChoice).where(PaymentChoice.claim_id == claim.id)).one()
        client.submit("/staff/expenses/bank-changes", f"{choice.id}/told")
        assert "Nobody has to be told." in client.get("/staff/expenses/bank-changes").page.text
        assert db.session.scalars(sa.select(ChoiceNotice.told_by)).one() is not None

    def test_who_decided_on_it_sees_that_somebody_else_has_to(self, client: PageClient) -> None:
        team = make.Team()
        team.approver = make_staff("administrator")
        claim = failed(team=team)
        sign_in_as(client, team.approver)
        page = client.get(here(claim)).page
        assert "Somebody else has to do this." in page.text
        assert not page.all("input", name="method")
        token = {"method": "voucher"}
        assert client.send(here(claim), "/staff/expenses/enter", **token).status_code == 422
        assert db.session.scalar(sa.select(sa.func.count(PaymentChoice.id))) == 0

    def test_only_of_what_came_back(self, client: PageClient) -> None:
        sign_in(client, "panel_manager")
        for state in ("submitted", "authorised", "paid"):
            assert client.get(here(make.make_claim(state))).status_code == 404
        sign_in(client, "claims_approver")
        assert client.get(here(failed())).status_code == 403

    def test_takes_the_same_queries_for_any_number(self, client: PageClient) -> None:
        for _ in range(3):
            failed()
        sign_in(client, "panel_manager")
        with at_most(9):
            assert client.get("/staff/expenses/came-back").page.text.count("£4.20") == 3


@pytest.mark.usefixtures("app")
class TestDuties:
    def by_hand(self, claim: Claim, person: Staff) -> sa.Insert:
        """Return the payment of a claim in a run of `person`, past every service."""
        run = PaymentRun(
            pay_on=make.pay_day(), prepared_by=person.id, prepared_at=clock.now(), cost_centres={}, checksums={}
        )
        db.session.add(run)
        db.session.flush()
        details = make.current_account(claim.payee_id)
        return sa.insert(Payment).values(
            run_id=run.id, claim_id=claim.id, attempt=2, state="in_run", method="bank", payee_id=claim.payee_id,
            bank_details_id=details.id, amount_pence=420, reference="CLAIM", failure="",
        )  # fmt: skip

    @pytest.mark.parametrize("who", ["approver", "authoriser", "payer", "second_payer"])
    def test_who_decided_or_paid_does_not_choose_nor_give_the_account(self, who: str) -> None:
        team = make.Team()
        claim, person = failed(team=team), getattr(team, who)
        with pytest.raises(OwnClaimError):
            choices.choose_for(claim, "voucher", language="en", by=person)
        with pytest.raises(OwnClaimError):
            bank_details.give(db.session.get_one(Payee, claim.payee_id), NUMBERS, "A Patel", by=f"staff:{person.id}")

    def test_who_chose_does_not_pay_in_the_service_nor_in_the_database(self) -> None:
        claim, person = failed(), make_staff("administrator")
        choices.choose_for(claim, "voucher", language="en", by=person)
        db.session.commit()
        assert duties.not_for(person, Duty.PAYER, [claim.id]) == {claim.id}
        with pytest.raises(OwnClaimError):
            runs.prepare([claim.id], by=person, pay_on=make.pay_day())
        db.session.rollback()
        assert refused(self.by_hand(claim, person))
        assert not refused(self.by_hand(claim, make_staff("payer")))
        db.session.rollback()
        run = runs.prepare([claim.id], by=make_staff("payer"), pay_on=make.pay_day())
        with pytest.raises(OwnClaimError):
            runs.confirm(run, by=person)

    def test_who_gave_the_account_does_not_approve_nor_pay_into_it(self) -> None:
        payee, person = make.make_payee(account=False), make_staff("administrator")
        bank_details.give(payee, NUMBERS, "A Patel", by=f"staff:{person.id}")
        claim = make.make_claim("authorised", payee=payee)
        for duty in (Duty.APPROVER, Duty.AUTHORISER, Duty.PAYER):
            assert duties.not_for(person, duty, [claim.id]) == {claim.id}
        assert refused(self.by_hand(claim, person))
        db.session.rollback()
        run = runs.prepare([claim.id], by=make_staff("payer"), pay_on=make.pay_day())
        assert refused(sa.update(PaymentRun).where(PaymentRun.id == run.id).values(confirmed_by=person.id))

    def test_before_a_payment_came_back_the_person_chooses(self) -> None:
        with pytest.raises(ClaimMovedError):
            choices.choose_for(make.make_claim("submitted"), "voucher", language="en", by=make_staff("administrator"))

    def test_a_charity_whose_account_somebody_gave_is_not_paid_by_them(self) -> None:
        charity, person = payees.make("charity", "The Lantern Trust"), make_staff("administrator")
        bank_details.give(charity, NUMBERS, "Lantern", by=f"staff:{person.id}")
        claim = failed()
        choices.choose(claim, "charity", charity_id=charity.id, language="en", how="online", actor="member:1")
        db.session.commit()
        assert [row.account for row in payable.by_ids([claim.id])] == ["ready"]
        with pytest.raises(OwnClaimError):
            runs.prepare([claim.id], by=person, pay_on=make.pay_day())

    def test_who_has_an_address_and_wants_no_email_is_told_by_letter(self) -> None:
        member = make_member(email="anna@example.org", route="post", address="1 High St")
        claim, person = failed(member), make_staff("panel_manager")
        choices.choose_for(claim, "voucher", language="en", by=person)
        assert db.session.scalars(sa.select(ChoiceNotice.tell_by)).one() == "post"
        claim = make.make_claim("failed", payee=payees.for_member(member))
        details = bank_details.give(
            db.session.get_one(Payee, claim.payee_id), NUMBERS, "A Patel", by=f"staff:{person.id}"
        )
        assert details.tell_by == "post"
        assert messages("bank_details_changed") == []
