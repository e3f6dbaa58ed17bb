"""Budgets: who sets them, what they say, and that two people do not overwrite each other unseen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from expenses.models import Budget
from expenses.presenters.budgets import forecast
from expenses.queries import budgets
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.staff import make_staff, sign_in
from tests.support.pages import PageClient
from tests.support.queries import at_most

pytestmark = pytest.mark.usefixtures("app")


def date(name: str, day: dt.date) -> dict[str, Any]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def values(holder_id: int, **more: Any) -> dict[str, Any]:
    today = clock.today()
    days = date("starts_on", today) | date("ends_on", today + dt.timedelta(days=100))
    return {"set_pence": "1,500", "holder_id": holder_id, **days, **more}


class TestSet:
    def test_a_budget_is_set_with_holder_and_expectation_and_is_on_record(self, client: PageClient) -> None:
        engagement, holder = make_engagement(), make_staff("budget_holder")
        sign_in(client, "panel_manager")
        more = {"expected_people": "40", "expected_each_pence": "18", "coding": "ENG-1"}
        page = client.send(f"/staff/expenses/engagements/{engagement.id}/budget", **values(holder.id, **more))
        budget = db.session.scalars(sa.select(Budget)).one()
        assert page.location == f"/staff/expenses/budgets/{budget.id}"
        assert (budget.set_pence, budget.expected_people, budget.expected_each_pence) == (150_000, 40, 1800)
        shown = client.get(page.location).text
        assert "£1,500.00" in shown
        assert "£720.00" in shown
        row = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "budget.set")).one()
        assert row.after["set_pence"] == 150_000

    def test_what_cannot_be_is_refused_and_stays_typed(self, client: PageClient) -> None:
        engagement, holder = make_engagement(), make_staff("budget_holder")
        sign_in(client, "panel_manager")
        where = f"/staff/expenses/engagements/{engagement.id}/budget"
        early = date("ends_on", clock.today() - dt.timedelta(days=1))
        page = client.send(where, **values(holder.id, expected_people="3", coding="KEPT", **early))
        assert page.status_code == 422
        assert "The last day cannot be before the first day" in page.text
        assert "Enter both how many people and what each costs" in page.text
        assert "KEPT" in page.text
        nobody = make_staff("analyst")
        assert client.send(where, **values(nobody.id)).status_code == 422
        assert client.send(where, **values(holder.id, set_pence="-1")).status_code == 422
        assert db.session.scalar(sa.select(sa.func.count(Budget.id))) == 0

    def test_an_engagement_has_one_budget_on_a_day(self, client: PageClient) -> None:
        engagement, holder = make_engagement(), make_staff("budget_holder")
        make.make_budget(engagement.id, holder)
        sign_in(client, "panel_manager")
        page = client.send(f"/staff/expenses/engagements/{engagement.id}/budget", **values(holder.id))
        assert page.status_code == 422
        assert "has a budget for some of these days already" in page.text

    def test_approvers_set_none(self, client: PageClient) -> None:
        sign_in(client, "claims_approver")
        assert client.get("/staff/expenses/budgets").status_code == 403


class TestChange:
    def test_of_two_people_who_change_it_the_second_is_told(self, client: PageClient) -> None:
        engagement, holder = make_engagement(), make_staff("budget_holder")
        budget = make.make_budget(engagement.id, holder)
        sign_in(client, "panel_manager")
        where = f"/staff/expenses/budgets/{budget.id}/change"
        assert client.submit(where, set_pence="20").status_code == 200
        page = client.send(where, **values(holder.id, revision=1, set_pence="30"))
        db.session.refresh(budget)
        assert (page.status_code, budget.set_pence, budget.revision) == (422, 2000, 2)
        assert "Somebody has changed this budget" in page.text
        assert 'value="30"' in page.text
        row = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "budget.changed")).one()
        assert (row.before["set_pence"], row.after["set_pence"]) == (100_000, 2000)


class TestUse:
    def test_every_claim_of_the_engagement_counts_once_where_it_stands(self) -> None:
        engagement = make_engagement()
        budget = make.make_budget(engagement.id, make_staff("budget_holder"))
        for state in (
            "submitted",
            "question",
            "approved",
            "authorised",
            "in_run",
            "failed",
            "paid",
            "refused",
            "draft",
        ):
            make.make_claim(state, engagement_id=engagement.id)
        make.make_claim("paid")
        use = budgets.use_of([budget])[budget.id]
        assert (use.asked, use.committed, use.spent) == (840, 1680, 420)

    def test_the_forecast_is_what_was_expected_until_more_is_known(self) -> None:
        budget = make.make_budget(
            make_engagement().id, make_staff("budget_holder"), expected_people=2, expected_each_pence=1000
        )
        assert forecast(budget, budgets.Use(500, 500, 500)) == 2000
        assert forecast(budget, budgets.Use(1500, 500, 500)) == 2500

    def test_the_page_of_all_budgets_takes_few_queries(self, client: PageClient) -> None:
        for _ in range(5):
            make.make_budget(make_engagement().id, make_staff("budget_holder"))
        sign_in(client, "budget_holder")
        with at_most(10):
            assert client.get("/staff/expenses/budgets").status_code == 200
