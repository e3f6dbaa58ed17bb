"""Any sequence of what people may try: nobody signs twice, nothing is paid twice, no claim and no penny is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Staff
from core.database import db
from core.errors import DomainError
from expenses.models import Claim, ClaimEntry, ClaimLine, LineDecision, Payee, Payment, PaymentRun
from expenses.queries import payments
from expenses.services import authorising, choices, claims, deciding, runs
from expenses.services.deciding import Given
from expenses.transitions import STEPS
from tests.conftest import _drop_all_rows
from tests.factories import expenses as make
from tests.factories.members import make_member
from tests.factories.staff import make_staff

numbers = st.integers(0, 5)


@dataclass
class _Approver:
    """As much of a team as approving takes."""

    approver: Staff


class Office(RuleBasedStateMachine):
    """Six members of staff who may do everything, two of whom are on the panel, and people who claim."""

    #: Every state that any sequence came to: proof that the search goes the whole way.
    seen: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    @initialize()
    def open(self) -> None:
        make.make_policy()
        people = [make_staff(email=f"person{n}@office.example.org") for n in range(6)]
        members = [make_member(email=f"person{n}@office.example.org") for n in range(2)] + [make_member()]
        self.staff_ids = [person.id for person in people]
        self.payee_ids = [make.make_payee(member).id for member in members]
        for number, payee_id in enumerate(self.payee_ids):  # so that every walk has something to walk with
            make.make_draft(db.session.get_one(Payee, payee_id), [{"spent_pence": 500 + number}])
        self.made = len(self.payee_ids)

    def teardown(self) -> None:
        db.session.rollback()
        db.session.remove()
        _drop_all_rows()

    def staff(self, number: int) -> Staff:
        return db.session.get_one(Staff, self.staff_ids[number])

    def pick(self, model: Any, number: int) -> Any:
        rows = list(db.session.scalars(sa.select(model).order_by(model.id)))
        return rows[number % len(rows)] if rows else None

    def attempt(self, what: Callable[[], object]) -> None:
        """Try something as a view does: all of it happens, or none."""
        try:
            what()
        except DomainError:
            db.session.rollback()
        else:
            db.session.commit()

    @rule(payee=st.integers(0, 2), by=st.none() | numbers, kind=st.sampled_from(["costs", "time"]), miles=numbers)
    def claim(self, payee: int, by: int | None, kind: str, miles: int) -> None:
        who = self.staff(by) if by is not None else None
        line = {"role": "adviser", "minutes": 90} if kind == "time" else {"spent_pence": 100 + miles}
        make.make_draft(
            db.session.get_one(Payee, self.payee_ids[payee]),
            [line],
            kind=kind,
            made_by=who,
            made_how="paper" if who else "online",
        )
        self.made += 1

    @rule(n=numbers, method=st.sampled_from(["bank", "voucher", "none"]))
    def choose(self, n: int, method: str) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: choices.choose(claim, method, language="en", how="online"))

    @rule(n=numbers)
    def send(self, n: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: claims.send(claim, actor="member"))

    @rule(n=numbers, by=numbers)
    def ask(self, n: int, by: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: deciding.ask(claim, "Why?", by=self.staff(by), version=claim.version))

    @rule(n=numbers)
    def answer(self, n: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: claims.answer(claim, "Because.", actor="member"))

    @rule(n=numbers)
    def withdraw(self, n: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: claims.withdraw(claim, actor="member"))

    @rule(n=numbers, by=numbers, percent=st.sampled_from([0, 50, 100, 100, 100, 150]))
    def decide(self, n: int, by: int, percent: int) -> None:
        if claim := self.pick(Claim, n):
            lines = claims.lines_of(claim)
            given = {
                line.id: Given(line.claimed_pence * percent // 100, "other_more" if percent == 100 else "other_less")
                for line in lines
            }
            self.attempt(lambda: deciding.decide(claim, given, by=self.staff(by), version=claim.version))

    @rule(n=numbers, by=numbers)
    def reopen(self, n: int, by: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: deciding.reopen(claim, "A mistake.", by=self.staff(by), version=claim.version))

    @rule(n=numbers, by=numbers)
    def authorise(self, n: int, by: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: authorising.authorise(claim, by=self.staff(by), version=claim.version))

    @rule(n=numbers, times=st.integers(1, 6))
    def bring_far(self, n: int, times: int) -> None:
        """Take the steps that come next, done by whoever may, so that a walk comes to payments and what follows."""
        for _ in range(times):
            if claim := self.pick(Claim, n):
                self.attempt(lambda claim=claim: self.bring_on(claim))
                self.seen.add(claim.state)

    def bring_on(self, claim: Claim) -> None:
        if claim.state == "draft":
            claims.send(claim, actor="member")
        elif claim.state == "submitted":
            make.approve(claim, _Approver(self.staff(5)))  # type: ignore[arg-type]  # only the approver is asked for
        elif claim.state == "approved":
            authorising.authorise(claim, by=self.staff(4), version=claim.version)
        elif claim.state == "authorised":
            runs.prepare([claim.id], by=self.staff(3), pay_on=make.pay_day())
        elif claim.state == "in_run":
            live = payments.find_live(claim.id)
            assert live is not None
            run = payments.get_run(live.run_id)
            if run.state == "prepared":
                runs.confirm(run, by=self.staff(2))
            else:
                runs.mark_paid(run, paid_on=make.yesterday())

    @rule(by=numbers, wanted=st.sets(numbers, min_size=1, max_size=3), ready=st.booleans())
    def prepare(self, by: int, wanted: set[int], ready: bool) -> None:
        found = [claim for n in sorted(wanted) if (claim := self.pick(Claim, n))]
        chosen = [c.id for c in found if not ready or c.state in {"authorised", "corrected"}]
        if chosen:
            self.attempt(lambda: runs.prepare(chosen, by=self.staff(by), pay_on=make.pay_day()))

    @rule(n=numbers, by=numbers)
    def confirm(self, n: int, by: int) -> None:
        if run := self.pick(PaymentRun, n):
            self.attempt(lambda: runs.confirm(run, by=self.staff(by)))

    @rule(n=numbers, by=numbers)
    def cancel(self, n: int, by: int) -> None:
        if run := self.pick(PaymentRun, n):
            self.attempt(lambda: runs.cancel(run, by=self.staff(by)))

    @rule(n=numbers)
    def mark_paid(self, n: int) -> None:
        if run := self.pick(PaymentRun, n):
            self.attempt(lambda: runs.mark_paid(run, paid_on=make.yesterday()))

    @rule(n=numbers)
    def fail(self, n: int) -> None:
        if payment := self.pick(Payment, n):
            self.attempt(lambda: runs.fail(payment, "by_hand"))

    @rule(n=numbers)
    def correct(self, n: int) -> None:
        if claim := self.pick(Claim, n):
            self.attempt(lambda: runs.correct(claim, actor="member"))

    @invariant()
    def no_claim_is_lost_and_the_ledger_tells_its_way(self) -> None:
        found = list(db.session.scalars(sa.select(Claim)))
        assert len(found) == self.made
        for claim in found:
            query = sa.select(ClaimEntry).where(ClaimEntry.claim_id == claim.id).order_by(ClaimEntry.number)
            state, number = "draft", 1
            for entry in db.session.scalars(query):
                assert (entry.from_state, entry.number) == (state, number + 1)
                assert entry.from_state in STEPS[entry.kind].before
                state, number = entry.to_state, entry.number
            assert (claim.state, claim.version) == (state, number)
            self.seen.add(state)

    @invariant()
    def nobody_has_two_duties_on_a_claim_that_is_signed(self) -> None:
        for claim in db.session.scalars(sa.select(Claim).where(Claim.state != "draft")):
            own = {claim.made_by, claim.claimant_staff_id} - {None}
            decided = set(
                db.session.scalars(sa.select(LineDecision.by_id).join(ClaimLine).where(ClaimLine.claim_id == claim.id))
            )
            assert not own & decided
            assert claim.authorised_by is None or claim.authorised_by not in own | decided
            paying = sa.select(PaymentRun.prepared_by, PaymentRun.confirmed_by).join(
                Payment, Payment.run_id == PaymentRun.id
            )
            for prepared, confirmed in db.session.execute(paying.where(Payment.claim_id == claim.id)):
                assert prepared != confirmed
                assert not {prepared, confirmed} & (own | decided | {claim.authorised_by})

    @invariant()
    def nothing_is_paid_twice_and_no_penny_is_lost(self) -> None:
        for claim in db.session.scalars(sa.select(Claim)):
            live = list(
                db.session.scalars(
                    sa.select(Payment).where(Payment.claim_id == claim.id, Payment.state.in_(["in_run", "paid"]))
                )
            )
            assert len(live) <= 1
            assert {p.amount_pence for p in live} <= {claim.to_pay_pence}
            assert [p.state for p in live] == ([claim.state] if claim.state in {"in_run", "paid"} else [])
            lines = claims.lines_of(claim)
            assert claim.claimed_pence == sum(line.claimed_pence for line in lines)
            if claim.approved_by is not None:
                assert claim.approved_pence == sum(line.approved_pence or 0 for line in lines)
        for run in db.session.scalars(sa.select(PaymentRun)):
            amounts = list(db.session.scalars(sa.select(Payment.amount_pence).where(Payment.run_id == run.id)))
            assert (run.payments, run.total_pence) == (len(amounts), sum(amounts))
        db.session.rollback()


@pytest.fixture
def office(app: object) -> type[Office]:
    return Office


@pytest.mark.slow
class TestAnySequence:
    def test_keeps_what_must_hold(self, office: type[Office]) -> None:
        # Its own teardown empties the database, which takes longer than hypothesis expects of an example.
        run_state_machine_as_test(
            office,
            settings=settings(
                max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
        assert office.seen >= {"approved", "authorised", "in_run", "paid"}
