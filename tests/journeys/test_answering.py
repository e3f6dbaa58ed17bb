"""Answering a survey: without JavaScript on a small phone, on two devices, by keyboard alone, in Arabic."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from core.database import db
from surveys.models import AnswerSession, Participation, ResponseIntake
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.factories.surveys import make_survey, publish
from tests.support import browser as browsers

pytestmark = pytest.mark.browser


class Invitation:
    """One invited person's link and code, and the fieldwork they lead to."""

    def __init__(self, site, language: str = "en") -> None:
        with site.context():
            version = publish(make_survey(languages=("en", "cy", "ar")))
            fieldwork = make_open_fieldwork(version)
            way = invite(fieldwork, [make_member(language=language)])[0]
            self.fieldwork_id, self.slug = fieldwork.id, fieldwork.slug
            self.link, self.code, self.token_hash = f"/s/{way.token}", way.code, way.token_hash

    def state(self, site) -> str:
        with site.context():
            query = sa.select(Participation.state).where(Participation.token_hash == self.token_hash)
            return db.session.scalars(query).one()

    def waiting(self, site) -> int:
        """Return how many sealed answers have come in."""
        with site.context():
            here = ResponseIntake.fieldwork_id == self.fieldwork_id
            return db.session.scalar(sa.select(sa.func.count()).select_from(ResponseIntake).where(here)) or 0


