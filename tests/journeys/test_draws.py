"""A lottery from the announced value to a replacement, and what somebody it found reads about it, in Arabic."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.database import db
from panel.draws import people, planning
from panel.models import DrawState, Member, Role
from tests.factories.areas import make_areas
from tests.factories.draws import fixed, make_draw
from tests.factories.groups import belong, make_group
from tests.factories.members import make_member
from tests.support import browser as browsers
from tests.support.site import wait_for

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


class TestDraw:
    def test_from_the_public_value_to_a_replacement(self, visit, site):
        with site.context():
            make_areas()
            crowd = []
            for number in range(20):
                told = {"sex": {"value": "female" if number % 2 else "male"}}
                crowd.append(make_member(language="ar", email=f"drawn{number}@example.org", answers=told))
            # Other journeys bring people of their own.
            circle = make_group(name="Reading circle")
            belong(circle, crowd)
            audience = {"area_ids": [], "group_ids": [circle.id]}
            draw_id = fixed(make_draw(size=6, reserves=4, within=3, features=["sex"], audience=audience)).id
        # The site's own worker may have taken it before this process could.
        wait_for(lambda: self.state(site, draw_id) == DrawState.FIXED, "the draw to be fixed")
        page = visit().new_page()
        browsers.sign_in(page.context, site, "panel_manager")
        self.hold(page, draw_id)
        press(page, "Publish the audit sheet")
        page.goto(f"/lottery/{draw_id}")
        browsers.check(page)
        expect(page.get_by_role("main")).to_contain_text("4 8 15 16 23 42")
        with site.context():
            person = next(p for p in people.list_people(draw_id) if p.role == Role.CHOSEN)
            address = self.address_of(person.member_id)
        self.decline(visit, site, draw_id, address)
        page.goto(f"/staff/draws/{draw_id}/people")
        browsers.check(page)
        press(page, "Call the next reserves who fit")
        wait_for(lambda: self.replaced(site, draw_id), "a reserve to be called")
        page.goto(f"/staff/draws/{draw_id}/people")
        expect(page.get_by_role("main")).to_contain_text("In place of somebody")
        browsers.check(page)

    def hold(self, page: Page, draw_id: int) -> None:
        page.goto(f"/staff/draws/{draw_id}")
        browsers.check(page)
        page.get_by_role("link", name="Enter the public value and draw").click()
        page.get_by_label("The public value").fill("4 8 15 16 23 42")
        browsers.check(page)
        press(page, "Draw")
        # The page follows the work by itself.
        expect(page.get_by_role("button", name="Publish the audit sheet")).to_be_visible(timeout=60000)
        browsers.check(page)

    def address_of(self, member_id: int) -> str:
        from panel import contact

        return contact.open_contact(db.session.get_one(Member, member_id)).email

    def decline(self, visit, site, draw_id: int, address: str) -> None:
        page = visit(viewport=browsers.NARROW, locale="ar").new_page()
        page.goto("/sign-in?lang=ar")
        page.locator("input[name=email]").fill(address)
        page.locator("main button[type=submit]").click()
        page.goto(site.mail.link(address, "/sign-in/"))
        page.locator("main button[type=submit]").click()
        page.goto(f"/me/lottery/{draw_id}")
        assert page.locator("html").get_attribute("dir") == "rtl"
        browsers.check(page)
        page.locator("main form[action$='/declined'] button").click()
        browsers.check(page)

    def state(self, site, draw_id: int) -> str:
        with site.context():
            return planning.get(draw_id).state

    def replaced(self, site, draw_id: int) -> bool:
        with site.context():
            return people.missing(planning.get(draw_id)) == 0
