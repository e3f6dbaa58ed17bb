"""A payment that came back: the person chooses another way, and the next run pays it that way."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.database import db
from expenses.bank import Numbers
from expenses.errors import ClaimMovedError, SameWayError
from expenses.models import Claim, Payee, Payment, PaymentChoice, PaymentText
from expenses.queries import payable
from expenses.services import bank_details, choices, payees, runs
from tests.expenses.test_guards import change, refused
from tests.factories import expenses as make
from tests.factories.members import make_member, sign_in_member
from tests.support.pages import PageClient

ACCOUNT = {"holder": "A Patel", "sort_code": "20-00-00", "account": "55779911"}


@pytest.fixture
def member(client: PageClient) -> Any:
    member = make_member()
    sign_in_member(client, member)
    return member


@pytest.fixture
def charity(app: Any) -> Payee:
    charity = payees.make("charity", "The Lantern Trust")
    make.make_account(charity, "089999", "66374958")
    return charity


def failed(member: Any, team: make.Team | None = None, **values: Any) -> Claim:
    return make.make_claim("failed", payee=make.make_payee(member), team=team, **values)


def paid_again(claim: Claim, team: make.Team) -> Payment:
    run = runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day())
    return db.session.scalars(sa.select(Payment).where(Payment.run_id == run.id)).one()


def choose(claim: Claim, method: str, **values: Any) -> None:
    choices.choose(claim, method, language="en", how="online", actor="member:1", **values)


class TestOnThePage:
    def test_a_voucher_is_chosen_kept_as_an_entry_and_paid_by_the_next_run(
        self, client: PageClient, member: Any
    ) -> None:
        team = make.Team()
        claim = failed(member, team)
        page = client.get(f"/claims/{claim.reference}").page
        assert "choose another way to be paid" in page.text
        page = client.get(page.link("Choose another way to be paid")).page
        assert "Your money came back to us. Choose how we pay you now." in page.text
        assert "until we have authorised" not in page.text
        shown = client.submit(f"/claims/{claim.reference}/payment", method="voucher")
        assert "To be paid again" in shown.page.text
        row = db.session.scalars(sa.select(PaymentChoice).where(PaymentChoice.claim_id == claim.id)).one()
        text = db.session.get_one(PaymentText, row.text_id)
        assert (row.method, row.how, row.language) == ("voucher", "online", "en")
        assert "is not income" in text.wording["en"]
        payment = paid_again(claim, team)
        assert (payment.method, payment.attempt, payment.bank_details_id) == ("voucher", 2, None)

    def test_a_bank_account_waits_for_new_details(self, client: PageClient, member: Any) -> None:
        claim = failed(member)
        page = client.submit(f"/claims/{claim.reference}/payment", method="bank")
        assert "/bank-details/change" in page.request.path
        db.session.expire_all()
        assert claim.state == "failed", "into the account it came back from, it is not sent again"
        client.submit(f"/claims/bank-details/change?claim={claim.reference}", **ACCOUNT)
        db.session.expire_all()
        assert claim.state == "corrected"

    def test_no_payment_ends_it_and_can_be_taken_back(self, client: PageClient, member: Any) -> None:
        claim = failed(member)
        page = client.submit(f"/claims/{claim.reference}/payment", method="none").page
        assert "You wanted no payment" in page.text
        assert "£0.00" in page.text
        assert payable.by_ids([claim.id]) == []
        page = client.submit(f"/claims/{claim.reference}/payment", method="voucher").page
        assert "To be paid again" in page.text
        methods = list(db.session.scalars(sa.select(PaymentChoice.method).order_by(PaymentChoice.id)))
        assert methods == ["none", "voucher"], "each choice is an entry of its own"

    def test_a_charity_gets_it_and_not_the_person(self, client: PageClient, member: Any, charity: Payee) -> None:
        team = make.Team()
        claim = failed(member, team)
        client.submit(f"/claims/{claim.reference}/payment", method="charity", charity=str(charity.id))
        payment = paid_again(claim, team)
        assert (payment.method, payment.payee_id) == ("charity", charity.id)

    def test_once_corrected_it_is_closed_again(self, client: PageClient, member: Any) -> None:
        claim = failed(member)
        choose(claim, "voucher")
        db.session.commit()
        assert client.get(f"/claims/{claim.reference}/payment").status_code == 404
        assert "Choose another way" not in client.get(f"/claims/{claim.reference}").page.text

    def test_of_somebody_else_is_not_found(self, client: PageClient, member: Any) -> None:
        claim = failed(make_member())
        assert client.get(f"/claims/{claim.reference}/payment").status_code == 404


@pytest.mark.usefixtures("app")
class TestChoosing:
    def test_the_charity_it_came_back_from_is_refused(self, charity: Payee) -> None:
        team = make.Team()
        claim = make.make_draft()
        choose(claim, "charity", charity_id=charity.id)
        make.bring(claim, "failed", team)
        db.session.commit()
        with pytest.raises(SameWayError):
            choose(claim, "charity", charity_id=charity.id)
        db.session.rollback()
        choose(claim, "bank")
        assert paid_again(claim, team).payee_id == claim.payee_id

    def test_details_of_the_person_do_not_mend_what_goes_to_a_charity(self, charity: Payee) -> None:
        claim = make.make_draft()
        choose(claim, "charity", charity_id=charity.id)
        make.bring(claim, "failed", make.Team())
        payee = db.session.get_one(Payee, claim.payee_id)
        bank_details.give(payee, Numbers("200000", "55779911", ""), "A Patel", by="member:1")
        db.session.refresh(claim)
        assert claim.state == "failed"

    @pytest.mark.parametrize("state", ["authorised", "in_run", "paid", "corrected", "refused", "withdrawn"])
    def test_nowhere_else_is_it_open_in_the_service_or_in_the_database(self, state: str) -> None:
        claim = make.make_claim(state)
        other = make.make_draft()
        choose(other, "bank")
        with pytest.raises(ClaimMovedError):
            choose(claim, "voucher")
        row = db.session.scalars(sa.select(PaymentChoice)).one()
        values = {"method": "voucher", "text_id": row.text_id, "language": "en", "at": row.at, "how": "online"}
        assert refused(sa.insert(PaymentChoice).values(claim_id=claim.id, **values))
        assert not refused(sa.insert(PaymentChoice).values(claim_id=make.make_claim("failed").id, **values))

    def test_what_was_signed_stays_signed_while_it_is_given_up(self) -> None:
        claim = make.make_claim("failed")
        choose(claim, "none")
        signed = (claim.approved_by, claim.authorised_by, claim.approved_pence)
        assert claim.state == "declined"
        assert all(signed)
        for values in ({"approved_pence": 1}, {"authorised_by": None}, {"approved_by": None, "authorised_by": None}):
            assert refused(change(Claim, **values))