def go_on(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Continue").click()


def answer_all(page: Page, check=lambda page: None) -> None:
    """Answer the six questions, looking at each page, and arrive at the check."""
    page.get_by_role("radio", name="4", exact=True).check()
    check(page)
    go_on(page)
    page.get_by_role("radio").nth(1).check()
    check(page)
    go_on(page)
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(2).check()
    check(page)
    go_on(page)
    for words in ("12", "Slow", "It took a week."):
        page.get_by_role("main").get_by_role("textbox").fill(words)
        check(page)
        go_on(page)


def check_still(page: Page) -> None:
    """Check a page on which nothing runs."""
    with browsers.with_script(page) as twin:
        browsers.check(twin)


class TestWithoutJavaScript:
    def test_a_whole_survey_on_a_small_phone(self, visit, site):
        invitation = Invitation(site)
        page = visit(viewport=browsers.NARROW, java_script_enabled=False).new_page()
        page.goto(invitation.link)
        check_still(page)
        page.get_by_role("button", name="Start").click()
        go_on(page)  # nothing chosen yet
        expect(page).to_have_title(re.compile("^Error:"))
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
        check_still(page)
        answer_all(page, check_still)
        expect(page.get_by_role("main")).to_contain_text("It took a week.")
        check_still(page)
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
        check_still(page)
        assert invitation.state(site) == "done"
        assert invitation.waiting(site) == 1


class TestSecondDevice:
    def test_the_code_goes_on_where_the_first_device_stopped(self, visit, site):
        invitation = Invitation(site)
        phone = visit(viewport=browsers.NARROW).new_page()
        phone.goto(invitation.link)
        phone.get_by_role("button", name="Start").click()
        phone.get_by_role("radio", name="4", exact=True).check()
        go_on(phone)
        phone.get_by_text("Stop now and go on later").click()
        code = phone.locator(".app-code").inner_text()
        assert code == invitation.code
        browsers.check(phone)

        desk = visit().new_page()
        desk.goto("/resume")
        browsers.check(desk)
        desk.get_by_label("code", exact=False).first.fill(code.lower().replace("-", " "))
        go_on(desk)
        desk.get_by_role("button", name="Go on").click()
        expect(desk.get_by_role("main")).to_contain_text("q-how text")
        desk.get_by_role("link", name="Back").click()
        expect(desk.get_by_role("radio", name="4", exact=True)).to_be_checked()
        go_on(desk)
        desk.get_by_role("radio").nth(1).check()
        go_on(desk)
        for _ in range(4):  # the rest may be left out
            go_on(desk)
        desk.get_by_role("button", name="Send my answers").click()
        expect(desk.get_by_role("heading", level=1)).to_contain_text("Thank you")
        assert invitation.waiting(site) == 1
        with site.context():
            here = AnswerSession.token_hash == invitation.token_hash
            assert db.session.scalar(sa.select(AnswerSession).where(here)) is None


class TestByKeyboard:
    def test_a_whole_survey_with_no_mouse_and_the_focus_always_in_sight(self, visit, site):
        invitation = Invitation(site)
        page = visit().new_page()
        page.goto(invitation.link)
        press_until(page, "Start")
        press_enter(page)
        press_until(page, None, "radio")
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        press_until(page, "Continue")
        press_enter(page)
        press_until(page, None, "radio")
        page.keyboard.press("Space")
        press_until(page, "Continue")
        press_enter(page)
        press_until(page, None, "checkbox")
        page.keyboard.press("Space")
        press_until(page, "Continue")
        press_enter(page)
        for words in ("12", "Slow", "It took a week."):
            press_until(page, None, "textbox")
            page.keyboard.type(words)
            press_until(page, "Continue")
            press_enter(page)
        expect(page.get_by_role("main")).to_contain_text("It took a week.")
        press_until(page, "Send my answers")
        press_enter(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
        assert invitation.waiting(site) == 1


def press_enter(page: Page) -> None:
    """Press what has the focus, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press_until(page: Page, words: str | None, role: str = "") -> None:
    """Press Tab until what says `words`, or is of `role` in the main part, has the focus; each stop must show it."""
    page.wait_for_load_state("load")
    for _ in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        assert found["seen"], f"{page.url}: the focus is not to be seen on {found['html']}"
        if words is not None and found["text"] == words:
            return
        if words is None and found["main"] and found["role"] == role:
            return
    raise AssertionError(f"{page.url}: the keyboard does not reach {words or role}")


#: What has the focus, and whether a sighted person can tell: an outline or a shadow, on itself or on the label that
#: draws its box, inside the window.
_FOCUSED = """() => {
  const e = document.activeElement, r = e.getBoundingClientRect();
  const drawn = [e, ...(e.labels ?? [])].some(x => ['', '::before', '::after'].some(part => {
    const s = getComputedStyle(x, part || null);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  }));
  const inside = r.bottom > 0 && r.top < innerHeight;
  const role = e.matches('textarea, input[type=text], input[type=number]') ? 'textbox' : e.type;
  return {seen: drawn && inside, html: e.outerHTML.slice(0, 120), text: e.innerText?.trim(), role,
          main: !!e.closest('main')};
}"""


class TestInArabic:
    def test_reads_from_right_to_left_from_link_to_thanks(self, visit, site):
        invitation = Invitation(site, language="ar")
        page = visit(viewport=browsers.NARROW, locale="ar-EG").new_page()
        page.goto(invitation.link)
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.locator("main form button[type=submit]").click()
        expect(page.get_by_role("main")).to_contain_text("[ar] q-ease text")
        radio, label = page.get_by_role("radio").first, page.locator("main label").first
        assert radio.bounding_box()["x"] > label.bounding_box()["x"]
        browsers.check(page)


class TestForcedColours:
    def test_what_is_chosen_shows_without_our_colours(self, visit, site):
        invitation = Invitation(site)
        page = visit(forced_colors="active").new_page()
        page.goto(invitation.link)
        page.get_by_role("button", name="Start").click()
        box = page.locator("main .nhsuk-radios__item").first
        before = box.screenshot()
        page.get_by_role("radio").first.check()
        page.get_by_role("heading", level=1).click()
        assert box.screenshot() != before
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        browsers.check(page)


class TestWeight:
    def test_the_first_question_takes_4_requests_and_30_kilobytes_at_most(self, visit, site):
        invitation = Invitation(site)
        first = visit()
        page = first.new_page()
        page.goto(invitation.link)
        page.get_by_role("button", name="Start").click()
        cookies, address = first.cookies(), page.url

        cold = visit()
        cold.add_cookies(cookies)
        page = cold.new_page()
        wire = cold.new_cdp_session(page)
        wire.send("Network.enable")
        sizes: dict[str, float] = {}
        wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address, wait_until="networkidle")
        expect(page.get_by_role("main")).to_contain_text("q-ease text")
        assert len(sizes) == len(asked) <= 4, asked
        assert sum(sizes.values()) <= 30_000, sizes
        assert all(url.startswith(site.url) for url in asked)
