"""A campaign is planned and a poster printed for it; and somebody begins to join by the link on a poster, in Arabic."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.factories.areas import make_areas
from tests.factories.recruiting import make_channel
from tests.support import browser as browsers

pytestmark = pytest.mark.browser


def look(page: Page) -> None:
    """Check the page as it stands."""
    browsers.check(page)
    assert browsers.small_targets(page) == []


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()
    look(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def fill_day(page: Page, question: str, day: str, month: str, year: str) -> None:
    group = page.get_by_role("group", name=question)
    for label, value in {"Day": day, "Month": month, "Year": year}.items():
        group.get_by_label(label).fill(value)


class TestCampaign:
    def test_a_top_up_is_planned_and_a_poster_printed_for_it(self, visit, site):
        with site.context():
            make_areas()
            make_channel(key="oakham-library", name="Oakham library")
        page = visit().new_page()
        browsers.sign_in(page.context, site, "panel_manager")
        page.goto("/staff/recruiting")
        look(page)
        follow(page, "Plan a campaign")
        press(page, "Save")
        expect(page.get_by_role("alert").get_by_role("link").first).to_be_visible()
        look(page)
        page.get_by_label("Name of the campaign").fill("Young men of Rutland")
        fill_day(page, "When does it begin?", "1", "1", "2026")
        fill_day(page, "By when should the people be there?", "31", "12", "2030")
        page.get_by_label("Group 1", exact=True).select_option(label="Sex: Male")
        page.get_by_label("Area of group 1").select_option(label="Rutland")
        page.get_by_label("How many people of group 1").fill("40")
        page.get_by_label("Oakham library").check()
        press(page, "Save")
        expect(page.get_by_role("heading", level=1)).to_have_text("Young men of Rutland")
        expect(page.get_by_role("main")).to_contain_text("0 of 40")
        look(page)
        follow(page, "Oakham library")
        link = page.get_by_role("link", name="Poster in English (PDF)", exact=True)
        poster = page.request.get(str(link.get_attribute("href")))
        assert poster.headers["content-type"] == "application/pdf"
        words = "".join(each.extract_text() for each in PdfReader(io.BytesIO(poster.body())).pages)
        assert "/j/oakham-library" in words


class TestShortLink:
    def test_begins_joining_in_arabic_on_a_small_phone(self, visit, site):
        with site.context():
            make_areas()
            make_channel(key="souk", name="Market day")
        page = visit(viewport=browsers.NARROW, locale="ar-EG").new_page()
        page.goto("/j/souk?lang=ar")
        assert page.locator("html").get_attribute("dir") == "rtl"
        look(page)
        with page.expect_navigation():
            page.locator("main form button.nhsuk-button").first.click()
        assert "/join/" in page.url
        assert page.locator("html").get_attribute("dir") == "rtl"
        look(page)
