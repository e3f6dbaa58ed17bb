"""Pricing is the policy: at every boundary of dates, thresholds, caps and windows, to the penny."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses import pricing
from expenses.pricing import Cost, Part, Price, Rate, TimeRate

DAY = dt.date(2026, 3, 3)
MILE = 100

CAR = Rate(
    id=1,
    category="mileage_car",
    unit="mile",
    valid_from=dt.date(2025, 4, 6),
    rate_hundredths=4500,
    threshold_hundredths=10_000 * MILE,
    above_hundredths=2500,
    receipt="never",
)
MEAL = Rate(id=2, category="meal", unit="cost", valid_from=dt.date(2025, 4, 6), cap_pence=1500)

days = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))
miles = st.integers(0, 20_000 * MILE)


def drive(quantity: int, day: dt.date = DAY) -> Cost:
    return Cost("mileage_car", day, quantity_hundredths=quantity)


def exact(quantity: int, used: int, rate: Rate) -> Fraction:
    """Return the price in pence, mile by hundredth of a mile, from the words of the policy alone."""
    below = max(0, min(used + quantity, rate.threshold_hundredths or 10**12) - used)
    return Fraction(below * (rate.rate_hundredths or 0) + (quantity - below) * (rate.above_hundredths or 0), 10_000)


class TestMiles:
    def test_ten_thousand_miles_crossed_inside_one_claim_are_split(self) -> None:
        found = pricing.price(drive(100 * MILE), CAR, DAY, used=9_960 * MILE)
        assert found.parts == (Part(40 * MILE, 4500), Part(60 * MILE, 2500))
        assert found.pence == 40 * 45 + 60 * 25

    @pytest.mark.parametrize(
        ("used", "pence"),
        [(9_999 * MILE, 45), (10_000 * MILE - 1, 25), (10_000 * MILE, 25), (12_000 * MILE, 25), (0, 45)],
    )
    def test_a_mile_on_each_side_of_the_threshold(self, used: int, pence: int) -> None:
        assert pricing.price(drive(MILE), CAR, DAY, used).pence == pence

    @given(miles, miles)
    def test_is_the_policy_rounded_once_half_a_penny_up(self, quantity: int, used: int) -> None:
        found = pricing.price(drive(quantity), CAR, DAY, used)
        assert found.pence == int(exact(quantity, used, CAR) + Fraction(1, 2))
        assert sum(part.quantity_hundredths for part in found.parts) == quantity

    @given(st.lists(st.tuples(miles, st.integers(0, 400)), min_size=1, max_size=8), miles)
    def test_lines_of_a_claim_use_up_the_year_together(self, trips: list[tuple[int, int]], used: int) -> None:
        """However a year's miles are cut into lines, each tax year is priced as one journey, but for rounding."""
        costs = [drive(quantity, dt.date(2025, 10, 1) + dt.timedelta(days=after)) for quantity, after in trips]
        first, second = dt.date(2025, 4, 6), dt.date(2026, 4, 6)
        before = {("mileage_car", first): used}
        prices = pricing.price_all(costs, [CAR], dt.date(2026, 11, 30), before)
        for year, start in ((first, used), (second, 0)):
            mine = [i for i, c in enumerate(costs) if pricing.tax_year(c.spent_on) == year]
            whole = exact(sum(costs[i].quantity_hundredths or 0 for i in mine), start, CAR)
            assert abs(sum(prices[i].pence for i in mine) - whole) <= Fraction(len(mine), 2)

    @given(st.permutations(list(range(4))))
    def test_the_order_in_which_lines_are_typed_changes_nothing(self, order: list[int]) -> None:
        costs = [drive(3_000 * MILE + n, DAY + dt.timedelta(days=n)) for n in range(4)]
        usual = pricing.price_all(costs, [CAR], dt.date(2026, 3, 31), {})
        mixed = pricing.price_all([costs[n] for n in order], [CAR], dt.date(2026, 3, 31), {})
        assert [mixed[order.index(n)] for n in range(4)] == usual


class TestTaxYear:
    @pytest.mark.parametrize(
        ("day", "begins"),
        [("2026-04-05", "2025-04-06"), ("2026-04-06", "2026-04-06"), ("2027-01-01", "2026-04-06")],
    )
    def test_begins_on_6_april(self, day: str, begins: str) -> None:
        assert pricing.tax_year(dt.date.fromisoformat(day)) == dt.date.fromisoformat(begins)


@st.composite
def policies(draw: st.DrawFn) -> list[Rate]:
    """Rates of one category with different beginnings, some of them ended."""
    starts = draw(st.lists(days, min_size=1, max_size=5, unique=True))
    return [
        Rate(
            id=number,
            category="meal",
            unit="cost",
            valid_from=start,
            valid_to=draw(st.none() | st.dates(start, dt.date(2029, 12, 31))),
            cap_pence=draw(st.integers(0, 5000)),
        )
        for number, start in enumerate(starts, start=1)
    ]


