"""What becomes of a claim, as its member reads it: a question, a part, money that comes back, and the next run."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core import clock
from core.database import db
from expenses.models import PaymentRun
from expenses.reasons import REASONS
from expenses.services import runs
from tests.factories import expenses as make
from tests.factories.staff import make_staff
from tests.journeys.claimants import claim_of, make_claimant, member, press, sign_in, told, words_of
from tests.support import browser as browsers
from tests.support.browser import look
from tests.support.site import wait_for

pytestmark = pytest.mark.browser


def make_claim(site: Any, number: int, state: str, *lines: dict[str, Any]) -> str:
    with site.context():
        payee = make.make_payee(member(number))
        make.make_payer()
        return make.make_claim(state, payee=payee, lines=lines or [{}]).reference


def state_of(site: Any, reference: str) -> str:
    with site.context():
        return claim_of(reference).state


class TestQuestionAndAnswer:
    def test_is_asked_answered_and_decided_in_part_with_a_reason_to_read(self, visit, site):
        number, address = make_claimant(site)
        lunch = {"category": "meal_day", "spent_pence": 800, "no_receipt": "The till gave none."}
        reference = make_claim(site, number, "submitted", {}, lunch)
        approver = visit(viewport=browsers.WIDE)
        browsers.sign_in(approver, site, "claims_approver")
        self.ask(approver.new_page(), reference)

        assert "Where did you have lunch?" in words_of(told(site, address, reference, "question"))
        page = sign_in(visit(viewport=browsers.NARROW), site, address)
        self.answer(page, reference)

        self.approve_in_part(approver.new_page(), reference)
        message = words_of(told(site, address, reference, "part"))
        for words in ("£8.00", "£5.00", REASONS["over_cap"], "Lunch is up to five pounds."):
            assert words in message
        page.goto(f"/claims/{reference}")
        look(page, "claim-in-part")
        for words in ("Agreed in part", "You asked for £8.00. We pay £5.00.", "Lunch is up to five pounds."):
            expect(page.get_by_role("main")).to_contain_text(words)

    def ask(self, page: Page, reference: str) -> None:
        page.goto(f"/staff/expenses/decide/{reference}/question")
        page.locator("#words").fill("Where did you have lunch?")
        press(page)

    def answer(self, page: Page, reference: str) -> None:
        page.goto("/claims/")
        look(page, "claims-question")
        page.get_by_role("link", name=f"Claim {reference}").click()
        look(page, "claim-question-asked")
        page.get_by_role("link", name="Answer our question").click()
        press(page)
        look(page, "claim-answer-error")
        page.locator("#words").fill("In the canteen of the hospital.")
        press(page)
        look(page, "claim-answered")
        expect(page.get_by_role("main")).to_contain_text("In the canteen of the hospital.")

    def approve_in_part(self, page: Page, reference: str) -> None:
        page.goto(f"/staff/expenses/decide/{reference}")
        expect(page.get_by_role("main")).to_contain_text("In the canteen of the hospital.")
        page.locator("#pence_2").fill("5.00")
        page.locator("#reason_2").select_option("over_cap")
        page.locator("#words_2").fill("Lunch is up to five pounds.")
        page.locator("#declared").check()
        press(page, "Give these amounts")


class TestPayment:
    def test_comes_back_is_put_right_and_goes_out_with_the_next_run(self, visit, site):
        number, address = make_claimant(site)
        reference = make_claim(site, number, "approved")
        holder, first, second = (visit(viewport=browsers.WIDE) for _ in range(3))
        for context, role in ((holder, "budget_holder"), (first, "payer"), (second, "payer")):
            browsers.sign_in(context, site, role)
        self.authorise(holder.new_page(), reference)
        run = self.pay(site, first, second, reference)
        assert "£4.20" in words_of(told(site, address, reference, "paid"))

        self.send_back(first.new_page(), run, reference)
        assert "Your money came back to us." in words_of(told(site, address, reference, "could not pay"))
        page = sign_in(visit(viewport=browsers.NARROW), site, address)
        self.give_other_details(page, reference)
        assert state_of(site, reference) == "corrected"
        wait_for(lambda: self.change_told(site, address), "the message that the bank details changed")

        self.prepare_a_day_later(site, first.new_page(), reference)
        self.confirm_and_send(site, second.new_page(), reference)
        page.goto(f"/claims/{reference}")
        look(page, "claim-paid")
        expect(page.get_by_role("main")).to_contain_text("We paid it on")
        wait_for(lambda: len(self.payments_told(site, address, reference)) == 2, "the message of the second payment")

    def change_told(self, site: Any, address: str) -> bool:
        return any("bank details" in str(message["Subject"]) for message in site.mail.messages(address))

    def payments_told(self, site: Any, address: str, reference: str) -> list[Any]:
        subjects = [str(message["Subject"]) for message in site.mail.messages(address)]
        return [subject for subject in subjects if reference in subject and "paid" in subject]

    def authorise(self, page: Page, reference: str) -> None:
        page.goto(f"/staff/expenses/authorise/{reference}")
        page.locator("#declared").check()
        press(page)

    def pay(self, site: Any, first: BrowserContext, second: BrowserContext, reference: str) -> int:
        """Put the claim into a run, confirm it as the other payer, and give the file to the bank; return the run."""
        page = first.new_page()
        page.goto("/staff/expenses/runs/new")
        look(page, "run-new")
        page.locator("main input[name=which][value=some]").check()
        page.get_by_label(reference).check()
        press(page, "Make the run")
        look(page, "run-prepared")
        expect(page.get_by_role("main")).to_contain_text("Somebody else who confirms payments")
        return self.confirm_and_send(site, second.new_page(), reference)

    def confirm_and_send(self, site: Any, page: Page, reference: str) -> int:
        """Confirm the newest run as the second payer and give its file to the bank; return the run."""
        with site.context():
            run = int(db.session.query(db.func.max(PaymentRun.id)).scalar())
        page.goto(f"/staff/expenses/runs/{run}")
        press(page, "Confirm this run")
        look(page, "run-confirmed")
        press(page, "The file is with the bank")
        assert state_of(site, reference) == "paid"
        return run

    def send_back(self, page: Page, run: int, reference: str) -> None:
        page.goto(f"/staff/expenses/runs/{run}")
        page.get_by_role("link", name=f"It came back {reference}").click()
        look(page, "payment-failed")
        page.locator("main input[type=radio]").first.check()
        press(page, "Save")

    def give_other_details(self, page: Page, reference: str) -> None:
        page.goto(f"/claims/{reference}")
        look(page, "claim-failed")
        page.get_by_role("link", name="Change your bank details").click()
        page.locator("#holder").fill("Asha Patel")
        page.locator("#sort_code").fill("20 20 20")
        page.locator("#account").fill("1234 5678")
        look(page, "bank-details")
        press(page, "Save")
        look(page, "claim-corrected")
        expect(page.get_by_role("main")).to_contain_text("To be paid again")

    def prepare_a_day_later(self, site: Any, page: Page, reference: str) -> None:
        """Today the new account has to wait; a day later the claim can be put into a run."""
        page.goto("/staff/expenses/runs/new")
        look(page, "run-waits")
        waits = page.locator("main li", has_text=reference)
        expect(waits).to_contain_text("The bank details were changed. They wait for a day")
        with site.context(), clock.stopped_at(clock.now() + dt.timedelta(hours=25)):
            run = runs.prepare([claim_of(reference).id], by=make_staff("payer"), pay_on=make.pay_day())
            db.session.commit()
            assert run.payments == 1
