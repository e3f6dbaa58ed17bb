"""Joining, in English on a wide screen and in Arabic on a narrow one, from the front page to one's own page."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from core.database import db
from panel.models import Member
from tests.factories.areas import make_areas
from tests.panel.support import SHORT
from tests.support import browser as browsers

pytestmark = pytest.mark.browser


def slug(page: Page) -> str:
    return urlsplit(page.url).path.rpartition("/")[2]


def fill_in(page: Page, answers: dict[str, str]) -> None:
    """Answer as SHORT says, else with the first choice there is."""
    for name, value in answers.items():
        choice = page.locator(f"main :is(input[type=radio], input[type=checkbox])[name='{name}'][value='{value}']")
        if choice.count():
            choice.check()
        elif value:
            page.locator(f"main [name='{name}']:not([type=hidden])").fill(value)
    choices = page.locator("main input[type=radio], main input[type=checkbox]")
    if not answers and choices.count():  # what is typed may be left out
        choices.first.check()


def press(page: Page) -> None:
    """Press the page's own button."""
    with page.expect_navigation():
        page.locator("main form button.nhsuk-button:not(.nhsuk-button--secondary)").first.click()


@pytest.mark.parametrize(
    ("language", "viewport", "locale"),
    [("en", browsers.WIDE, "en-GB"), ("ar", browsers.NARROW, "ar-EG")],
    ids=["english-1280", "arabic-320"],
)
class TestJoining:
    def test_from_the_front_page_to_ones_own_page(self, visit, site, language, viewport, locale):
        with site.context():
            make_areas()
        address = f"asha.{language}@example.org"
        page = visit(viewport=viewport, locale=locale).new_page()
        page.goto("/")
        browsers.check(page)
        page.locator("main a.nhsuk-button").first.click()
        browsers.check(page)
        press(page)
        own = {"email": {"email": address}, "equality": {"equality": "yes"}, "language": {"language": language}}
        self.answer_every_page(page, SHORT | own)
        expect(page.get_by_role("main")).to_contain_text(address)
        browsers.check(page)
        press(page)
        browsers.check(page)

        self.confirm(page, site, address, language)
        self.open_own_page(page, site, address, language)

    def answer_every_page(self, page: Page, answers: dict[str, dict[str, str]]) -> None:
        seen = set()
        while (here := slug(page)) != "check":
            assert here not in seen, f"{here} came twice"
            seen.add(here)
            browsers.check(page)
            fill_in(page, answers.get(here, {}))
            press(page)
        assert {"age", "contact", "email", "name", "postcode", "equality", "sex", "agree-panel"} <= seen

    def confirm(self, page: Page, site, address: str, language: str) -> None:
        link = site.mail.link(address, "/confirm/")
        (message,) = site.mail.messages(address)
        assert message["Content-Language"] == language
        assert self.state(site) == "applied", "opening nothing must change nothing"
        page.goto(link)
        assert page.locator("html").get_attribute("lang") == language
        browsers.check(page)
        assert self.state(site) == "applied"
        press(page)
        browsers.check(page)
        assert self.state(site) == "active"

    def open_own_page(self, page: Page, site, address: str, language: str) -> None:
        page.goto("/sign-in")
        page.locator("main input[name=email]").fill(address)
        press(page)
        page.goto(site.mail.link(address, "/sign-in/"))
        browsers.check(page)
        press(page)
        expect(page).to_have_url(f"{site.url}/me")
        expect(page.get_by_role("main")).to_contain_text(address)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        browsers.check(page)

    def state(self, site) -> str:
        with site.context():
            return db.session.scalars(sa.select(Member.state).order_by(Member.id.desc()).limit(1)).one()
