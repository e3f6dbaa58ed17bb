"""What taking part costs: figures that add up, and none that tells of fewer than eight people."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.database import db
from engagements.models import Engagement
from expenses import figures
from expenses.models import Claim
from expenses.periods import MONTHS, PARTS, QUARTERS, WHOLE, Period
from expenses.queries import reports
from panel import taking_part
from panel.models import Member
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.factories.staff import make_staff, sign_in
from tests.support.pages import PageClient
from tests.support.queries import at_most

pytestmark = pytest.mark.usefixtures("app")

counts = st.lists(st.integers(0, 40), min_size=1, max_size=8).map(
    lambda found: {str(i): n for i, n in enumerate(found)}
)


def paid(people: int, engagement: Engagement | None = None) -> list[Claim]:
    """Return as many paid claims of £4.20, each of another person, put there without the way through every step."""
    make.make_payer()
    team = make.Team()
    made = []
    for _ in range(people):
        claim = make.make_claim("authorised", team=team, engagement_id=engagement.id if engagement else None)
        made.append(claim)
    ids = [claim.id for claim in made]
    run = make.runs.prepare(ids, by=team.payer, pay_on=clock.today() + dt.timedelta(days=3))
    make.runs.confirm(run, by=team.second_payer)
    make.runs.mark_paid(run, paid_on=clock.today())
    db.session.commit()
    db.session.expire_all()
    return made


class TestSuppression:
    # The first draw is slow where the machine is busy; the strategy is not.
    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(counts)
    def test_nothing_small_is_shown_nor_follows_from_what_is(self, found: dict[str, int]) -> None:
        parts = {key: (people, people * 420) for key, people in found.items()}
        total = sum(found.values())
        shown, whole = figures.spend(parts, (total, total * 420))
        hidden = [key for key, cell in shown.items() if cell.pence is None]
        assert not [key for key in shown if 0 < found[key] < 8 and key not in hidden]
        if whole.pence is None:
            assert 0 < total < 8
            assert len(hidden) == len(found)
        elif hidden:
            assert whole.pence - sum(cell.pence or 0 for cell in shown.values()) >= 8 * 420
            assert len(hidden) > 1

    @given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), min_size=1, max_size=7))
    def test_who_claimed_is_hidden_with_who_took_part(self, groups: list[tuple[int, float]]) -> None:
        took = {str(i): n for i, (n, _share) in enumerate(groups)}
        claimed = {str(i): int(n * share) for i, (n, share) in enumerate(groups)}
        first, second = figures.stages([took, claimed])
        assert all(second[key] is None for key, n in first.items() if n is None)
        assert not [key for key, n in second.items() if n is not None and 0 < claimed[key] < 8]
        assert all(n is None or n % 5 == 0 for n in [*first.values(), *second.values()])

    @pytest.mark.parametrize(("part", "whole", "shown"), [(3, 20, None), (15, 20, None), (0, 5, None), (10, 20, 0.5)])
    def test_a_share_needs_eight_on_both_sides(self, part: int, whole: int, shown: float | None) -> None:
        assert figures.share(part, whole) == shown

    def test_percentiles_are_those_of_the_counts(self) -> None:
        assert figures.percentile({2: 5, 10: 4, 40: 1}, 0.5) == 2
        assert figures.percentile({2: 5, 10: 4, 40: 1}, 0.9) == 10
        assert figures.percentile({}, 0.5) is None


class TestSpend:
    def test_rows_add_up_to_what_was_paid(self) -> None:
        first, second = make_engagement(), make_engagement()
        paid(3, first)
        paid(2, second)
        make.make_claim("authorised")
        found = reports.spend(reports.financial_year(clock.today()))
        assert found.whole == (5, 5 * 420)
        assert found.by_engagement == {str(first.id): (3, 1260), str(second.id): (2, 840)}
        for parts in (found.by_kind, found.by_area):
            assert sum(pence for _people, pence in parts.values()) == 5 * 420

    def test_a_small_engagement_is_hidden_with_the_next_on_page_and_in_files(self, client: PageClient) -> None:
        large = make_engagement(words={"en": {"title": "=HYPERLINK(1)"}})
        small = make_engagement()
        paid(8, large)
        paid(2, small)
        sign_in(client, "claims_approver")
        page = client.get("/staff/expenses/figures").text
        assert "£42.00" in page
        assert "£8.40" not in page
        assert "£33.60" not in page
        text = client.get("/staff/expenses/figures/spend.csv").get_data(as_text=True)
        assert "8.4" not in text
        assert "33.6" not in text
        assert "42.0" in text
        assert ",=HYPERLINK" not in text
        assert "\n=HYPERLINK" not in text
        book = openpyxl.load_workbook(io.BytesIO(client.get("/staff/expenses/figures/spend.xlsx").data))
        values = [cell.value for row in book.active.iter_rows() for cell in row]
        assert 42 in values
        assert 8.4 not in values
        assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]

    def test_takes_few_queries(self, client: PageClient) -> None:
        paid(2)
        sign_in(client, "payer")
        for report in ("", "/speed", "/people", "/forecast", "?part=q1", "?part=m3&by=kind", "/speed?part=m3"):
            with at_most(16):
                assert client.get(f"/staff/expenses/figures{report}").status_code == 200

    def test_is_for_those_who_may_see_figures(self, client: PageClient) -> None:
        sign_in(client, "analyst")
        for path in ("", "/people", "/spend.csv", "/spend.xlsx"):
            assert client.get(f"/staff/expenses/figures{path}").status_code == 403


#: Row -> month -> the people who were paid.
People = dict[str, dict[int, frozenset[int]]]

people = st.dictionaries(
    st.sampled_from("abcd"),
    st.dictionaries(
        st.sampled_from([0, 1, 2, 3, 11]),
        st.builds(lambda first, n: frozenset(range(first, first + n)), st.integers(0, 30), st.integers(1, 14)),
        max_size=5,
    ),
    min_size=1,
    max_size=4,
)


def months_of(part: str) -> list[int]:
    number = int(part[1:] or 1) - 1
    return list(range(12)) if part == WHOLE else [number] if part in MONTHS else list(range(3 * number, 3 * number + 3))


def counted(found: People, rows: Iterable[str], part: str) -> int:
    """Return how many people were paid in some rows in a part of the year, each counted once."""
    paid_there = (found[key].get(month, frozenset()) for key in rows for month in months_of(part))
    return len(frozenset[int]().union(*paid_there))


class Attacker:
    """Somebody who has every page of a year, and solves the equations that the figures on them are."""

    def __init__(self, found: People) -> None:
        self.found, self.rows = found, sorted(found)
        self.cells = {(key, month): n for n, (key, month) in enumerate((k, m) for k in self.rows for m in range(12))}
        self.equations: list[Any] = []

    def read(self) -> None:
        """Read what every page shows of money."""
        matrix = {key: {part: (n, 0) for part in PARTS if (n := counted(self.found, [key], part))} for key in self.rows}
        wholes = {part: counted(self.found, self.rows, part) for part in PARTS}
        hidden = figures.hidden_parts(wholes)
        year, whole = figures.spend(
            {key: parts.get(WHOLE, (0, 0)) for key, parts in matrix.items()}, (wholes[WHOLE], 0)
        )
        self.see(year, WHOLE, whole.people is not None)
        for part in {*QUARTERS, *MONTHS} - hidden:
            self.see(figures.spend_in(matrix, part, wholes[WHOLE]), part, True)

    def see(self, shown: dict[str, figures.Cell], part: str, with_whole: bool) -> None:
        for key in self.rows:
            # What is on no page is nought, and not hidden.
            if key not in shown or shown[key].people is not None:
                self.equations.append(self.sum_of([key], part))
        if with_whole:
            self.equations.append(self.sum_of(self.rows, part))

    def sum_of(self, rows: Iterable[str], part: str) -> Any:
        equation = np.zeros(len(self.cells))
        equation[[self.cells[key, month] for key in rows for month in months_of(part)]] = 1
        return equation

    def knows(self, wanted: Any) -> bool:
        """Return whether a sum follows from what was read."""
        if not self.equations:
            return False
        known = np.array(self.equations)
        return bool(np.linalg.matrix_rank(np.vstack([known, wanted])) == np.linalg.matrix_rank(known))


class TestPeriods:
    @pytest.mark.parametrize(
        ("part", "since", "until"),
        [
            ("", "2026-04-01", "2027-04-01"),
            ("q1", "2026-04-01", "2026-07-01"),
            ("q4", "2027-01-01", "2027-04-01"),
            ("m1", "2026-04-01", "2026-05-01"),
            ("m9", "2026-12-01", "2027-01-01"),
            ("m12", "2027-03-01", "2027-04-01"),
        ],
    )
    def test_are_parts_of_the_financial_year(self, part: str, since: str, until: str) -> None:
        period = Period(2026, part)
        assert (str(period.since), str(period.until)) == (since, until)

    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(people)
    def test_of_all_pages_together_nothing_follows_about_one_to_seven_people(self, found: People) -> None:
        attacker = Attacker(found)
        attacker.read()
        for part, size in itertools.product(PARTS, range(1, len(found) + 1)):
            for rows in itertools.combinations(attacker.rows, size):
                if 0 < counted(found, rows, part) < 8:
                    assert not attacker.knows(attacker.sum_of(rows, part)), (rows, part)

    def test_a_row_that_is_small_in_one_month_is_hidden_in_all_with_another(self) -> None:
        months = {"m1": 20, "m2": 20}
        rows = {"a": {"m1": 3, "m2": 12}, "b": {"m1": 10, "m2": 30}, "c": {"m1": 40, "m2": 40}}
        assert figures.hidden_rows(rows, MONTHS) == {"a", "b"}
        assert figures.hidden_rows({"a": months, "b": months}, MONTHS) == frozenset()

    def test_a_small_month_is_hidden_with_another_of_its_quarter(self) -> None:
        found = {"": 60, "q1": 40, "m1": 3, "m2": 20, "m3": 30, "q2": 30, "m4": 30}
        assert figures.hidden_parts(found) == {"m1", "m2"}

    def test_the_same_seven_in_two_months_are_not_taken_for_fourteen(self) -> None:
        found = {"": 30, "q1": 30, "m1": 7, "m2": 7, "m3": 25}
        assert figures.hidden_parts(found) == {"m1", "m2", "m3"}

    def test_a_month_adds_up_and_the_next_day_is_in_the_next(self, client: PageClient) -> None:
        engagement = make_engagement(words={"en": {"title": "Seeing a GP"}})
        with clock.stopped_at(dt.datetime(2026, 5, 31, 12, tzinfo=dt.UTC)):
            paid(9, engagement)
        with clock.stopped_at(dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)):
            paid(8, engagement)
        found = reports.matrix("engagement", 2026)[str(engagement.id)]
        assert found == {"": (17, 7140), "q1": (17, 7140), "m2": (9, 3780), "m3": (8, 3360)}
        assert reports.matrix("all", 2026)[""] == found
        for dimension in reports.DIMENSIONS:
            assert sum(parts["m2"][1] for parts in reports.matrix(dimension, 2026).values()) == 3780
        with clock.stopped_at(dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)):
            sign_in(client, "claims_approver")
            page = client.get("/staff/expenses/figures?year=2026&part=m2").page
            assert "£37.80" in page.text
            assert "£33.60" not in page.text
            assert "May 2026" in page.text
            for by, words in (("kind", "Bus, train or tram"), ("area", "Not known"), ("rubbish", "Seeing a GP")):
                page = client.get(f"/staff/expenses/figures?year=2026&part=m2&by={by}").page
                assert words in page.text
                assert "£37.80" in page.text
            page = client.get("/staff/expenses/figures?year=2026").page
            assert [words in page.text for words in ("£37.80", "£33.60", "£71.40")] == [True] * 3
            text = client.get("/staff/expenses/figures/spend.csv?year=2026&part=m2").get_data(as_text=True)
            assert "37.8" in text
            assert "33.6" not in text

    def test_a_month_of_few_has_nothing_on_its_page_nor_in_how_fast_people_were_paid(self, client: PageClient) -> None:
        for day, many in ((dt.date(2026, 5, 4), 8), (dt.date(2026, 6, 1), 2)):
            with clock.stopped_at(dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)):
                paid(many)
        with clock.stopped_at(dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)):
            sign_in(client, "claims_approver")
            for part in ("m2", "m3"):  # May would tell of June
                page = client.get(f"/staff/expenses/figures?year=2026&part={part}").page
                assert "Nothing of it can be shown." in page.text
                assert "£" not in page.text
                assert client.get(f"/staff/expenses/figures/speed?year=2026&part={part}").text.count("hidden") >= 3
            assert "£42.00" in client.get("/staff/expenses/figures?year=2026&part=q1").page.text

    @pytest.mark.parametrize("asked", ["part=2026-05-01", "part=m13", "since=2026-05-01&until=2026-05-03", "year=x"])
    def test_dates_of_ones_own_are_the_whole_year(self, client: PageClient, asked: str) -> None:
        sign_in(client, "claims_approver")
        page = client.get(f"/staff/expenses/figures?{asked}").page
        assert [option.get("value") for option in page.all("option", selected="")][1:] == [""]


class TestSpeed:
    def test_days_and_promise_are_counted_where_eight_were_paid(self, client: PageClient) -> None:
        paid(8)
        noon = clock.start_of_day(clock.today() - dt.timedelta(days=40)) + dt.timedelta(hours=12)
        with clock.stopped_at(noon):
            late = [make.make_claim("authorised") for _ in range(2)]
        db.session.commit()
        team = make.Team()
        run = make.runs.prepare([c.id for c in late], by=team.payer, pay_on=clock.today() + dt.timedelta(days=3))
        make.runs.confirm(run, by=team.second_payer)
        make.runs.mark_paid(run, paid_on=clock.today())
        db.session.commit()
        found = reports.speed(Period(reports.financial_year(clock.today())))
        assert found.days == {0: 8, 40: 2}
        assert found.people == 10
        sign_in(client, "payer")
        page = client.get("/staff/expenses/figures/speed").text
        assert "40" in page

    @pytest.mark.parametrize(
        ("sent", "days"),
        [
            ("2026-06-30T22:30", 10),  # half past eleven in the evening of 30 June
            ("2026-06-30T23:30", 9),  # half past midnight: 1 July where people here are
            ("2026-01-30T23:30", 161),  # winter: the day of UTC
            ("2026-03-29T00:30", 103),  # half an hour before the clocks go forward
            ("2026-03-28T23:59", 104),
        ],
    )
    def test_a_claim_is_sent_on_the_day_it_is_where_people_here_are(self, sent: str, days: int) -> None:
        make.make_policy()
        with clock.stopped_at(dt.datetime.fromisoformat(f"{sent}:00+00:00")):
            claim = make.make_claim("authorised")
        with clock.stopped_at(dt.datetime(2026, 7, 8, 12, tzinfo=dt.UTC)):
            team = make.Team()
            run = make.run_of(claim, team)
            make.runs.mark_paid(run, paid_on=dt.date(2026, 7, 10))
            assert reports.speed(Period(2026)).days == {days: 1}

    def test_of_few_nothing_is_said(self, client: PageClient) -> None:
        paid(3)
        sign_in(client, "payer")
        page = client.get("/staff/expenses/figures/speed").text
        assert page.count("hidden") >= 3


class TestPeople:
    def test_counts_who_took_part_anywhere_and_who_claimed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        members = [make_member(answers={"sex": {"value": "female"}}) for _ in range(3)]
        make_member(answers={"sex": {"value": "female"}})
        chosen = [member.id for member in members]
        monkeypatch.setattr(taking_part, "_sources", [lambda: sa.select(Member.id).where(Member.id.in_(chosen))])
        make.make_claim(payee=make.make_payee(members[0]))
        assert reports.who()["sex"] == {"female": (3, 1)}

    def test_a_refused_claim_and_a_draft_are_no_claim(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(taking_part, "_sources", [])
        make.make_claim("refused")
        make.make_draft()
        assert not any(reports.who().values())

    def test_small_groups_are_hidden_on_the_page(self, client: PageClient) -> None:
        for _ in range(3):
            make.make_claim(payee=make.make_payee(make_member(answers={"sex": {"value": "female"}})))
        sign_in(client, "panel_manager")
        page = client.get("/staff/expenses/figures/people").page
        rows = [row for row in page.all("tr") if "Female" in "".join(row.itertext())]
        assert rows
        assert all("hidden" in "".join(row.itertext()) for row in rows)

    def test_who_declined_payment(self) -> None:
        lines = [{"role": "adviser", "minutes": 60, "category": None, "spent_pence": None}]
        claim = make.make_claim("submitted", kind="time", lines=lines)
        make.make_claim("submitted", kind="time", lines=lines)
        make.choices.choose(claim, "none", language="en", how="online", actor="test")
        db.session.commit()
        assert reports.declined() == (1, 2)


class TestForecast:
    def test_adds_up_what_is_expected_of_engagements_to_come(self, client: PageClient) -> None:
        holder = make_staff("budget_holder")
        for people in (10, 30):
            make.make_budget(make_engagement().id, holder, expected_people=people, expected_each_pence=1500)
        sign_in(client, "budget_holder")
        assert "£600.00" in client.get("/staff/expenses/figures/forecast").text
