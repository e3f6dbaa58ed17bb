"""Making a claim page by page, and what becomes of it on the person's own pages."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from expenses import sealed
from expenses.models import Claim, ClaimLine, ClaimQuestion, Payee, PaymentChoice, PaymentText, Receipt
from expenses.queries import claims as queries
from expenses.services import choices, deciding, payees
from expenses.services import receipts as receipt_services
from mail import sealing
from mail.models import OutboxMessage
from tests.expenses import files
from tests.factories.engagements import make_engagement
from tests.factories.expenses import Team, make_claim, make_draft, make_payee, make_policy, yesterday
from tests.factories.members import make_member, sign_in_member
from tests.factories.staff import sign_in
from tests.support.queries import at_most


@pytest.fixture
def member(client):
    make_policy()
    member = make_member()
    sign_in_member(client, member)
    return member


def the_claim() -> Claim:
    return db.session.scalars(sa.select(Claim).order_by(Claim.id.desc()).limit(1)).one()


def the_line() -> ClaimLine:
    return db.session.scalars(sa.select(ClaimLine).order_by(ClaimLine.id.desc()).limit(1)).one()


def day(value) -> dict[str, str]:
    return {"spent_on-day": str(value.day), "spent_on-month": str(value.month), "spent_on-year": str(value.year)}


def path_of(response) -> str:
    return response.request.path.rpartition("/")[2]


def begin(client, kind="costs"):
    """Begin a claim and say what it was for; return the page that follows."""
    first = client.submit("/claims/start", f"/start/{kind}")
    return client.submit(first.request.path, engagement="other", event="A meeting in Oadby")


def upload(client, path: str, data: bytes, name="receipt.jpg", field="file"):
    token = _token(client, path)
    return client.post(
        path,
        data={"csrf_token": token, field: (io.BytesIO(data), name)},
        content_type="multipart/form-data",
        follow_redirects=True,
    )


def _token(client, path: str) -> str:
    return client.get(path).page.all("input", name="csrf_token")[0].get("value")


def as_far_as_receipt(client, **amount):
    """Go as far as the receipt of a bus ticket."""
    page = client.submit(begin(client).request.path, for_whom="self")
    page = client.submit(page.request.path, category="public_transport")
    page = client.submit(page.request.path, **day(yesterday()))
    assert path_of(page) == "how-much"
    return client.submit(page.request.path, spent_pence=amount.get("typed", "£4.20"))


class TestAClaimForCosts:
    def test_from_beginning_to_end(self, client, member):
        engagement = make_engagement()
        page = client.submit("/claims/start", "/start/costs")
        page = client.submit(page.request.path, engagement=str(engagement.id))
        page = client.submit(page.request.path, for_whom="carer", for_words="My daughter")
        page = client.submit(page.request.path, category="public_transport")
        page = client.submit(page.request.path, **day(yesterday()))
        page = client.submit(page.request.path, spent_pence="4,20")
        page = upload(client, page.request.path, files.picture("PNG"), name="whatever.exe")
        assert "Receipt 1" in page.page.text
        page = client.get(page.page.link("Continue"))
        page = client.submit(page.request.path, note="I changed at Oadby.")
        assert path_of(page) == "another"
        page = client.submit(page.request.path, another="no")
        page = client.submit(page.request.path, method="voucher")
        assert path_of(page) == "check"
        for words in ("My daughter", "£4.20", "1 file", "I changed at Oadby.", "With a voucher"):
            assert words in page.page.text
        page = client.submit(page.request.path)
        claim = the_claim()
        assert page.page.h1 == "We have your claim"
        assert claim.reference in page.page.text
        assert (claim.state, claim.claimed_pence, claim.engagement_id) == ("submitted", 420, engagement.id)
        assert the_line().flags == []
        assert db.session.scalars(sa.select(OutboxMessage.kind)).all() == ["claim_received"]

    def test_miles_there_and_back_in_one_tap(self, client, member):
        page = client.submit(begin(client).request.path, for_whom="self")
        page = client.submit(page.request.path, category="mileage_car")
        page = client.submit(page.request.path, **day(yesterday()))
        page = client.submit(page.request.path, origin="LE2 4RT", destination="Oadby", miles="٦٫٥", back="y")
        line = the_line()
        assert (line.quantity_hundredths, line.return_journey, line.claimed_pence) == (1300, True, 585)
        assert b"Oadby" not in bytes(line.journey)
        check = client.get(f"/claims/{the_claim().reference}/check").page
        assert "13 miles from \u2068LE2 4RT\u2069 to \u2068Oadby\u2069 and back" in check.text
        again = client.get(f"/claims/{the_claim().reference}/1/how-much").page.form()
        assert (again["miles"], again["back"]) == ("6.5", "y")

    @pytest.mark.parametrize("typed", ["4.20", "£4.20", " 4,20 ", "٤٫٢٠"])
    def test_an_amount_is_read_as_people_type_it(self, client, member, typed):
        as_far_as_receipt(client, typed=typed)
        assert the_line().spent_pence == 420

    def test_what_is_typed_stays_when_it_cannot_be_read(self, client, member):
        page = client.submit(begin(client).request.path, for_whom="self")
        page = client.submit(page.request.path, category="public_transport")
        page = client.submit(
            page.request.path, **{"spent_on-day": "31", "spent_on-month": "2", "spent_on-year": "2026"}
        )
        assert page.status_code == 422
        assert page.page.form()["spent_on-day"] == "31"
        tomorrow = clock.today().replace(year=clock.today().year + 1)
        page = client.submit(page.request.path, **day(tomorrow))
        assert page.page.errors == ["The day cannot be in the future."]
        page = client.submit(page.request.path, **day(yesterday()))
        page = client.submit(page.request.path, spent_pence="four pounds")
        assert page.status_code == 422
        assert page.page.form()["spent_pence"] == "four pounds"

    @pytest.mark.parametrize("name", ["an archive", "a drawing with a script", "half a PDF", "a bomb", "nothing"])
    def test_a_file_is_refused_with_a_reason_and_the_claim_is_kept(self, client, member, name):
        page = as_far_as_receipt(client)
        here = page.request.path
        upload(client, here, files.picture())
        data, _reason = files.hostile()[name]
        page = upload(client, here, data, name="receipt.jpg")
        assert page.status_code == 422
        assert page.page.errors
        assert "Receipt 1" in page.page.text, "what was added before is still there"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1
        assert the_line().spent_pence == 420

    def test_without_a_receipt_the_reason_is_kept_sealed(self, client, member):
        page = as_far_as_receipt(client)
        page = client.submit(page.page.link("I do not have a receipt"))
        assert page.page.errors == ["Tell us why you do not have a receipt."]
        page = client.submit(page.request.path, no_receipt="The machine was broken.")
        assert path_of(page) == "note"
        line = the_line()
        assert sealed.read(line, "no_receipt") == "The machine was broken."
        assert b"machine" not in bytes(line.no_receipt)
        assert line.flags == ["no_receipt"]

    def test_one_thing_changed_from_the_last_page_leads_back_to_it(self, client, member):
        draft = make_draft(make_payee(member))
        page = client.get(f"/claims/{draft.reference}/check").page
        href = next(a.get("href") for a in page.all("a") if "how-much" in (a.get("href") or ""))
        page = client.submit(href, spent_pence="5")
        assert path_of(page) == "check"
        assert "You ask us for £5.00." in page.page.text

    def test_another_kind_of_cost_is_asked_for_its_own_figures(self, client, member):
        draft = make_draft(make_payee(member))
        page = client.submit(f"/claims/{draft.reference}/1/kind?change=1", category="mileage_car")
        assert path_of(page) == "how-much"
        assert the_line().spent_pence is None

    def test_cannot_be_sent_before_it_says_everything(self, client, member):
        draft = make_draft(make_payee(member), lines=[{"spent_pence": None}])
        here = f"/claims/{draft.reference}/check"
        page = client.get(here).page
        assert "Something is still missing." in page.text
        assert not page.all("button", type="submit"), "there is nothing to send yet"
        page = client.send(here, "/claims/start").page
        assert page.errors == ["Add what it cost before you send your claim."]
        assert the_claim().state == "draft"

    def test_a_draft_waits_in_the_list_and_can_be_thrown_away(self, client, member):
        draft = make_draft(make_payee(member))
        page = client.get("/claims/").page
        assert "Not sent yet" in page.text
        assert client.get(page.link("Go on with this claim")).status_code == 303
        page = client.submit(f"/claims/{draft.reference}/drop")
        assert "You have not made a claim yet." in page.page.text
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ClaimLine)) == 0

    def test_a_line_is_taken_out(self, client, member):
        draft = make_draft(make_payee(member), lines=[{}, {"spent_pence": 100}])
        client.submit(f"/claims/{draft.reference}/2/remove")
        assert the_claim().claimed_pence == 420


class TestComingBack:
    """Who left in the middle is led to the first thing that is still to be said."""

    @pytest.mark.parametrize(
        ("said", "page"),
        [
            ({"event": None}, "/what-for"),
            ({"lines": []}, "/who"),
            ({"lines": [{"spent_on": None}]}, "/1/when"),
            ({"lines": [{}, {"spent_pence": None}]}, "/2/how-much"),
            ({"lines": [{"category": "parking", "spent_pence": 300}]}, "/1/receipt"),
            ({"lines": [{"category": "parking", "spent_pence": 300, "no_receipt": "Lost."}]}, "/another"),
            ({"lines": [{}]}, "/another"),
            ({"kind": "time", "lines": []}, "/time"),
            ({"kind": "time", "lines": [{"role": "adviser", "minutes": 90}]}, "/advice"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_goes_on_where_it_was_left(self, client, member, said, page):
        values = {"event": "A talk"} | said
        draft = make_draft(make_payee(member), **{key: value for key, value in values.items() if key != "event"})
        if values["event"]:
            sealed.put(draft, "event", values["event"])
            db.session.commit()
        assert client.get(f"/claims/{draft.reference}").location.endswith(f"/claims/{draft.reference}{page}")

    def test_goes_to_the_last_page_when_all_is_said(self, client, member):
        draft = make_draft(make_payee(member))
        sealed.put(draft, "event", "A talk")
        choices.choose(draft, "voucher", language="en", how="online")
        db.session.commit()
        assert client.get(f"/claims/{draft.reference}").location.endswith("/check")


class TestWithoutBankDetails:
    """Who wants a bank transfer is asked for the account next; without one nothing is lost and the claim says so."""

    LACKING = "We do not have your bank details yet."

    def test_are_asked_for_next_and_lead_back_to_the_claim(self, client, member):
        draft = make_draft(make_payee(member, account=False))
        page = client.submit(f"/claims/{draft.reference}/payment", method="bank")
        assert page.request.path == "/claims/bank-details/change"
        here = page.request.full_path
        page = client.submit(here, holder="A Patel", sort_code="08-99-99", account="")
        assert page.status_code == 422
        assert page.page.form()["holder"] == "A Patel"
        page = client.submit(here, holder="A Patel", sort_code="08-99-99", account="66374958")
        assert path_of(page) == "check"
        assert self.LACKING not in page.page.text

    def test_can_come_later_and_the_claim_says_what_is_missing(self, client, member):
        draft = make_draft(make_payee(member, account=False))
        page = client.submit(f"/claims/{draft.reference}/payment", method="bank")
        page = client.get(page.page.link("Go on without bank details"))
        assert self.LACKING in page.page.text
        page = client.submit(page.request.path)
        assert page.page.h1 == "We have your claim"
        assert self.LACKING in page.page.text
        page = client.get(f"/claims/{draft.reference}").page
        assert self.LACKING in page.text
        assert page.link("Give your bank details").endswith(f"?claim={draft.reference}")
        (message,) = db.session.scalars(sa.select(OutboxMessage))
        assert sealing.unseal(message.context, message.message_id)["lacks_account"] is True

    def test_are_not_asked_for_who_wants_a_voucher(self, client, member):
        draft = make_draft(make_payee(member, account=False))
        page = client.submit(f"/claims/{draft.reference}/payment", method="voucher")
        assert path_of(page) == "check"
        assert self.LACKING not in page.page.text

    def test_of_a_claim_of_somebody_else_lead_nowhere(self, client, member):
        other = make_draft()
        assert client.get(f"/claims/bank-details/change?claim={other.reference}").status_code == 404


class TestDeclaring:
    def test_the_words_above_the_button_are_kept_with_the_language_and_the_moment(self, client, member):
        draft = make_draft(make_payee(member))
        page = client.get(f"/claims/{draft.reference}/check?lang=cy").page
        client.submit(f"/claims/{draft.reference}/check")
        (entry,) = queries.entries(draft.id)
        _declared, number, language = entry.detail.split(":")
        wording = db.session.get_one(PaymentText, int(number)).wording
        assert language == "cy"
        assert wording["cy"] in page.text
        assert "it is true" in wording["en"]
        assert entry.at is not None


class TestBeingPaidForTime:
    def test_the_page_on_benefits_comes_first_and_the_choice_is_kept_with_its_words(self, client, member):
        page = begin(client, "time")
        page = client.submit(page.request.path, role="adviser", hours="3")
        page = client.submit(page.request.path, **day(yesterday()))
        assert path_of(page) == "advice"
        assert "It can change your benefits." in page.page.text
        assert "Citizens Advice" in page.page.text
        page = client.submit(page.page.link("Continue"))
        assert page.page.errors == ["Choose how we pay you."]
        page = client.submit(page.request.path, method="bank")
        page = client.submit(page.page.link("Go on without bank details"))
        assert page.page.h1 == "We have your claim"
        choice = db.session.scalars(sa.select(PaymentChoice)).one()
        assert "benefits" in db.session.get_one(PaymentText, choice.text_id).wording["en"]
        assert (choice.method, choice.language, the_claim().claimed_pence) == ("bank", "en", 7500)

    def test_can_be_declined_after_sending_and_wanted_again(self, client, member):
        claim = make_claim(payee=make_payee(member), kind="time", lines=[{"role": "adviser", "minutes": 60}])
        here = f"/claims/{claim.reference}/payment"
        page = client.submit(here, method="none")
        assert "You wanted no payment" in page.page.text
        page = client.submit(here, method="voucher")
        assert "We have it" in page.page.text
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PaymentChoice)) == 3

    def test_cannot_be_changed_once_authorised(self, client, member):
        claim = make_claim("authorised", payee=make_payee(member))
        assert client.get(f"/claims/{claim.reference}/payment").status_code == 404

    def test_can_go_to_a_charity(self, client, member):
        charity = payees.make("charity", "The Lantern Trust")
        draft = make_draft(make_payee(member))
        page = client.submit(f"/claims/{draft.reference}/payment", method="charity", charity="")
        assert page.page.errors == ["Choose a charity."]
        client.submit(f"/claims/{draft.reference}/payment", method="charity", charity=str(charity.id))
        assert db.session.scalars(sa.select(PaymentChoice.charity_id)).one() == charity.id


class TestASentClaim:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("submitted", "We look at it next."),
            ("question", "Please answer our question."),
            ("approved", "One more person checks it first."),
            ("partly_approved", "We pay £2.10."),
            ("refused", "We cannot repay this kind of cost."),
            ("authorised", "with our next payments"),
            ("in_run", "on its way"),
            ("paid", "We paid it on"),
            ("failed", "check your bank details"),
            ("corrected", "with our next payments"),
            ("withdrawn", "You took it back"),
        ],
    )
    def test_says_where_it_is_and_what_happens_next(self, client, member, state, words):
        claim = make_claim(state, payee=make_payee(member))
        assert words in client.get(f"/claims/{claim.reference}").page.text

    def test_says_by_which_day_it_is_paid(self, client, member):
        make_claim(payee=make_payee(member))
        assert re.search(r"We will pay you by \d+ \w+ \d{4}\.", client.get("/claims/").page.text)

    def test_a_question_is_answered_with_a_receipt(self, client, member):
        claim = make_claim(payee=make_payee(member), lines=[{"category": "parking", "spent_pence": 300}])
        deciding.ask(claim, "Can you send the receipt?", by=Team().approver, version=claim.version)
        db.session.commit()
        page = client.get(f"/claims/{claim.reference}").page
        assert "Can you send the receipt?" in page.text
        upload(client, f"/claims/{claim.reference}/1/receipt", files.picture())
        page = client.submit(page.link("Answer our question"), words="")
        assert page.page.errors == ["Write your answer."]
        page = client.submit(page.request.path, words="Here it is.")
        assert "We have it" in page.page.text
        assert sealed.read(db.session.scalars(sa.select(ClaimQuestion)).one(), "answer") == "Here it is."
        assert the_line().flags == []

    def test_is_taken_back_until_somebody_decides(self, client, member):
        claim = make_claim(payee=make_payee(member))
        page = client.submit(f"/claims/{claim.reference}/take-back")
        assert "You took it back" in page.page.text
        decided = make_claim("approved", payee=make_payee(member, account=False))
        assert client.get(f"/claims/{decided.reference}/take-back").status_code == 303

    def test_nobody_else_can_open_it(self, client, member):
        other = make_claim()
        receipt = db.session.scalars(sa.select(Receipt)).one()
        for path in ("", "/check", "/answer", "/1/receipt", f"/receipts/{receipt.id}", "/payment", "/take-back"):
            assert client.get(f"/claims/{other.reference}{path}").status_code == 404, path

    def test_the_list_costs_the_same_whatever_its_length(self, client, member):
        payee = make_payee(member)
        made = [make_claim(payee=payee).reference for _ in range(6)]
        with at_most(5):
            page = client.get("/claims/").page
        assert all(reference in page.text for reference in made)


class TestServingAReceipt:
    def make(self, member=None, data=None):
        claim = make_draft(make_payee(member), lines=[{"category": "taxi", "spent_pence": 900}])
        row = receipt_services.add(claim, the_line(), data or files.picture(), actor="test")
        db.session.commit()
        return claim, row

    def test_a_picture_is_shown_where_nothing_can_act(self, client, member):
        claim, row = self.make(member)
        response = client.get(f"/claims/{claim.reference}/receipts/{row.id}")
        assert response.mimetype == "image/jpeg"
        assert response.data.startswith(b"\xff\xd8\xff")
        headers = response.headers
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Disposition"].startswith("inline")

    def test_a_pdf_is_saved_and_not_opened(self, client, member):
        claim, row = self.make(member, files.pdf())
        response = client.get(f"/claims/{claim.reference}/receipts/{row.id}")
        assert response.headers["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize(
        ("role", "status"),
        [("claims_approver", 200), ("budget_holder", 200), ("payer", 404), ("analyst", 404), ("panel_manager", 404)],
    )
    def test_staff_see_it_when_they_decide(self, client, app, role, status):
        make_claim()
        row = db.session.scalars(sa.select(Receipt)).one()
        sign_in(client, role)
        assert client.get(f"/staff/expenses/receipts/{row.id}").status_code == status

    def test_not_even_an_approver_sees_that_of_a_draft(self, client, app):
        make_policy()
        _claim, row = self.make()
        sign_in(client, "claims_approver")
        assert client.get(f"/staff/expenses/receipts/{row.id}").status_code == 404


class TestOwnPage:
    def test_leads_to_the_claims(self, client, member):
        assert client.get("/me").page.link("Claim your costs") == "/claims/"


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/claims/").location.endswith("/sign-in")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Payee)) == 0
