"""A panel manager loads targets, reads the gap, plans a top-up campaign from it and sees it progress."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.database import db
from panel.representation import keeping
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.recruiting import make_channel
from tests.support import browser as browsers

pytestmark = pytest.mark.browser

FILE = "area,feature,category,count\nRutland,sex,Female,20300\nRutland,sex,Male,20700\n"


class TestTargetsAndGap:
    def test_from_a_file_to_whom_to_recruit(self, visit, site):
        with site.context():
            rutland = make_areas()["E06000017"]
            make_channel(key="barbers", name="Barber shops")
            for number in range(24):
                make_member(area=rutland, answers={"sex": {"value": "female" if number < 16 else "male"}})
        page = visit().new_page()
        browsers.sign_in(page.context, site, "panel_manager")
        page.goto("/staff/panel/targets")
        page.get_by_role("main").get_by_role("link", name="Load figures").click()
        browsers.check(page)
        self.load(page)
        with site.context():  # what the worker does within a minute; figures of an earlier journey may be kept
            keeping.keep()
            db.session.commit()
        browsers.check(page)
        page.goto("/staff/panel/figures")
        browsers.check(page)
        page.locator("#area").select_option(label="Rutland")
        page.get_by_role("main").get_by_role("button", name="Show").click()
        browsers.check(page)
        row = page.get_by_role("region", name="Sex").get_by_role("row", name="Female")
        expect(row).to_contain_text("49.5%")
        page.get_by_role("link", name="Whom to recruit next").last.click()
        browsers.check(page)
        page.get_by_label("How many people should the panel have?").fill("500")
        page.get_by_role("main").get_by_role("button", name="Show").click()
        expect(page.get_by_role("main")).to_contain_text("Sex: Male")
        browsers.check(page)
        self.plan_a_top_up(page)
        self.see_progress(page, site)

    def plan_a_top_up(self, page) -> None:
        page.get_by_role("main").get_by_role("link", name="Plan a campaign for the groups furthest behind").click()
        browsers.check(page)
        expect(page.get_by_label("How many people of group 1")).not_to_have_value("")
        page.get_by_label("Name of the campaign").fill("Men who are missing")
        for number in range(2, 6):
            page.get_by_label(f"How many people of group {number}").fill("")
        page.get_by_label("Group 1", exact=True).select_option(label="Sex: Male")
        page.get_by_label("Area of group 1").select_option(label="Rutland")
        page.get_by_label("How many people of group 1").fill("60")
        page.get_by_label("Barber shops").check()
        page.get_by_role("main").get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Men who are missing")
        expect(page.get_by_role("main")).to_contain_text("0 of 60")
        browsers.check(page)

    def see_progress(self, page, site) -> None:
        with site.context():
            rutland = make_areas()["E06000017"]
            for _ in range(12):
                make_member(area=rutland, source="channel:barbers", answers={"sex": {"value": "male"}})
        page.reload()
        expect(page.get_by_role("main")).to_contain_text("10 of 60")
        browsers.check(page)

    def load(self, page) -> None:
        upload = {"name": "sex.csv", "mimeType": "text/csv", "buffer": (FILE + "Nowhere,sex,Male,1\n").encode()}
        page.get_by_label("File (CSV)").set_input_files([upload])
        page.get_by_label("Where do the figures come from?").fill("ONS Census 2021, TS008")
        when = page.get_by_role("group", name="Which day do they describe?")
        for name, value in {"Day": "21", "Month": "3", "Year": "2021"}.items():
            when.get_by_label(name).fill(value)
        page.get_by_role("button", name="Look at the figures").click()
        expect(page.get_by_role("main")).to_contain_text("Row 4: There is no area “Nowhere”.")
        browsers.check(page)
        page.get_by_label("File (CSV)").set_input_files([upload | {"buffer": FILE.encode()}])
        page.get_by_role("button", name="Look at the figures").click()
        browsers.check(page)
        page.get_by_role("button", name="Load the figures").click()
        expect(page.get_by_role("main")).to_contain_text("Rutland, Sex")
