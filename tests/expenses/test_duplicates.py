"""What looks as if it had been claimed before is seen, and nothing else is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.database import db
from expenses.models import Claim
from expenses.queries import duplicates
from expenses.services import claims
from tests.factories import expenses as make
from tests.support.queries import at_most

pytestmark = pytest.mark.usefixtures("app")

DRIVE = {"category": "mileage_car", "spent_pence": None, "quantity_hundredths": 2400}


EARLIER = make.yesterday() - dt.timedelta(days=2)


def kinds(claim: Claim) -> set[str]:
    return {like.kind for like in duplicates.of_claims([claim.id])}


def drive(start: str, end: str, **changes: Any) -> dict[str, Any]:
    return DRIVE | {"journey": {"from": start, "to": end}} | changes


class TestSameCost:
    def test_same_person_day_kind_and_amount(self) -> None:
        payee = make.make_payee()
        first = make.make_claim(payee=payee)
        second = make.make_claim(payee=payee)
        found = duplicates.of_claims([second.id])
        assert [(like.kind, like.other_claim_id) for like in found] == [("same_cost", first.id)]

    def test_inside_one_claim(self) -> None:
        assert kinds(make.make_claim(lines=[{}, {}])) == {"same_cost"}

    @pytest.mark.parametrize("other", [{"spent_pence": 421}, {"category": "parking"}, {"spent_on": EARLIER}])
    def test_another_amount_kind_or_day_is_not_the_same(self, other: dict[str, Any]) -> None:
        payee = make.make_payee()
        make.make_claim(payee=payee)
        assert kinds(make.make_claim(payee=payee, lines=[other])) == set()

    def test_somebody_elses_bus_ticket_is_not_the_same(self) -> None:
        make.make_claim()
        assert kinds(make.make_claim()) == set()

    @pytest.mark.parametrize("state", ["draft", "refused", "withdrawn"])
    def test_what_was_refused_taken_back_or_not_sent_does_not_count(self, state: str) -> None:
        payee = make.make_payee()
        make.make_claim(state, payee=payee)
        assert kinds(make.make_claim(payee=payee)) == set()


class TestSameReceipt:
    def test_is_known_whoever_sends_it(self) -> None:
        first = make.make_claim("submitted", lines=[{"category": "parking"}])
        second = make.make_claim("submitted", lines=[{"category": "parking", "spent_pence": 999}])
        for claim in (first, second):
            (line,) = claims.lines_of(claim)
            make.make_receipt(line.id, "ab" * 32)
        db.session.commit()
        assert kinds(second) == {"same_receipt"}


class TestSameCar:
    def test_the_same_journey_by_two_people_in_either_direction_however_it_is_spelt(self) -> None:
        make.make_claim(lines=[drive("Oadby", "St. Peter's Hall")])
        assert kinds(make.make_claim(lines=[drive("st peters hall", "OADBY")])) == {"same_car"}

    def test_a_passenger_or_another_place_is_not(self) -> None:
        make.make_claim(lines=[drive("Oadby", "Leicester")])
        assert kinds(make.make_claim(lines=[drive("Oadby", "Leicester", category="mileage_passenger")])) == set()
        assert kinds(make.make_claim(lines=[drive("Oadby", "Wigston")])) == set()


def test_takes_three_queries_for_any_number_of_claims() -> None:
    payee = make.make_payee()
    numbers = [make.make_claim(payee=payee).id for _ in range(3)]
    with at_most(3):
        found = duplicates.of_claims(numbers)
    assert found
