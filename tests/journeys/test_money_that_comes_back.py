"""Money on its way back: what is left of an advance, and a payment that failed, by the person and by staff for them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core import clock
from core.database import db
from expenses.models import AdvanceReturn, PaymentChoice
from expenses.services import prior
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.staff import make_staff
from tests.journeys.claimants import choose, claim_of, make_claimant, member, press, sign_in, told, words_of
from tests.support import browser as browsers
from tests.support.browser import look

pytestmark = pytest.mark.browser

#: Language, screen: a phone in English, a large screen from right to left, and the other way round.
READERS = [("en", browsers.NARROW), ("ar", browsers.WIDE), ("ar", browsers.NARROW), ("en", browsers.WIDE)]


def staff(visit: Any, site: Any, role: str, screen: Any) -> Page:
    context = visit(viewport=screen)
    browsers.sign_in(context, site, role)
    return context.new_page()


class TestWhatIsLeftOfAnAdvance:
    @pytest.mark.parametrize(("tag", "screen"), READERS)
    def test_is_given_back_and_the_person_is_thanked(self, visit, site, tag, screen):
        number, address = make_claimant(site, language=tag)
        with site.context():
            reference = make.make_owing_advance(member(number)).reference
        page = sign_in(visit(viewport=screen, java_script_enabled=False), site, address)
        page.goto(f"/claims/{reference}?lang={tag}")
        look(page, f"advance-owed-{tag}", script=False)

        desk = staff(visit, site, "claims_approver", screen)
        desk.goto(f"/staff/expenses/before?lang={tag}")
        look(desk, f"advances-owed-{tag}")
        desk.get_by_role("link", name=reference).click()
        press(desk)
        look(desk, f"advance-left-error-{tag}")
        choose(desk, "returned")
        desk.goto(f"/staff/expenses/advances/{reference}/left?lang={tag}")
        look(desk, f"advance-returned-{tag}")

        message = told(site, address, reference, "Thank you. We have your money back" if tag == "en" else "")
        assert message["Content-Language"] == tag
        page.reload()
        look(page, f"advance-thanked-{tag}", script=False)

    def test_need_not_be_given_back_and_the_reason_is_for_staff_alone(self, visit, site):
        number, address = make_claimant(site)
        with site.context():
            reference = make.make_owing_advance(member(number)).reference
        desk = staff(visit, site, "claims_approver", browsers.NARROW)
        desk.goto(f"/staff/expenses/advances/{reference}/left")
        look(desk, "advance-left")
        choose(desk, "waived")
        look(desk, "advance-waived-error")
        expect(desk.locator(".nhsuk-error-summary")).to_contain_text("Say why it need not be given back.")
        desk.locator("#reason").fill("Too small to ask for.")
        choose(desk, "waived")
        with site.context():
            advance = claim_of(reference)
            assert db.session.query(AdvanceReturn).filter_by(advance_id=advance.id).one().outcome == "waived"
        message = words_of(told(site, address, reference, "You do not need to give money back"))
        assert "£3.60" in message
        assert "Too small" not in message


class TestAnotherWayAfterAFailure:
    @pytest.mark.parametrize(("tag", "screen"), READERS)
    def test_the_person_chooses_a_voucher_without_scripts(self, visit, site, tag, screen):
        number, address = make_claimant(site, language=tag)
        reference = self.failed(site, number)
        page = sign_in(visit(viewport=screen, java_script_enabled=False), site, address)
        page.goto(f"/claims/{reference}?lang={tag}")
        look(page, f"claim-came-back-{tag}", script=False)
        page.goto(f"/claims/{reference}/payment?lang={tag}")
        look(page, f"another-way-{tag}", script=False)
        choose(page, "voucher")
        look(page, f"another-way-chosen-{tag}", script=False)
        with site.context():
            assert claim_of(reference).state == "corrected"

    @pytest.mark.parametrize(("tag", "screen"), READERS)
    def test_staff_note_it_for_who_rings_by_keyboard_alone_and_the_person_is_told(self, visit, site, tag, screen):
        number, address = make_claimant(site, language="ar", name="Anna Kowalska")
        reference = self.failed(site, number)
        desk = staff(visit, site, "panel_manager", screen)
        desk.goto(f"/staff/expenses/came-back?lang={tag}")
        look(desk, f"came-back-{tag}")
        link = desk.get_by_role("link", name=reference)
        link.focus()
        with desk.expect_navigation():
            desk.keyboard.press("Enter")
        look(desk, f"note-another-way-{tag}")
        expect(desk.get_by_role("main")).to_contain_text("Anna Kowalska")
        desk.locator("main input[type=radio][value=bank]").focus()
        desk.keyboard.press("ArrowDown")  # the next of the group, in every direction of writing
        expect(desk.locator("main input[type=radio][value=voucher]")).to_be_checked()
        with desk.expect_navigation():
            desk.keyboard.press("Enter")
        assert told(site, address, reference, "")["Content-Language"] == "ar"
        with site.context():
            claim = claim_of(reference)
            how = db.session.query(PaymentChoice.how).filter_by(claim_id=claim.id).scalar()
            assert (claim.state, how.partition(":")[0]) == ("corrected", "staff")

    def test_who_has_no_email_is_told_by_letter(self, visit, site):
        with site.context():
            make.make_policy()
            anna = make.make_member(name="Anna Kowalska", route="post", address="1 High Street")
            number = anna.id
        reference = self.failed(site, number)
        desk = staff(visit, site, "panel_manager", browsers.NARROW)
        desk.goto(f"/staff/expenses/came-back/{reference}")
        choose(desk, "voucher")
        payer = staff(visit, site, "payer", browsers.NARROW)
        payer.goto("/staff/expenses/bank-changes")
        look(payer, "people-to-tell")
        card = payer.locator("main li", has_text="Anna Kowalska")
        expect(card).to_contain_text("1 High Street")
        with payer.expect_navigation():
            card.get_by_role("button").click()
        expect(payer.get_by_role("main")).not_to_contain_text("1 High Street")

    def failed(self, site: Any, number: int) -> str:
        with site.context():
            make.make_payer()
            return make.make_claim("failed", payee=make.make_payee(member(number))).reference


class TestAskingBeforeTheDay:
    @pytest.mark.parametrize(("tag", "screen"), READERS[:2])
    def test_says_for_what_it_is_and_is_claimed_afterwards_with_all_that_was_said(self, visit, site, tag, screen):
        number, address = make_claimant(site, language=tag)
        with site.context():
            engagement = make_engagement(title="A walk-in centre for Oadby", state="open").id
        page = sign_in(visit(viewport=screen, java_script_enabled=False), site, address)
        page.goto(f"/claims/before?lang={tag}")
        look(page, f"before-need-{tag}", script=False)
        choose(page, "approval")
        look(page, f"before-event-{tag}", script=False)
        choose(page, str(engagement))
        look(page, f"before-category-{tag}", script=False)
        choose(page, "taxi")
        self.fill_day(page)
        page.locator("#asked_pence").fill("15")
        press(page)
        page.locator("#words").fill("No bus has room for my wheelchair.")
        press(page)
        look(page, f"before-check-{tag}", script=False)
        expect(page.get_by_role("main")).to_contain_text("A walk-in centre for Oadby")
        press(page)
        with site.context():
            row = prior.queries.list_own(number)[0]
            prior.agree(row, 1500, by=make_staff("claims_approver"))
            db.session.commit()
        page.reload()
        look(page, f"before-agreed-{tag}", script=False)
        press(page)
        look(page, f"before-claimed-{tag}", script=False)

    def fill_day(self, page: Page) -> None:
        day = clock.today()
        for part in ("day", "month", "year"):
            page.locator(f"main input[name=day-{part}]").fill(str(getattr(day, part)))
        press(page)
