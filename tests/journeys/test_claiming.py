"""A person claims on a phone that runs no scripts, leaves in the middle and comes back; and the same in Arabic."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.database import db
from expenses import sealed
from expenses.models import Claim, ClaimLine, Payee, Receipt
from panel.models import Member
from tests.expenses import files
from tests.factories.engagements import make_engagement
from tests.factories.expenses import yesterday
from tests.journeys.claimants import choose, make_claimant, press, sign_in, told
from tests.support import browser as browsers
from tests.support.browser import look

pytestmark = pytest.mark.browser


def fill_day(page: Page) -> None:
    day = yesterday()
    for part in ("day", "month", "year"):
        page.locator(f"main input[name=spent_on-{part}]").fill(str(getattr(day, part)))
    press(page)


def photo() -> dict[str, Any]:
    """Return a photograph as a phone takes it: large, turned, and knowing where it was taken."""
    content = files.picture(size=(3000, 2000), exif=files.exif(orientation=6))
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content}


def the_claim(member_id: int) -> Claim:
    payee = db.session.query(Payee.id).filter(Payee.member_id == member_id).scalar()
    return db.session.query(Claim).filter(Claim.payee_id == payee).order_by(Claim.id.desc()).first()


class TestOnAPhoneWithoutScripts:
    def test_claims_with_a_photo_and_comes_back_for_the_second_cost(self, visit, site):
        member_id, address = make_claimant(site)
        with site.context():
            engagement = make_engagement(title="A walk-in centre for Oadby")
            title, number = "A walk-in centre for Oadby", engagement.id
        page = sign_in(visit(viewport=browsers.NARROW, java_script_enabled=False), site, address)
        self.add_a_bus_ticket(page, title, number)

        # The phone is put away. Another day, on another device, the claim is where it was left.
        page = sign_in(visit(viewport=browsers.NARROW, java_script_enabled=False), site, address)
        self.go_on(page)
        self.add_a_journey_there_and_back(page)
        self.check_and_send(page, title)
        with site.context():
            claim = the_claim(member_id)
            assert (claim.state, claim.claimed_pence) == ("submitted", 420 + 585)
            self.assert_the_photo_is_clean(claim.id)
        told(site, address, claim.reference, "We have your claim")

    def add_a_bus_ticket(self, page: Page, title: str, number: int) -> None:
        page.get_by_role("link", name="Claim your costs").click()
        look(page, "claims-none", script=False)
        page.get_by_role("main").get_by_role("link", name="Make a claim").click()
        look(page, "claim-start", script=False)
        press(page, "Claim what you spent")
        look(page, "claim-what-for", script=False)
        expect(page.get_by_label(title)).to_be_visible()
        choose(page, str(number))
        look(page, "claim-who", script=False)
        choose(page, "self")
        look(page, "claim-kind", script=False)
        choose(page, "public_transport")
        look(page, "claim-when", script=False)
        fill_day(page)
        page.locator("#spent_pence").fill("about four")
        press(page)
        look(page, "claim-how-much-error", script=False)
        expect(page.locator("#spent_pence")).to_have_value("about four")
        page.locator("#spent_pence").fill("£4.20")
        press(page)
        look(page, "claim-receipt", script=False)
        page.locator("#photo").set_input_files(photo())
        press(page)
        look(page, "claim-receipt-added", script=False)
        expect(page.get_by_role("link", name="Receipt 1")).to_be_visible()

    def go_on(self, page: Page) -> None:
        page.goto("/claims/")
        look(page, "claims-draft", script=False)
        page.get_by_role("link", name="Go on with this claim").click()
        look(page, "claim-another", script=False)
        expect(page.get_by_role("main")).to_contain_text("£4.20")
        choose(page, "yes")

    def add_a_journey_there_and_back(self, page: Page) -> None:
        choose(page, "mileage_car")
        fill_day(page)
        look(page, "claim-journey", script=False)
        page.locator("#origin").fill("LE2 4RT")
        page.locator("#destination").fill("Oadby library")
        page.locator("#miles").fill("6.5")
        page.locator("#back").check()
        press(page)
        look(page, "claim-note", script=False)
        page.locator("#note").fill("There is no bus on Sundays.")
        press(page)
        choose(page, "no")
        look(page, "claim-payment", script=False)
        choose(page, "voucher")

    def check_and_send(self, page: Page, title: str) -> None:
        look(page, "claim-check", script=False)
        for words in (title, "£4.20", "1 file", "13 miles", "There is no bus on Sundays.", "£10.05", "With a voucher"):
            expect(page.get_by_role("main")).to_contain_text(words)
        press(page, "Send the claim")
        look(page, "claim-sent", script=False)
        expect(page.get_by_role("heading", level=1)).to_have_text("We have your claim")
        page.get_by_role("link", name="See all your claims").click()
        look(page, "claims-sent", script=False)

    def assert_the_photo_is_clean(self, claim_id: int) -> None:
        rows = db.session.query(Receipt).join(ClaimLine).filter(ClaimLine.claim_id == claim_id).all()
        assert [row.media_type for row in rows] == ["image/jpeg"]
        kept = base64.b64decode(sealed.read(rows[0], "content"))
        assert files.gps_of(kept) == {}
        with Image.open(io.BytesIO(kept)) as image:
            assert image.height > image.width, "it is turned upright"
            assert max(image.size) < 3000


class TestInArabic:
    def test_claims_miles_and_a_bus_ticket_without_receipt_from_right_to_left(self, visit, site):
        member_id, address = make_claimant(site, language="ar")
        page = sign_in(visit(viewport=browsers.NARROW, locale="ar-EG"), site, address)
        page.goto("/claims/start?lang=ar")
        assert page.locator("html").get_attribute("dir") == "rtl"
        look(page, "ar-claim-start")
        press(page)
        look(page, "ar-claim-what-for")
        page.locator("#event").fill("لقاء في المكتبة")
        choose(page, "other")
        choose(page, "self")
        look(page, "ar-claim-kind")
        choose(page, "public_transport")
        look(page, "ar-claim-when")
        fill_day(page)
        look(page, "ar-claim-how-much")
        page.locator("#spent_pence").fill("٤٫٢٠")
        press(page)
        look(page, "ar-claim-receipt")
        page.locator("main a[href*=no-receipt]").click()
        look(page, "ar-claim-no-receipt")
        page.locator("#no_receipt").fill("ضاعت التذكرة.")
        press(page)
        press(page)  # nothing more to say
        look(page, "ar-claim-another")
        choose(page, "no")
        look(page, "ar-claim-payment")
        choose(page, "bank")
        look(page, "ar-bank-details")
        page.locator("main a[href$=check]").click()
        look(page, "ar-claim-check")
        expect(page.get_by_role("main")).to_contain_text("لقاء في المكتبة")
        press(page)
        look(page, "ar-claim-sent")
        with site.context():
            claim = the_claim(member_id)
            assert (claim.state, claim.claimed_pence, claim.language) == ("submitted", 420, "ar")
            assert db.session.get_one(Member, member_id).language == "ar"
        assert told(site, address, claim.reference, "")["Content-Language"] == "ar"
