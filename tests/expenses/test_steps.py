"""A claim's way from draft to paid, and what is refused on it."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from accounts.models import Staff
from core import clock
from core.audit import AuditEntry
from core.database import db
from expenses import transitions
from expenses.errors import ClaimMovedError, NoReasonError, OverBudgetError, OwnClaimError, WrongReasonError
from expenses.models import Claim, ClaimState, LineDecision, Payment, PaymentRun
from expenses.queries import claims as queries
from expenses.queries import payments
from expenses.reasons import LESS
from expenses.services import authorising, claims, deciding, payees, runs, steps
from expenses.services.deciding import Given
from mail.models import OutboxMessage
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.factories.staff import make_staff

pytestmark = pytest.mark.usefixtures("app")


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)))


class TestTheWholeWay:
    @pytest.mark.parametrize("state", [s.value for s in ClaimState if s != ClaimState.DECLINED])
    def test_every_state_is_reached_with_an_entry_and_an_audit_row_for_each_step(self, state: str) -> None:
        claim = make.make_claim(state)
        ledger = queries.entries(claim.id)
        assert claim.state == state
        assert [e.to_state for e in ledger][-1:] == ([state] if state != "draft" else [])
        assert [e.from_state for e in ledger[1:]] == [e.to_state for e in ledger[:-1]]
        steps_taken = sa.select(AuditEntry.action).where(AuditEntry.action.like("claim.%")).order_by(AuditEntry.id)
        rows = list(db.session.scalars(steps_taken))
        assert rows == [f"claim.{e.kind}" for e in ledger]

    def test_the_person_is_told_at_each_step(self) -> None:
        make.make_claim("failed")
        assert kinds() == ["claim_received", "claim_approved", "claim_payment_failed"]
        make.make_claim("paid")
        assert kinds()[3:] == ["claim_received", "claim_approved", "claim_paid"]

    def test_a_failed_payment_is_paid_by_a_second_one_and_never_by_two(self) -> None:
        team = make.Team()
        claim = make.make_claim("corrected", team=team)
        run = make.run_of(claim, team)
        runs.mark_paid(run, paid_on=make.yesterday())
        db.session.refresh(claim)
        paid = db.session.scalars(sa.select(Payment).where(Payment.state == "paid")).all()
        assert (claim.state, [p.attempt for p in paid], paid[0].amount_pence) == ("paid", [2], 420)


class TestTake:
    @pytest.mark.parametrize("step", transitions.STEPS.values(), ids=lambda s: s.done)
    def test_refuses_a_step_that_does_not_follow(self, step: transitions.Step) -> None:
        claim = make.make_claim("refused")
        if ClaimState.REFUSED not in step.before:
            with pytest.raises(ClaimMovedError):
                steps.take(claim, step, actor="test")

    def test_of_two_approvers_who_saw_the_same_claim_the_second_is_told(self) -> None:
        claim = make.make_claim("submitted")
        seen = claim.version
        deciding.refuse(claim, "not_covered", by=make_staff("claims_approver"), version=seen)
        with pytest.raises(ClaimMovedError):
            deciding.refuse(claim, "not_covered", by=make_staff("claims_approver"), version=seen)


class TestSeparationOfDuties:
    def test_who_entered_a_claim_may_not_decide_on_it(self) -> None:
        person = make_staff("claims_approver", "panel_manager")
        claim = make.make_claim("submitted", made_by=person, made_how="paper")
        with pytest.raises(OwnClaimError):
            deciding.ask(claim, "Why?", by=person, version=claim.version)

    def test_a_member_of_staff_on_the_panel_is_known_by_their_address(self) -> None:
        person = make_staff("claims_approver", email="both@example.org")
        payee = make.make_payee(make_member(email="Both@Example.org"))
        claim = make.make_claim("submitted", payee=payee)
        assert claim.claimant_staff_id == person.id
        with pytest.raises(OwnClaimError):
            deciding.refuse(claim, "not_covered", by=person, version=claim.version)

    def test_a_colleague_is_known_when_somebody_says_so(self) -> None:
        person = make_staff("claims_approver")
        payee = make.make_payee()
        payees.declare_staff(payee, person.id)
        claim = make.make_claim("submitted", payee=payee)
        with pytest.raises(OwnClaimError):
            deciding.refuse(claim, "not_covered", by=person, version=claim.version)

    def test_who_approved_may_neither_authorise_nor_pay(self) -> None:
        team = make.Team()
        claim = make.make_claim("approved", team=team)
        with pytest.raises(OwnClaimError):
            authorising.authorise(claim, by=team.approver, version=claim.version)
        authorising.authorise(claim, by=team.authoriser, version=claim.version)
        db.session.commit()
        for person in (team.approver, team.authoriser):
            with pytest.raises(OwnClaimError):
                runs.prepare([claim.id], by=person, pay_on=make.pay_day())
            db.session.rollback()

    def test_who_prepared_a_run_or_approved_a_claim_in_it_may_not_confirm_it(self) -> None:
        team = make.Team()
        claim = make.make_claim("authorised", team=team)
        run = runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day())
        for person in (team.payer, team.approver, team.authoriser):
            with pytest.raises(OwnClaimError):
                runs.confirm(run, by=person)

    def test_an_earlier_decision_counts_too(self) -> None:
        first, team = make.Team(), make.Team()
        claim = make.make_claim("approved", team=first)
        deciding.reopen(claim, "The receipt is of another day.", by=team.approver, version=claim.version)
        make.approve(claim, team)
        with pytest.raises(OwnClaimError):
            authorising.authorise(claim, by=first.approver, version=claim.version)


class TestDecide:
    def test_less_needs_a_reason(self) -> None:
        claim = make.make_claim("submitted")
        given = {line.id: Given(100) for line in claims.lines_of(claim)}
        with pytest.raises(NoReasonError):
            deciding.decide(claim, given, by=make_staff("claims_approver"), version=claim.version)

    def test_more_than_the_policy_gives_needs_a_reason(self) -> None:
        claim = make.make_claim("submitted", lines=[{"category": "taxi", "spent_pence": 900}])
        (line,) = claims.lines_of(claim)
        assert set(line.flags) == {"no_receipt", "not_agreed"}
        person = make_staff("claims_approver")
        with pytest.raises(NoReasonError):
            deciding.decide(claim, {line.id: Given(900)}, by=person, version=claim.version)
        deciding.decide(claim, {line.id: Given(900, "access_need")}, by=person, version=claim.version)
        assert claim.state == "approved"

    @pytest.mark.parametrize(
        ("line", "flag"),
        [
            ({"category": "meal_evening", "spent_pence": 1501}, "over_cap"),
            ({"spent_on": clock.today() - dt.timedelta(days=91)}, "late"),
            ({"category": "parking"}, "no_receipt"),
            ({"category": "taxi"}, "not_agreed"),
            ({"category": "organisation_time"}, "not_allowed"),
        ],
    )
    def test_each_rule_that_is_broken_needs_a_reason_to_be_paid_all_the_same(
        self, line: dict[str, Any], flag: str
    ) -> None:
        claim = make.make_claim("submitted", lines=[{"spent_on": make.yesterday(), **line}])
        (row,) = claims.lines_of(claim)
        assert flag in row.flags
        approver = make_staff("claims_approver")
        with pytest.raises(NoReasonError):
            deciding.decide(claim, {row.id: Given(row.claimed_pence)}, by=approver, version=claim.version)
        given = {row.id: Given(row.claimed_pence, "no_other_way")}
        deciding.decide(claim, given, by=approver, version=claim.version)
        assert db.session.scalars(sa.select(LineDecision)).one().beyond_policy

    @pytest.mark.parametrize(
        ("line", "breaks"),
        [
            ({"category": "meal_evening", "spent_pence": 1500}, False),  # the cap to the penny
            ({"category": "meal_evening", "spent_pence": 1501}, True),
            ({"spent_on": clock.today() - dt.timedelta(days=90)}, False),  # the last day of the window
            ({"spent_on": clock.today() - dt.timedelta(days=91)}, True),
        ],
    )
    def test_a_reason_for_less_is_none_for_paying_past_a_cap_or_a_window(
        self, line: dict[str, Any], breaks: bool
    ) -> None:
        claim = make.make_draft(lines=[{"spent_on": make.yesterday(), **line}])
        (row,) = claims.lines_of(claim)
        make.make_receipt(row.id)
        claims.send(claim, actor="test")
        approver = make_staff("claims_approver")
        if breaks:
            for reason in LESS:
                with pytest.raises(WrongReasonError):
                    deciding.decide(
                        claim, {row.id: Given(row.claimed_pence, reason)}, by=approver, version=claim.version
                    )
            assert not db.session.scalar(sa.select(sa.func.count(LineDecision.id)))
        reason = "access_need" if breaks else None
        deciding.decide(claim, {row.id: Given(row.claimed_pence, reason)}, by=approver, version=claim.version)
        assert db.session.scalars(sa.select(LineDecision.beyond_policy)).one() is breaks

    def test_a_reason_for_more_is_none_for_paying_less(self) -> None:
        claim = make.make_claim("submitted")
        (row,) = claims.lines_of(claim)
        approver = make_staff("claims_approver")
        with pytest.raises(WrongReasonError):
            deciding.decide(claim, {row.id: Given(419, "access_need")}, by=approver, version=claim.version)
        deciding.decide(claim, {row.id: Given(419, "wrong_amount")}, by=approver, version=claim.version)
        assert claim.state == "partly_approved"

    def test_of_eight_approvers_at_one_moment_one_decides(self, app: Flask) -> None:
        claim = make.make_claim("submitted")
        (line,) = claims.lines_of(claim)
        people = [make_staff("claims_approver").id for _ in range(8)]
        claim_id, version, given = claim.id, claim.version, {line.id: Given(line.claimed_pence)}
        db.session.commit()
        results: list[str] = []
        start = threading.Barrier(len(people))

        def attempt(person: int) -> None:
            with app.app_context():
                start.wait()
                try:
                    claim = db.session.get_one(Claim, claim_id)
                    deciding.decide(claim, given, by=db.session.get_one(Staff, person), version=version)
                    db.session.commit()
                    results.append("won")
                except ClaimMovedError:
                    db.session.rollback()
                    results.append("told")
                finally:
                    db.session.remove()

        threads = [threading.Thread(target=attempt, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["told"] * 7 + ["won"]
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LineDecision)) == 1


class TestAuthorise:
    def test_past_the_budget_only_its_holder_may(self) -> None:
        team, holder = make.Team(), make_staff("budget_holder")
        engagement = make_engagement()
        make.make_budget(engagement.id, holder, pence=500)
        first = make.make_claim("approved", team=team, engagement_id=engagement.id)
        second = make.make_claim("approved", team=team, engagement_id=engagement.id)
        authorising.authorise(first, by=team.authoriser, version=first.version)
        with pytest.raises(OverBudgetError):
            authorising.authorise(second, by=team.authoriser, version=second.version)
        authorising.authorise(second, by=holder, version=second.version)
        assert second.state == "authorised"


class TestRuns:
    def test_a_cancelled_run_gives_its_claims_back(self) -> None:
        team = make.Team()
        claim = make.make_claim("authorised", team=team)
        run = runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day())
        runs.cancel(run, by=team.payer)
        db.session.refresh(claim)
        assert (claim.state, run.state) == ("authorised", "cancelled")
        assert make.run_of(claim, team).payments == 1

    def test_is_all_or_nothing(self) -> None:
        team = make.Team()
        good, bad = make.make_claim("authorised", team=team), make.make_claim("approved", team=team)
        db.session.commit()
        with pytest.raises(ClaimMovedError):
            runs.prepare([good.id, bad.id], by=team.payer, pay_on=make.pay_day())
        db.session.rollback()
        assert db.session.scalars(sa.select(PaymentRun)).all() == []
        assert db.session.get_one(Claim, good.id).state == "authorised"
        assert payments.find_live(good.id) is None
