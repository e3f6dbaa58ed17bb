"""An engagement is planned and a survey written, translated, previewed and published, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support import browser as browsers

pytestmark = pytest.mark.browser

WIDTH = pytest.mark.parametrize("viewport", [browsers.NARROW, browsers.WIDE], ids=["320", "1280"])
#: A folder for pictures of each page, for whoever looks after the design.
PICTURES = os.environ.get("PICTURES", "")


def look(page: Page, name: str) -> None:
    """Check the page as it stands, and keep a picture of it where one is asked for."""
    browsers.check(page)
    assert browsers.small_targets(page) == []
    if PICTURES:
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def save(page: Page) -> None:
    page.locator("main form button.nhsuk-button").last.click()


@WIDTH
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
class TestAuthor:
    def test_plans_writes_translates_previews_and_publishes(self, visit, site, viewport, script):
        # axe needs a script of its own, so without scripts only the walk itself is checked.
        seen = look if script else lambda page, name: None
        context = visit(viewport=viewport, java_script_enabled=script)
        browsers.sign_in(context, site, "survey_author")
        page = context.new_page()
        page.goto("/staff/engagements/new")
        page.get_by_label("Title").fill("Changes to the walk-in centre")
        save(page)
        seen(page, "engagement-new")
        self.plan(page, seen)
        self.write(page, seen)
        self.translate(page, seen)
        self.preview(page, seen)
        page.locator("main").get_by_role("link", name="Publish a version").click()
        seen(page, "publish")
        save(page)
        assert page.locator("h1").inner_text() == "Version 1"
        seen(page, "version")
        page.locator("main").get_by_role("link", name="Mend How easy is it to get there?").first.click()
        save(page)
        seen(page, "mend-refused")

    @staticmethod
    def plan(page: Page, seen) -> None:
        def fill(task: str, **texts: str) -> None:
            page.locator("main").get_by_role("link", name=task).click()
            for name, text in texts.items():
                page.locator(f"[name='{name.replace('__', '-')}']").fill(text)
            seen(page, f"plan-{task.split()[0].lower()}")
            save(page)

        fill("Purpose, and what", purpose="The lease ends next year.", what_is_known="Most people come on foot.")
        fill("The decision", decision="Where it goes.", decision_how="The board decides.", decision_when="In May.")
        fill("Options and reasons", options="Stay, or move to the hospital.", reasons="Rent, and parking.")
        fill("Contact", contact_name="Asha Patel", contact_email="asha.patel@example.org")
        days = {
            f"{end}_on__{part}": value for end in ("starts", "ends") for part, value in (("day", "3"), ("month", "4"))
        }
        fill("Dates", **days, starts_on__year="2027", ends_on__year="2028")
        fill("What happens with the answers", use_of_answers="We read every answer.")
        page.locator("main").get_by_role("link", name="How much say people have").click()
        seen(page, "plan-level")
        page.get_by_label("Discuss").check()
        save(page)
        seen(page, "engagement-planned")

    @staticmethod
    def write(page: Page, seen) -> None:
        page.locator("main").get_by_role("link", name="Write a new survey").click()
        page.get_by_label("Name").fill("Walk-in centre")
        page.get_by_label("Arabic").check()
        seen(page, "survey-new")
        save(page)
        page.locator("main").get_by_role("link", name="Add a question").first.click()
        seen(page, "choose-type")
        page.get_by_label("One choice").check()
        save(page)
        page.get_by_label("Question", exact=True).fill("How easy is it to get there?")
        page.get_by_label("Add answers").fill("Easy\nHard")
        page.get_by_role("button", name="Add these answers").click()
        page.get_by_role("button", name="Move up Answer 2").click()
        assert page.get_by_label("Answer 1").input_value() == "Hard"
        page.get_by_label("Offer “Prefer not to say”").check()
        seen(page, "question")
        save(page)
        seen(page, "survey")

    @staticmethod
    def translate(page: Page, seen) -> None:
        page.locator("main").get_by_role("link", name="Translate Arabic").click()
        page.locator("textarea, input[type=text]").first.fill("مركز الرعاية")
        save(page)
        page.locator("main").get_by_role("link", name="Section 1").click()
        for box, words in zip(
            page.locator("main textarea, main input[type=text]").all(),
            ["ما مدى سهولة الوصول؟", "صعب", "سهل"],
            strict=True,
        ):
            box.fill(words)
        save(page)
        assert "4 of 4 texts are translated" in page.locator("main").inner_text()
        seen(page, "translate")
        page.locator(".app-back-link").click()

    @staticmethod
    def preview(page: Page, seen) -> None:
        back = page.url
        page.locator("main").get_by_role("link", name="Preview Arabic").click()
        seen(page, "preview-first-ar")
        page.goto(page.url + "/1")
        assert page.locator("html").get_attribute("dir") == "rtl"
        seen(page, "preview-ar")
        page.get_by_role("link", name="English").click()
        seen(page, "preview-en")
        page.goto(back)
