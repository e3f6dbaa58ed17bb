"""A lottery from an empty plan to the sheet a visitor takes home: numbers that cannot be met are mended on the way."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from playwright.sync_api import Page, expect

from core import clock
from panel.draws import planning
from panel.models import DrawState
from tests.factories.areas import make_areas
from tests.factories.groups import belong, make_group
from tests.factories.members import make_member
from tests.support import browser as browsers

pytestmark = pytest.mark.browser

TITLE = "People’s jury on dentists"
BORN = (2008, 2003, 1996, 1986, 1976, 1966, 1956, 1946, 1938)
DAY = dt.timedelta(days=1)


def make_pool(of_each: int = 4) -> None:
    """Let a group have as many people of each age and sex, and of men from 25 to 34 one alone."""
    make_areas()
    people = []
    for year in BORN:
        for sex in ("female", "male"):
            for number in range(1 if (year, sex) == (1996, "male") else of_each):
                answers = {
                    "sex": {"value": sex},
                    "date_of_birth": {"year": year, "month": 1, "day": 1},
                    "condition": {"value": "no" if number else "yes"},
                    "condition_effect": {"value": "a_lot"},
                }
                # One couple, who can never be chosen together.
                home = "4 High Street, LE1 1AA" if year == BORN[-1] and number == 0 else None
                people.append(make_member(address=home, answers=answers))
    belong(make_group(name="Dental circle"), people)


def main(page: Page):
    return page.get_by_role("main")


def press(page: Page, name: str) -> None:
    main(page).get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    main(page).get_by_role("link", name=name, exact=True).first.click()


class TestPlanning:
    def test_from_an_empty_plan_to_the_sheet_a_visitor_takes_home(self, visit, site, tmp_path):
        with site.context():
            make_pool()
        page = visit().new_page()
        browsers.sign_in(page.context, site, "panel_manager")
        draw_id = self.plan(page)
        self.learn_that_it_is_impossible(page)
        self.mend(visit, page, draw_id)
        self.fix(page)
        visitor = visit(viewport=browsers.NARROW, java_script_enabled=False).new_page()
        before = self.keep_what_was_fixed(visitor)
        self.let_a_day_pass(site, draw_id)
        self.hold(page, visitor, draw_id)
        sheet = self.take_the_sheet_home(visitor, tmp_path)
        assert sheet["pool"]["sha256"] == before["pool"]["sha256"]
        assert sheet["quotas"] == before["quotas"]
        assert site.command("panel", "verify-draw", str(tmp_path / "sheet.json")).startswith("OK")

    def plan(self, page: Page) -> int:
        page.goto("/staff/draws/")
        browsers.look(page, "draws")
        follow(page, "Plan a new draw")
        press(page, "Save and go on")
        expect(page.get_by_role("alert")).to_contain_text("Say in a few words what people are chosen for.")
        browsers.look(page, "draw-refused")
        page.get_by_label("What are people chosen for?").fill(TITLE)
        press(page, "Save and go on")
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        browsers.look(page, "draw-plan")
        draw_id = int(page.url.rsplit("/", 1)[1])
        self.step(page, "Who can be chosen", lambda: page.get_by_label("Dental circle").check())
        self.step(page, "How many people", lambda: self.say_how_many(page))
        self.step(page, "What the group must be like", lambda: self.say_what_it_is_like(page))
        follow(page, "How many of each")
        press(page, "Write them from the population")
        row = page.get_by_role("region", name="Age and Sex").get_by_role("row", name="25 to 34, Male")
        expect(row.get_by_label("At least")).to_have_value("2")
        expect(row.get_by_label("At most")).to_have_value("3")
        browsers.look(page, "draw-numbers")
        press(page, "Save and go on")
        return draw_id

    def step(self, page: Page, name: str, fill) -> None:
        follow(page, name)
        browsers.look(page, f"draw-{name}")
        fill()
        press(page, "Save and go on")
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)

    def say_how_many(self, page: Page) -> None:
        page.get_by_label("How many people do you want?").fill("30")
        page.get_by_label("How many more stand ready?").fill("4")

    def say_what_it_is_like(self, page: Page) -> None:
        page.get_by_label("Age and Sex", exact=True).check()
        page.get_by_label("Disability", exact=True).check()
        page.get_by_label("By how many seats may it be off?").fill("0")

    def learn_that_it_is_impossible(self, page: Page) -> None:
        follow(page, "Is it possible?")
        browsers.look(page, "draw-not-looked")
        press(page, "Look now")
        # The page follows the work by itself.
        expect(main(page)).to_contain_text("No group of people meets all the numbers", timeout=60000)
        expect(main(page)).to_contain_text(
            "Age and Sex 25 to 34, Male at least 2: only 1 could take part; lower it to 1, or recruit 1."
        )
        browsers.look(page, "draw-impossible")

    def mend(self, visit, staff: Page, draw_id: int) -> None:
        """Do what the page says, on a phone that runs no script."""
        page = visit(viewport=browsers.NARROW, java_script_enabled=False).new_page()
        page.context.add_cookies(staff.context.cookies())
        page.goto(f"/staff/draws/{draw_id}/check")
        browsers.look(page, "draw-impossible", script=False)
        follow(page, "Change the numbers")
        row = page.get_by_role("row", name="25 to 34, Male")
        row.get_by_label("At least").fill("1")
        row.get_by_label("At most").fill("0")
        press(page, "Save and go on")
        expect(row.get_by_label("At most")).to_have_value("0")
        expect(row).to_contain_text("“At most” must not be less than “at least”.")
        browsers.look(page, "draw-numbers-refused", script=False)
        row.get_by_label("At most").fill("3")
        press(page, "Save and go on")
        follow(page, "Who would be in the pool")
        expect(page.get_by_role("row", name="25 to 34, Male")).to_contain_text("100%")
        browsers.look(page, "draw-pool", script=False)
        page.goto(f"/staff/draws/{draw_id}/check")
        press(page, "Look now")
        while (again := page.get_by_role("link", name="See how far it is now")).count():
            again.click()
        expect(main(page)).to_contain_text("Yes, it is possible. 30 people will be drawn.")
        browsers.look(page, "draw-possible", script=False)

    def fix(self, page: Page) -> None:
        page.reload()
        follow(page, "Fix the draw and publish how it will be made")
        page.get_by_label("Which value will it be, and where can everybody look it up?").fill("The six lottery numbers")
        day = clock.today() + DAY
        for label, value in {"Day": day.day, "Month": day.month, "Year": day.year}.items():
            page.get_by_label(label, exact=True).fill(str(value))
        browsers.look(page, "draw-fix")
        press(page, "Fix and publish")
        expect(main(page)).to_contain_text("Everything that decides the draw is public now", timeout=60000)
        browsers.look(page, "draw-fixed")

    def keep_what_was_fixed(self, visitor: Page) -> dict:
        visitor.goto("/lottery")
        browsers.look(visitor, "lotteries", script=False)
        follow(visitor, TITLE)
        expect(main(visitor)).to_contain_text("Fingerprint of our secret")
        browsers.look(visitor, "lottery-fixed", script=False)
        return json.loads(self.downloaded(visitor, "What was fixed before, as a file (JSON)"))

    def downloaded(self, page: Page, name: str) -> str:
        with page.expect_download() as started:
            follow(page, name)
        return started.value.path().read_text(encoding="utf-8")

    def let_a_day_pass(self, site, draw_id: int) -> None:
        """Move what was fixed into yesterday: the announced day has come."""
        from core.database import db

        with site.context():
            draw = planning.get(draw_id)
            assert draw.state == DrawState.FIXED
            draw.fixed_at, draw.source_on = draw.fixed_at - DAY, draw.source_on - DAY
            draw.commitment = draw.commitment | {"source_on": draw.source_on.isoformat()}
            db.session.commit()

    def hold(self, page: Page, visitor: Page, draw_id: int) -> None:
        page.reload()
        follow(page, "Enter the public value and draw")
        page.get_by_label("The public value").fill("3 9 17 28 40 51")
        browsers.look(page, "draw-hold")
        press(page, "Draw")
        publish = page.get_by_role("button", name="Publish the audit sheet")
        expect(publish).to_be_visible(timeout=60000)
        expect(main(page)).to_contain_text("The lowest chance")
        browsers.look(page, "draw-drawn")
        assert visitor.goto(f"/lottery/{draw_id}/audit-0.json").status == 404
        publish.click()
        browsers.look(page, "draw-published")

    def take_the_sheet_home(self, visitor: Page, folder) -> dict:
        visitor.goto("/lottery")
        follow(visitor, TITLE)
        expect(main(visitor)).to_contain_text("30 people were chosen from")
        expect(main(visitor)).to_contain_text("3 9 17 28 40 51")
        browsers.look(visitor, "lottery-published", script=False)
        text = self.downloaded(visitor, "The audit sheet as a file (JSON)")
        (folder / "sheet.json").write_text(text, encoding="utf-8")
        return json.loads(text)
