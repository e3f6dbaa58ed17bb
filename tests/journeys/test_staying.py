"""Saying whether one stays, in English and Arabic; joining a group; and the staff pages about it."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from core import clock
from core.database import db
from panel.models import Member, Review
from panel.services import links
from tests.factories.groups import belong, make_group
from tests.factories.members import make_member
from tests.support import browser as browsers

pytestmark = pytest.mark.browser


def link_for(site, purpose: str, **member) -> tuple[int, str]:
    """Return a new member and the token of a link that was sent to them."""
    with site.context():
        person = make_member(**member)
        made = links.make(person.id, purpose, dt.timedelta(days=1))
        if purpose == "stay":
            db.session.add(Review(member_id=person.id, asked_on=clock.today()))
        db.session.commit()
        return person.id, made[1]


@pytest.mark.parametrize(
    ("language", "viewport"), [("en", browsers.WIDE), ("ar", browsers.NARROW)], ids=["english-1280", "arabic-320"]
)
class TestStaying:
    def test_one_press_and_no_sign_in(self, visit, site, language, viewport):
        number, token = link_for(site, "stay", language=language)
        page = visit(viewport=viewport).new_page()
        page.goto(f"/stay/{token}?lang={language}")
        browsers.check(page)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.locator("main button").first.click()
        page.wait_for_url("**/stay/done/stay")
        browsers.check(page)
        with site.context():
            assert db.session.get_one(Member, number).seen_in == clock.today().replace(day=1)

    def test_leaving_is_asked_once_more(self, visit, site, language, viewport):
        number, token = link_for(site, "stay", language=language)
        page = visit(viewport=viewport).new_page()
        page.goto(f"/stay/{token}?lang={language}")
        page.locator("main button").last.click()
        browsers.check(page)
        page.locator("main button.nhsuk-button--warning").click()
        page.wait_for_url("**/stay/done/leave")
        browsers.check(page)
        with site.context():
            assert db.session.get_one(Member, number).state == "left"


class TestGroups:
    def test_a_member_joins_and_leaves_with_the_keyboard(self, visit, site):
        with site.context():
            group_id = make_group().id
        _number, token = link_for(site, "sign_in")
        page = visit(viewport=browsers.NARROW).new_page()
        page.goto(f"/sign-in/{token}")
        page.locator("main button").press("Enter")
        page.goto(f"/me/groups/{group_id}")
        page.locator("main form button").first.press("Enter")
        browsers.check(page)  # the error says to tick the box
        page.locator("#agree").press("Space")
        page.locator("main form button").first.press("Enter")
        page.wait_for_url("**/me/groups")
        browsers.check(page)
        page.goto(f"/me/groups/{group_id}/leave")
        browsers.check(page)
        page.locator("main form button").press("Enter")
        page.wait_for_url("**/me/groups")
        page.goto("/me/history")
        browsers.check(page)


class TestStaff:
    @pytest.mark.parametrize("viewport", [browsers.WIDE, browsers.NARROW], ids=["1280", "320"])
    def test_make_a_group_draw_a_rotation_and_set_limits(self, visit, site, viewport):
        context = visit(viewport=viewport)
        browsers.sign_in(context, site, "administrator")
        with site.context():
            group = make_group(rotation_share=50, rotation_after=0, rotation_return=12)
            belong(group, [make_member() for _ in range(4)], clock.now() - dt.timedelta(days=400))
            group_id = group.id
        page = context.new_page()
        page.goto(f"/staff/groups/{group_id}/rotation")
        page.locator("main form button").click()
        expect(page.locator("main")).to_contain_text("Drawn")
        browsers.check(page)
        page.locator("main form button").first.click()
        browsers.check(page)
        page.goto("/staff/groups/new")
        page.locator("main form button").last.click()
        browsers.check(page)  # with its errors
        page.goto("/staff/asking/rules/new")
        page.locator("#most_1").fill("")
        page.locator("main form button").last.click()
        expect(page.locator(".nhsuk-error-summary")).to_contain_text("Fill in both numbers of a limit, or none.")
        browsers.check(page)
        for path in ("/staff/asking", "/staff/asking/rules", "/staff/funnel", "/staff/groups", "/staff/benefits/new"):
            page.goto(path)
            browsers.check(page)
