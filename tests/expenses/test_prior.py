"""Asking before the day: agreed, refused, or paid first."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from core.database import db
from expenses.errors import ClaimMovedError, OwnClaimError, PastDayError
from expenses.models import Claim, PriorRequest
from expenses.services import authorising, claims, prior, runs
from tests.factories import expenses as make
from tests.factories.members import make_member
from tests.factories.staff import make_staff
from tests.support.times import in_days

pytestmark = pytest.mark.usefixtures("app")


def ask(kind: str = "approval", **values: object) -> PriorRequest:
    make.make_policy()
    payee = values.pop("payee", None) or make.make_payee()
    day = clock.today() + dt.timedelta(days=3)
    # For mypy: values as they come.
    return prior.ask(
        payee, kind, "taxi", day, pence=1500, words="The bus has no ramp.", **({"event": "A meeting."} | values)
    )  # type: ignore[arg-type]


def pay(advance: Claim, team: make.Team) -> None:
    make.approve(advance, team)
    authorising.authorise(advance, by=team.authoriser, version=advance.version)
    runs.mark_paid(make.run_of(advance, team), paid_on=clock.today())
    db.session.refresh(advance)


class TestAgree:
    def test_what_was_agreed_is_priced_without_a_flag_and_more_is_not(self) -> None:
        payee = make.make_payee()
        request = ask(payee=payee)
        prior.agree(request, 1500, by=make_staff("claims_approver"))
        with clock.stopped_at(in_days(4)):
            taxi = {"category": "taxi", "prior_id": request.id}
            claim = make.make_draft(payee, [taxi | {"spent_pence": 1500}, taxi | {"spent_pence": 1501}])
            flags = [set(line.flags) & {"not_agreed"} for line in claims.lines_of(claim)]
            assert flags == [set(), {"not_agreed"}]
            claims.send(claim, actor="test")
        db.session.refresh(request)
        assert request.state == "used"

    def test_somebody_elses_agreement_does_not_count(self) -> None:
        request = ask()
        prior.agree(request, 1500, by=make_staff("claims_approver"))
        claim = make.make_draft(lines=[{"category": "taxi", "spent_pence": 900, "prior_id": request.id}])
        assert "not_agreed" in claims.lines_of(claim)[0].flags

    def test_nobody_agrees_to_a_request_of_their_own(self) -> None:
        person = make_staff("claims_approver", email="both@example.org")
        request = ask(payee=make.make_payee(make_member(email="both@example.org")))
        with pytest.raises(OwnClaimError):
            prior.agree(request, 1500, by=person)

    def test_of_two_answers_the_second_is_told(self) -> None:
        request = ask()
        prior.refuse(request, "There is a bus with a ramp.", by=make_staff("claims_approver"))
        with pytest.raises(ClaimMovedError):
            prior.agree(request, 1500, by=make_staff("claims_approver"))


class TestAdvance:
    def test_is_paid_before_the_day_and_taken_off_the_claim_that_accounts_for_it(self) -> None:
        payee, team = make.make_payee(), make.Team()
        advance = prior.agree(ask("advance", payee=payee), 1000, by=make_staff("claims_approver"))
        assert advance is not None
        assert (advance.kind, advance.state, advance.claimed_pence) == ("advance", "submitted", 1000)
        pay(advance, team)
        lines = [{"spent_pence": 1400}]
        claim = make.make_claim("authorised", payee=payee, team=team, lines=lines, settles_id=advance.id)
        assert (claim.approved_pence, claim.advance_pence, claim.to_pay_pence) == (1400, 1000, 400)
        assert runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day()).total_pence == 400

    def test_that_covers_all_is_settled_without_another_payment(self) -> None:
        payee, team = make.make_payee(), make.Team()
        advance = prior.agree(ask("advance", payee=payee), 1000, by=make_staff("claims_approver"))
        assert advance is not None
        pay(advance, team)
        claim = make.make_draft(payee, [{"spent_pence": 800}], settles_id=advance.id)
        make.bring(claim, "authorised", team)
        assert (claim.state, claim.to_pay_pence) == ("paid", 0)


class TestAsk:
    def test_refuses_a_day_that_is_past(self) -> None:
        with pytest.raises(PastDayError):
            prior.ask(make.make_payee(), "approval", "taxi", make.yesterday(), pence=None, words="")
