"""Closing the loop: an editor writes down what came of it and tells everyone; members read it or get a letter."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from core import clock
from core.database import db
from feedback.models import Telling
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered
from tests.support import browser as browsers
from tests.support.site import wait_for

pytestmark = pytest.mark.browser

HEARD = "You want the surgery to open on Saturdays."
ARABIC = {"heard": "تريدون أن تفتح العيادة يوم السبت.", "response": "تفتح العيادة الآن كل يوم سبت."}


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


class TestClosingTheLoop:
    def test_from_the_first_word_to_everyone_told(self, visit, site):
        with site.context():
            reader = make_member(email="layla@example.org", language="ar")
            by_post = make_member(route="post", address="1 High Street\nLeicester", name="Gwen Jones")
            engagement = make_answered([reader, by_post], languages=("en", "ar"))
            engagement_id, slug = engagement.id, engagement.slug
        page = visit().new_page()
        owner = browsers.sign_in(page.context, site, "feedback_editor")
        self.write(page, engagement_id, owner)
        self.translate(page)
        page.goto(f"/staff/engagements/{engagement_id}/outcomes")
        page.get_by_role("link", name="Publish and tell everyone").click()
        browsers.check(page)
        press(page, "Publish and tell everyone")
        browsers.check(page)
        self.read(visit, site, slug)
        self.post_letters(page)
        page.goto("/staff/loop")
        browsers.check(page)
        with site.context():
            telling = db.session.query(Telling).filter_by(engagement_id=engagement_id).one()
            assert (telling.told, telling.total, telling.completed_at is not None) == (2, 2, True)

    def write(self, page: Page, engagement_id: int, owner: int) -> None:
        page.goto(f"/staff/engagements/{engagement_id}/outcomes/new")
        press(page, "Save")
        expect(page).to_have_title(re.compile("^Error:"))
        browsers.check(page)
        page.get_by_label("What we heard").fill(HEARD)
        page.get_by_label("We did this").check()
        page.get_by_label("What we did, will do or will not do").fill("It opens every Saturday now.")
        page.get_by_label("Who answers for it?").select_option(str(owner))
        due = clock.today() + dt.timedelta(days=20)
        when = page.get_by_role("group", name="By when must everyone have been told?")
        for name, value in {"Day": due.day, "Month": due.month, "Year": due.year}.items():
            when.get_by_label(name).fill(str(value))
        press(page, "Save")
        expect(page.get_by_role("main")).to_contain_text(HEARD)
        browsers.check(page)

    def translate(self, page: Page) -> None:
        page.get_by_role("main").get_by_role("link", name="Arabic").click()
        browsers.check(page)
        page.get_by_label("What we heard").fill(ARABIC["heard"])
        page.get_by_label("What we say to it").fill(ARABIC["response"])
        press(page, "Save")
        press(page, "It is ready")
        expect(page.get_by_role("main")).to_contain_text("Ready")

    def read(self, visit, site, slug: str) -> None:
        """The member gets the mail, in Arabic, and reads it on a phone."""
        link = site.mail.link("layla@example.org", f"/you-said-we-did/{slug}")
        page = visit(viewport=browsers.NARROW, java_script_enabled=False, locale="ar-EG").new_page()
        page.goto(link)
        expect(page.get_by_role("main")).to_contain_text(ARABIC["heard"])
        assert page.locator("html").get_attribute("dir") == "rtl"
        with browsers.with_script(page) as scripted:
            browsers.check(scripted)

    def post_letters(self, page: Page) -> None:
        page.get_by_role("main").get_by_role("link", name="Letters").click()
        press(page, "Make the letters")

        def ready() -> bool:
            page.reload()
            return page.get_by_text("Ready", exact=True).count() > 0

        wait_for(ready, "the letter")
        browsers.check(page)
        page.get_by_role("button", name="They are posted").click()
        expect(page.get_by_role("main")).to_contain_text("1 person is marked as told.")
