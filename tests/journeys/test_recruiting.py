"""A campaign is planned, a poster printed, a partner's list taken in; and somebody joins by a poster, in Arabic."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from core.database import db
from panel.models import Member
from tests.factories.areas import make_areas
from tests.factories.recruiting import make_channel, make_partner
from tests.support import browser as browsers

pytestmark = pytest.mark.browser

LIST = """Full name,Mail,Gender,Born,Notes
Asha Patel,asha.list@example.org,F,27/03/1985,likes tea
Tom Hill,no address,M,1/2/1990,
"""


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


class TestList:
    def test_from_the_file_to_a_member_who_confirms(self, visit, site):
        with site.context():
            make_areas()
            make_partner(name="Age UK Rutland")
        page = visit().new_page()
        browsers.sign_in(page.context, site, "panel_manager")
        page.goto("/staff/recruiting/lists")
        look(page)
        follow(page, "Bring in a list")
        page.get_by_label("Which partner is the list from?").select_option(label="Age UK Rutland")
        upload = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
        page.get_by_label("The list, as CSV").set_input_files([upload])
        press(page, "Read the file")
        self.say_what_it_means(page)
        self.say_how_they_agreed(page)
        expect(page.get_by_role("main")).to_contain_text("Asha Patel")
        expect(page.get_by_role("main")).not_to_contain_text("likes tea")
        expect(page.get_by_role("main")).to_contain_text("This is not a full e-mail address (Mail)")
        look(page)
        press(page, "Check every row")
        # The page follows the work by itself, here and after the next button.
        take_in = page.get_by_role("button", name="Take 1 person in")
        expect(take_in).to_be_visible(timeout=120000)
        expect(page.get_by_role("table", name="Rows that are not taken in").get_by_role("row")).to_have_count(2)
        look(page)
        assert self.members(site) == 0
        take_in.click()
        expect(page.get_by_role("heading", name="What came of the rows")).to_be_visible(timeout=120000)
        look(page)
        assert self.members(site) == 1
        self.read_report(page)
        self.confirm(visit, site)

    def say_what_it_means(self, page: Page) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text("What do the columns mean?")
        look(page)
        meanings = ["Name", "E-mail address", "What is your sex?", "Date of birth", "Leave this column out"]
        for number, meaning in enumerate(meanings, 1):
            page.get_by_label(f"Column {number}:").select_option(label=meaning)
        page.get_by_label("Day, month, year: 27/3/1985").check()
        page.get_by_label("Where do people live, where the list does not say?").select_option(label="Rutland")
        press(page, "Continue")
        look(page)
        page.get_by_label("Gender: “F” means").select_option(label="Female")
        page.get_by_label("Gender: “M” means").select_option(label="Male")
        press(page, "Continue")

    def say_how_they_agreed(self, page: Page) -> None:
        look(page)
        page.get_by_label("On paper").check()
        fill_day(page, "When did they agree?", "1", "10", "2026")
        page.get_by_label("Our own, as on our pages and forms").check()
        page.get_by_label("Where are the papers, recordings or records kept?").fill("With the partner, binder A")
        press(page, "Continue")
        expect(page.get_by_role("alert")).to_contain_text("Only people who agreed can be taken in.")
        look(page)
        page.get_by_label("Everybody on this list agreed").check()
        page.get_by_label("Everybody on this list is 1").check()
        press(page, "Continue")

    def read_report(self, page: Page) -> None:
        link = page.get_by_role("link", name="Download the report on every row (CSV)")
        report = page.request.get(str(link.get_attribute("href"))).text()
        assert "2,Taken in," in report
        assert "3,Not taken in,This is not a full e-mail address,Mail" in report
        assert "Asha" not in report
        assert "likes tea" not in report

    def confirm(self, visit, site) -> None:
        page = visit(viewport=browsers.NARROW).new_page()
        page.goto(site.mail.link("asha.list@example.org", "/confirm/"))
        look(page)
        page.locator("main form button[type=submit]").first.click()
        look(page)
        with site.context():
            assert db.session.scalars(sa.select(Member.state).where(Member.source.startswith("partner:"))).one() == (
                "active"
            )

    def members(self, site) -> int:
        with site.context():
            here = Member.source.startswith("partner:")
            return db.session.scalar(sa.select(sa.func.count()).select_from(Member).where(here)) or 0


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
