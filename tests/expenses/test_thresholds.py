"""The miles of a year count from claim to claim: 10,000 at one rate, the rest at the other."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from expenses.models import Claim, Payee
from expenses.services import claims, deciding
from tests.factories import expenses as make
from tests.factories.staff import make_staff

pytestmark = pytest.mark.usefixtures("app")

RATE, ABOVE, MILES = 45, 25, 10_000


def drive(payee: Payee, miles: int, day: dt.date | None = None, state: str = "submitted") -> Claim:
    line = {"category": "mileage_car", "spent_pence": None, "quantity_hundredths": miles * 100}
    line |= {"spent_on": day or make.yesterday(), "journey": {"from": "Wigston", "to": "Oadby"}}
    return make.make_claim(state, payee=payee, lines=[line])


def test_a_second_claim_goes_on_where_the_first_ended() -> None:
    payee = make.make_payee()
    assert drive(payee, MILES - 10).claimed_pence == (MILES - 10) * RATE
    assert drive(payee, 20).claimed_pence == 10 * RATE + 10 * ABOVE
    assert drive(payee, 1).claimed_pence == ABOVE


def test_each_person_has_a_year_of_their_own() -> None:
    drive(make.make_payee(), MILES)
    assert drive(make.make_payee(), 1).claimed_pence == RATE


@pytest.mark.parametrize("state", ["draft", "refused", "withdrawn"])
def test_what_is_not_paid_uses_nothing_up(state: str) -> None:
    payee = make.make_payee()
    drive(payee, MILES, state=state)
    assert drive(payee, 1).claimed_pence == RATE


def test_what_was_sent_keeps_its_price_when_an_earlier_claim_is_refused() -> None:
    payee = make.make_payee()
    first, second = drive(payee, MILES), drive(payee, 1)
    deciding.refuse(first, "not_covered", by=make_staff("claims_approver"), version=first.version)
    assert second.claimed_pence == ABOVE, "fixed when it was sent"
    assert drive(payee, 1).claimed_pence == RATE


def test_a_draft_is_priced_again_when_it_is_sent() -> None:
    payee = make.make_payee()
    draft = drive(payee, 1, state="draft")
    assert draft.claimed_pence == RATE
    drive(payee, MILES)
    claims.send(draft, actor="test")
    assert draft.claimed_pence == ABOVE


def test_the_year_begins_anew_on_6_april() -> None:
    with clock.stopped_at(dt.datetime(2027, 4, 8, 12, tzinfo=dt.UTC)):
        payee = make.make_payee()
        drive(payee, MILES, dt.date(2027, 4, 5))
        assert drive(payee, 1, dt.date(2027, 4, 6)).claimed_pence == RATE
        assert drive(payee, 1, dt.date(2027, 4, 5)).claimed_pence == ABOVE
