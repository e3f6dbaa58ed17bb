"""What the database refuses from whoever comes round the services."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from core import clock
from core.database import db
from expenses.immutability import HistoryError
from expenses.models import (
    BankDetails,
    Claim,
    ClaimEntry,
    ClaimLine,
    InvolvementRate,
    LineDecision,
    Payment,
    PaymentChoice,
    PaymentRun,
    PolicyRate,
)
from expenses.queries import payments
from expenses.services import claims
from tests.factories import expenses as make
from tests.factories.staff import make_staff

pytestmark = pytest.mark.usefixtures("app")


def refused(statement: sa.Executable) -> bool:
    """Return whether the database refuses the statement."""
    try:
        with db.session.begin_nested():
            db.session.execute(statement)
    except DatabaseError:
        return True
    return False


def change(model: Any, **values: Any) -> sa.Update:
    return sa.update(model.__table__).values(**values)


class TestHistory:
    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (ClaimEntry, {"pence": 1}),
            (ClaimEntry, {"actor": "staff:9"}),
            (LineDecision, {"approved_pence": 1, "reason": "late"}),
            (LineDecision, {"by_id": 2}),
            (PolicyRate, {"cap_pence": 1}),
            (PolicyRate, {"window_days": 1}),
            (InvolvementRate, {"pence": 1}),
            (BankDetails, {"checked": "modulus"}),
            (Payment, {"amount_pence": 1}),
            (ClaimLine, {"claimed_pence": 1, "approved_pence": None}),
            (ClaimLine, {"spent_on": make.yesterday()}),
            (ClaimLine, {"rate_copy": {}}),
            (Claim, {"claimed_pence": 9999}),
            (Claim, {"approved_pence": 1}),
        ],
        ids=lambda value: value.__tablename__ if isinstance(value, type) else "-".join(value),
    )
    def test_does_not_change(self, model: Any, values: dict[str, Any]) -> None:
        make.make_claim("in_run", lines=[{"spent_on": make.yesterday() - dt.timedelta(days=10)}])
        assert refused(change(model, **values))

    def test_a_choice_does_not_change(self) -> None:
        make.make_claim(kind="time", lines=[{"role": "adviser", "minutes": 120}])
        assert refused(change(PaymentChoice, method="voucher"))

    def test_sealed_words_can_be_sealed_anew(self) -> None:
        make.make_claim("in_run")
        assert not refused(change(ClaimEntry, words=b"x"))
        assert not refused(change(BankDetails, numbers=b"x", account_index="y"))
        assert not refused(change(ClaimLine, note=b"x"))

    @pytest.mark.parametrize("model", [Claim, ClaimEntry, LineDecision, Payment, PaymentRun, BankDetails, ClaimLine])
    def test_is_not_deleted_through_the_orm(self, model: Any) -> None:
        make.make_claim("paid")
        db.session.delete(db.session.scalars(sa.select(model)).first())
        with pytest.raises((HistoryError, sa.exc.InvalidRequestError)):
            db.session.flush()
        db.session.rollback()

    def test_no_line_is_added_to_a_sent_claim(self) -> None:
        claim = make.make_claim()
        row = {"seal_id": "x" * 26, "claim_id": claim.id, "number": 2, "return_journey": False, "flags": []}
        row |= {"claimed_pence": 0, "priced_pence": 0}
        assert refused(sa.insert(ClaimLine).values(**row))


class TestDuties:
    def test_no_approver_is_the_claimant_or_who_entered_it(self) -> None:
        person = make_staff()
        claim = make.make_claim("submitted", made_by=person, made_how="paper")
        assert refused(change(Claim, approved_by=person.id))
        (line,) = claims.lines_of(claim)
        decision = {"seal_id": "x" * 26, "line_id": line.id, "round": 1, "claimed_pence": 420, "approved_pence": 420}
        decision |= {"beyond_policy": False, "at": clock.now()}
        assert refused(sa.insert(LineDecision).values(by_id=person.id, **decision))
        assert not refused(sa.insert(LineDecision).values(by_id=make_staff().id, **decision))

    def test_two_signatures_are_of_two_people(self) -> None:
        team = make.Team()
        make.make_claim("approved", team=team)
        assert refused(change(Claim, authorised_by=team.approver.id, state="authorised"))
        assert refused(change(Claim, state="authorised")), "nobody signed"

    def payment(self, run: PaymentRun, claim: Claim, **values: Any) -> sa.Insert:
        row = {"run_id": run.id, "claim_id": claim.id, "attempt": 1, "state": "in_run", "method": "voucher"}
        row |= {"payee_id": claim.payee_id, "amount_pence": claim.to_pay_pence, "reference": "X", "failure": ""}
        return sa.insert(Payment).values(**(row | values))

    def run(self, **values: Any) -> PaymentRun:
        row = PaymentRun(pay_on=make.yesterday(), prepared_at=clock.now(), checksums={}, **values)
        db.session.add(row)
        db.session.flush()
        return row

    def test_no_payer_approved_or_authorised(self) -> None:
        team = make.Team()
        claim = make.make_claim("authorised", team=team)
        for person, no in ((team.approver, True), (team.authoriser, True), (team.payer, False)):
            assert refused(self.payment(self.run(prepared_by=person.id), claim)) is no

    def test_no_confirmer_prepared_approved_or_authorised(self) -> None:
        team = make.Team()
        claim = make.make_claim("authorised", team=team)
        db.session.execute(self.payment(self.run(prepared_by=team.payer.id), claim))
        for person in (team.payer, team.approver, team.authoriser):
            assert refused(change(PaymentRun, state="confirmed", confirmed_by=person.id, confirmed_at=clock.now()))
        confirmed = change(PaymentRun, state="confirmed", confirmed_by=team.second_payer.id, confirmed_at=clock.now())
        assert not refused(confirmed)


class TestPaymentRows:
    payment, run = TestDuties.payment, TestDuties.run

    def test_a_claim_is_in_one_run_at_most(self) -> None:
        team = make.Team()
        claim = make.make_claim("in_run", team=team)
        assert refused(self.payment(self.run(prepared_by=team.payer.id), claim, attempt=2))

    def test_pays_what_was_approved_and_authorised(self) -> None:
        team = make.Team()
        claim, unsigned = make.make_claim("authorised", team=team), make.make_claim("approved", team=team)
        run = self.run(prepared_by=team.payer.id)
        assert refused(self.payment(run, claim, amount_pence=421))
        assert refused(self.payment(run, unsigned))

    def test_nothing_is_added_to_a_confirmed_run(self) -> None:
        team = make.Team()
        first, second = make.make_claim("in_run", team=team), make.make_claim("authorised", team=team)
        run = payments.get_run(payments.find_live(first.id).run_id)
        assert refused(self.payment(run, second))
        assert refused(change(PaymentRun, total_pence=1))
