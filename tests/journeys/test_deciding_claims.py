"""An approver asks, approves in part and goes on to the next claim, by keyboard alone; a budget holder signs."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from core.database import db
from expenses.models import Claim
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.staff import make_staff
from tests.support import browser as browsers
from tests.support.browser import look

pytestmark = pytest.mark.browser

#: No page has so many stops that a key is pressed more often.
_STOPS = 120


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus stands on what `selector` finds first."""
    for _ in range(_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement === document.querySelector(s)", selector):
            return
    raise AssertionError(f"no way to {selector} by keyboard")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to a link or button by keyboard and follow it."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def claims(site: Any) -> tuple[str, str, str]:
    """Return the references of two claims that wait and of one that is approved, in an engagement with a budget."""
    with site.context():
        engagement = make_engagement()
        make.make_budget(engagement.id, make_staff("budget_holder"))
        lines = [{}, {"category": "meal_day", "spent_pence": 800, "no_receipt": "The till gave none."}]
        made = [
            make.make_claim(state, lines=lines if state == "submitted" else [{}], engagement_id=engagement.id).reference
            for state in ("submitted", "submitted", "approved")
        ]
        db.session.commit()
        first, second, approved = made
    return first, second, approved


def state(site: Any, reference: str) -> str:
    with site.context():
        return db.session.query(Claim.state).filter(Claim.reference == reference).scalar() or ""


class TestApprover:
    @pytest.mark.parametrize("viewport", [browsers.NARROW, browsers.WIDE], ids=["320", "1280"])
    def test_asks_and_approves_in_part_by_keyboard_alone(self, visit, site, viewport):
        first, second, _approved = claims(site)
        context = visit(viewport=viewport)
        browsers.sign_in(context, site, "claims_approver")
        page = context.new_page()
        page.goto("/staff/expenses/decide")
        look(page, "claims-queue")
        press(page, f"a[href^='/staff/expenses/decide/{first}']")
        look(page, "claim")
        press(page, "a[href*='/question']")
        tab_to(page, "#words")
        page.keyboard.type("Which bus did you take?")
        look(page, "claim-question")
        press(page, "main form button")
        assert state(site, first) == "question"
        page.goto(f"/staff/expenses/decide/{second}")
        tab_to(page, "#words_2")
        page.keyboard.type("Lunch is up to five pounds.")
        press(page, "#give")
        assert page.locator(".nhsuk-error-summary").count() == 1
        assert page.title().startswith("Error:")
        look(page, "claim-refused-form")
        assert page.locator("#words_2").input_value() == "Lunch is up to five pounds."
        tab_to(page, "#reason_2")
        page.keyboard.type("There was no other way")
        tab_to(page, "#declared")
        page.keyboard.press("Space")
        press(page, "#give")
        assert page.locator(".app-flash--success").count() == 1
        look(page, "claim-decided")
        assert state(site, second) == "partly_approved"

    def test_looks_right_from_right_to_left(self, visit, site):
        first, _second, _approved = claims(site)
        context = visit(viewport=browsers.NARROW)
        browsers.sign_in(context, site, "claims_approver")
        page = context.new_page()
        for name, path in (("ar-queue", "decide"), ("ar-claim", f"decide/{first}"), ("ar-figures", "figures")):
            page.goto(f"/staff/expenses/{path}?lang=ar")
            assert page.locator("html").get_attribute("dir") == "rtl"
            look(page, name)


class TestBudgetHolder:
    def test_signs_by_keyboard_alone(self, visit, site):
        _first, _second, approved = claims(site)
        context = visit(viewport=browsers.WIDE)
        browsers.sign_in(context, site, "budget_holder")
        page = context.new_page()
        page.goto("/staff/expenses/authorise")
        look(page, "authorise")
        press(page, f"a[href='/staff/expenses/authorise/{approved}']")
        look(page, "authorise-one")
        tab_to(page, "#declared")
        page.keyboard.press("Space")
        press(page, "main form button")
        assert state(site, approved) == "authorised"
        for path in ("budgets", "figures", "figures/people", "figures/forecast"):
            page.goto(f"/staff/expenses/{path}")
            look(page, path.replace("/", "-"))
