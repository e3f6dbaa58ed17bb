"""What taking part costs: figures that add up, and none that tells of fewer than eight people."""

from __future__ import annotations

import datetime as dt
import io

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
        for parts in (found.by_kind, found.by_area, found.by_quarter):
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
        for report in ("", "/speed", "/people", "/forecast"):
            with at_most(16):
                assert client.get(f"/staff/expenses/figures{report}").status_code == 200

    def test_is_for_those_who_may_see_figures(self, client: PageClient) -> None:
        sign_in(client, "analyst")
        for path in ("", "/people", "/spend.csv", "/spend.xlsx"):
            assert client.get(f"/staff/expenses/figures{path}").status_code == 403


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
        found = reports.speed(reports.financial_year(clock.today()))
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
            assert reports.speed(2026).days == {days: 1}

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