class TestInForce:
    @given(policies(), st.data())
    def test_on_every_boundary_day_the_latest_begun_holds_unless_it_has_ended(
        self, rates: list[Rate], data: st.DataObject
    ) -> None:
        edges = {r.valid_from for r in rates} | {r.valid_to for r in rates if r.valid_to}
        day = data.draw(st.sampled_from(sorted(edges))) + dt.timedelta(days=data.draw(st.integers(-1, 1)))
        found = pricing.in_force(rates, "meal", day)
        # Read day by day: every row takes over on its first day; an ended one leaves nothing behind.
        holding: Rate | None = None
        for rate in sorted(rates, key=lambda r: r.valid_from):
            if rate.valid_from <= day:
                holding = rate
        if holding and holding.valid_to and holding.valid_to < day:
            holding = None
        assert found == holding

    @given(policies(), days, st.integers(0, 10_000))
    def test_a_line_is_priced_with_the_rate_of_its_day_and_not_of_the_claims(
        self, rates: list[Rate], day: dt.date, spent: int
    ) -> None:
        (found,) = pricing.price_all([Cost("meal", day, spent, has_receipt=True)], rates, dt.date(2029, 1, 1), {})
        rate = pricing.in_force(rates, "meal", day)
        assert found.rate == rate
        assert found.pence == (min(spent, rate.cap_pence or 0) if rate else 0)

    @given(policies(), days, st.integers(0, 10_000), st.integers(0, 5000))
    def test_a_row_added_for_later_days_changes_no_price(
        self, rates: list[Rate], day: dt.date, spent: int, cap: int
    ) -> None:
        line = [Cost("meal", day, spent, has_receipt=True)]
        later = Rate(id=99, category="meal", unit="cost", valid_from=day + dt.timedelta(days=1), cap_pence=cap)
        claimed_on = dt.date(2029, 1, 1)
        assert pricing.price_all(line, rates, claimed_on, {}) == pricing.price_all(
            line, [*rates, later], claimed_on, {}
        )


class TestCapsAndRules:
    @pytest.mark.parametrize(
        ("spent", "pence", "flags"), [(1499, 1499, ()), (1500, 1500, ()), (1501, 1500, ("over_cap",))]
    )
    def test_the_cap(self, spent: int, pence: int, flags: tuple[str, ...]) -> None:
        found = pricing.price(Cost("meal", DAY, spent, has_receipt=True), MEAL, DAY)
        assert (found.claimed_pence, found.pence, found.flags) == (spent, pence, flags)

    @pytest.mark.parametrize(("after", "late"), [(0, False), (90, False), (91, True)])
    def test_the_window(self, after: int, late: bool) -> None:
        found = pricing.price(Cost("meal", DAY, 900, has_receipt=True), MEAL, DAY + dt.timedelta(days=after))
        assert ("late" in found.flags) is late

    @pytest.mark.parametrize(
        ("rule", "over", "spent", "missing"),
        [("always", None, 1, True), ("never", None, 9999, False), ("over", 500, 500, False), ("over", 500, 501, True)],
    )
    def test_receipts(self, rule: str, over: int | None, spent: int, missing: bool) -> None:
        rate = Rate(5, "printing", "cost", DAY, receipt=rule, receipt_over_pence=over)
        assert ("no_receipt" in pricing.price(Cost("printing", DAY, spent), rate, DAY).flags) is missing

    @pytest.mark.parametrize(("agreed", "broken"), [(None, True), (899, True), (900, False)])
    def test_what_must_be_agreed_before_the_day(self, agreed: int | None, broken: bool) -> None:
        rate = Rate(6, "taxi", "cost", DAY, prior=True)
        found = pricing.price(Cost("taxi", DAY, 900, has_receipt=True, agreed_pence=agreed), rate, DAY)
        assert ("not_agreed" in found.flags) is broken

    def test_who_may_claim(self) -> None:
        rate = Rate(7, "childcare", "cost", DAY, who=("self",))
        assert pricing.price(Cost("childcare", DAY, 1, has_receipt=True, for_whom="carer"), rate, DAY).flags == (
            "not_allowed",
        )

    def test_hours_cost_what_they_cost_up_to_the_rate(self) -> None:
        rate = Rate(8, "care", "hour", DAY, rate_hundredths=150_000)
        less = pricing.price(Cost("care", DAY, 2000, 150, has_receipt=True), rate, DAY)
        more = pricing.price(Cost("care", DAY, 2500, 150, has_receipt=True), rate, DAY)
        assert (less.pence, more.pence, more.flags) == (2000, 2250, ("over_cap",))

    def test_what_the_policy_does_not_name_gives_nothing(self) -> None:
        assert pricing.price(Cost("yacht", DAY, 900), None, DAY) == Price(900, 0, flags=("not_in_policy",))

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
    def test_never_gives_more_than_is_asked_and_never_less_than_nothing(
        self, spent: int, quantity: int, cap: int
    ) -> None:
        for unit, per in (("cost", None), ("mile", 4500), ("hour", 1500), ("night", 9000), ("fixed", 700)):
            rate = Rate(9, "x", unit, DAY, rate_hundredths=per, cap_pence=cap)
            found = pricing.price(Cost("x", DAY, spent, quantity), rate, DAY)
            assert 0 <= found.pence <= found.claimed_pence
            assert found.pence <= cap


class TestTime:
    RATES = [
        TimeRate(1, "adviser", 240, 7500, dt.date(2025, 4, 6)),
        TimeRate(2, "adviser", 1440, 15000, dt.date(2025, 4, 6)),
        TimeRate(3, "adviser", 240, 8000, dt.date(2026, 4, 6)),
        TimeRate(4, "adviser", 1440, 16000, dt.date(2026, 4, 6)),
    ]

    @pytest.mark.parametrize(
        ("minutes", "day", "pence"),
        [
            (1, "2025-04-06", 7500),
            (240, "2026-04-05", 7500),
            (241, "2026-04-05", 15000),
            (1440, "2026-04-05", 15000),
            (240, "2026-04-06", 8000),
            (241, "2026-04-06", 16000),
            (60, "2025-04-05", 0),
        ],
    )
    def test_by_length_and_day(self, minutes: int, day: str, pence: int) -> None:
        assert pricing.price_time("adviser", minutes, dt.date.fromisoformat(day), self.RATES).pence == pence

    def test_a_role_without_payment_gives_nothing(self) -> None:
        assert pricing.price_time("anyone", 60, DAY, self.RATES).flags == ("not_in_policy",)
