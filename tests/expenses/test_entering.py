"""Claims entered by staff, those of organisations, questions before the day, and the printed form."""

from __future__ import annotations

import datetime as dt
import io
import re

import pikepdf
import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from expenses import sealed
from expenses.categories import CATEGORIES, ROLES
from expenses.errors import OwnClaimError
from expenses.models import Claim, Payee, PriorRequest
from expenses.services import advances, claims, deciding, payees
from i18n import languages
from tests.expenses import files
from tests.expenses.test_claiming_pages import day, path_of, the_claim, upload
from tests.expenses.test_prior_pages import make_advance
from tests.factories.engagements import make_engagement
from tests.factories.expenses import make_claim, make_draft, make_line, make_payee, make_policy, yesterday
from tests.factories.members import make_member, sign_in_member
from tests.factories.staff import make_staff, sign_in
from tests.support.pages import text_of


class TestAskingForSomebody:
    def test_is_answered_by_somebody_else_and_is_the_members_own(self, client, app):
        make_policy()
        engagement = make_engagement(words={"en": {"title": "Seeing a GP"}}, state="open")
        person, member = sign_in(client, "panel_manager", "claims_approver"), make_member()
        here = "/staff/expenses/enter/before"
        page = client.submit(here)
        assert len(page.page.errors) == 6
        soon = clock.today() + dt.timedelta(days=5)
        said = {"kind": "advance", "category": "taxi", "words": "No bus.", "engagement": str(engagement.id)}
        said |= {"day-day": str(soon.day), "day-month": str(soon.month), "day-year": str(soon.year)}
        page = client.submit(here, whose="999999", asked_pence="20", **said)
        assert page.page.errors == ["There is no such member. Look at the list of members for the number."]
        assert page.page.form()["words"] == "No bus."
        page = client.submit(here, whose=str(member.id), **said)
        assert page.page.errors == ["Enter how much money they need."]
        client.submit(here, whose=str(member.id), asked_pence="20", **said)
        row = db.session.scalars(sa.select(PriorRequest)).one()
        assert (row.state, row.asked_pence, row.engagement_id, row.made_by) == ("asked", 2000, engagement.id, person.id)
        page = client.submit(f"/staff/expenses/before/{row.id}", decision="agree", pence="20")
        assert page.page.errors == ["You took part in this claim already. Somebody else has to do this."]
        sign_in(client, "claims_approver")
        client.submit(f"/staff/expenses/before/{row.id}", decision="agree", pence="20")
        sign_in_member(client, member)
        assert "Seeing a GP" in client.get(f"/claims/before/{row.id}").page.text

    def test_takes_the_permission(self, client, app):
        sign_in(client, "claims_approver")
        assert client.get("/staff/expenses/enter/before").status_code == 403


class TestAccountingForSomebody:
    def test_staff_enter_what_an_advance_was_spent_on_and_it_is_taken_off(self, client, app):
        make_policy()
        advance = make_advance(make_member())
        with clock.stopped_at(clock.now() + dt.timedelta(days=10)):
            person = sign_in(client, "panel_manager", "claims_approver")
            assert advance.reference in client.get("/staff/expenses/enter").page.text
            page = client.submit("/staff/expenses/enter", f"{advance.reference}")
            assert page.request.path.endswith("/who")
            account = db.session.scalars(sa.select(Claim).where(Claim.settles_id == advance.id)).one()
            assert (account.made_by, account.made_how) == (person.id, "phone")
            make_line(account, spent_pence=1500)
            claims.send(account, by=person)
            with pytest.raises(OwnClaimError):
                deciding.refuse(account, "not_covered", by=person, version=account.version)
            db.session.commit()
            assert advance.reference not in client.get("/staff/expenses/enter").page.text

    def test_what_the_person_has_begun_is_left_to_them(self, client, app):
        make_policy()
        advance = make_advance(make_member())
        with clock.stopped_at(clock.now() + dt.timedelta(days=10)):
            account = advances.account_for(advance, language="en")
            db.session.commit()
            sign_in(client, "panel_manager")
            page = client.submit("/staff/expenses/enter", f"{advance.reference}")
            assert "Somebody has changed this claim in the meantime." in page.page.text
            assert account.made_by is None


class TestEntering:
    def test_a_claim_from_paper_goes_through_the_same_pages(self, client, app):
        make_policy()
        person = sign_in(client, "panel_manager", "claims_approver")
        member = make_member()
        page = client.submit("/staff/expenses/enter", whose=str(member.id), how="paper", kind="costs")
        page = client.submit(page.request.path, engagement="other", event="Open day")
        page = client.submit(page.request.path, for_whom="assistant")
        page = client.submit(page.request.path, category="parking")
        page = client.submit(page.request.path, **day(yesterday()))
        page = client.submit(page.request.path, spent_pence="3")
        page = upload(client, page.request.path, files.picture())
        page = client.submit(page.page.link("Continue"), note="")
        page = client.submit(page.request.path, another="no")
        page = client.submit(page.request.path, method="bank")
        assert page.page.h1 == "Enter bank details"
        account = {"holder": "A Patel", "sort_code": "089999", "account": "66374958", "roll": ""}
        page = client.submit(page.request.full_path, **account)
        assert path_of(page) == "check"
        client.submit(page.request.path)
        claim = the_claim()
        assert (claim.state, claim.made_by, claim.made_how) == ("submitted", person.id, "paper")
        with pytest.raises(OwnClaimError):
            deciding.refuse(claim, "not_covered", by=person, version=claim.version)

    def test_every_question_speaks_of_the_person_and_not_to_them(self, client, app):
        make_policy()
        person = sign_in(client, "panel_manager")
        costs = [
            {},
            {"category": "mileage_car", "spent_pence": None, "quantity_hundredths": 1300},
            {"category": "taxi"},
        ]
        hours = [{"role": "adviser", "minutes": 90}]
        claim = make_draft(make_payee(), costs, made_by=person, made_how="paper")
        time = make_draft(make_payee(), hours, kind="time", made_by=person, made_how="phone")
        pages = ["what-for", "who", "cost", "another", "payment", "check", "drop"]
        pages += [f"{n}/{name}" for n in (1, 2, 3) for name in ("kind", "when", "how-much", "receipt", "no-receipt")]
        addresses = [f"{claim.reference}/{page}" for page in [*pages, "1/note", "1/remove"]]
        addresses += [f"{time.reference}/{page}" for page in ("1/time", "time", "payment", "check")]
        for address in addresses:
            page = client.get(f"/staff/expenses/enter/{address}").page
            asked = [e for tag in ("h1", "h2", "label", "legend", "dt", "dd", "button") for e in page.all(tag)]
            said = " ".join(text_of(element) for element in asked if element in list(page.one("main").iter()))
            for name in [*(category.name for category in CATEGORIES.values()), *ROLES.values()]:
                said = said.replace(name, "")  # what the policy calls it, to everybody
            assert not re.search(r"\b(I|my|your|yours|you)\b", said, re.IGNORECASE), f"{address}: {said}"

    def test_says_when_there_is_no_such_member(self, client, app):
        sign_in(client, "panel_manager")
        page = client.submit("/staff/expenses/enter", whose="nobody@example.org", how="phone", kind="costs")
        assert page.status_code == 422
        assert page.page.form()["whose"] == "nobody@example.org"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 0

    def test_nobody_goes_on_with_the_draft_of_a_colleague(self, client, app):
        make_policy()
        sign_in(client, "panel_manager")
        client.submit("/staff/expenses/enter", whose=str(make_member().id), how="phone", kind="costs")
        reference = the_claim().reference
        sign_in(client, "panel_manager")
        assert client.get(f"/staff/expenses/enter/{reference}/check").status_code == 404


class TestAColleagueOnThePanel:
    def test_who_is_named_cannot_decide_about_that_claim_any_more(self, client, app):
        member, approver = make_member(), make_staff("claims_approver")
        claim = make_claim(payee=make_payee(member))
        sign_in(client, "panel_manager")
        page = client.submit("/staff/expenses/colleagues", whose=str(member.id), colleague="")
        assert page.page.errors == ["Choose the colleague."]
        assert page.page.form()["whose"] == str(member.id)
        page = client.submit("/staff/expenses/colleagues", whose="nobody@example.org", colleague=str(approver.id))
        assert page.status_code == 422
        page = client.submit("/staff/expenses/colleagues", whose=str(member.id), colleague=str(approver.id))
        assert f"Member {member.id} is {approver.name}." in page.page.text
        with pytest.raises(OwnClaimError):
            deciding.refuse(claim, "not_covered", by=approver, version=claim.version)


class TestAnOrganisation:
    def test_is_added_and_its_invoice_entered(self, client, app):
        make_policy()
        sign_in(client, "panel_manager")
        page = client.submit(
            "/staff/expenses/organisations/new", name="Oadby Carers", email="office@carers.example", language="en"
        )
        assert page.request.path.endswith("/bank-details/change")
        payee = db.session.scalars(sa.select(Payee)).one()
        assert b"Oadby" not in bytes(payee.name)
        page = client.submit("/staff/expenses/organisations", f"/{payee.id}/invoice")
        page = client.submit(page.request.path, engagement="other", event="A talk")
        page = client.submit(page.request.path, category="organisation_time")
        page = client.submit(page.request.path, **day(yesterday()))
        page = client.submit(page.request.path, spent_pence="£1,250.00")
        page = upload(client, page.request.path, files.pdf())
        page = client.submit(page.page.link("Continue"), note="")
        page = client.submit(page.request.path, another="no")
        page = client.submit(page.request.path)
        claim = the_claim()
        assert (claim.state, claim.claimed_pence, claim.payee_id) == ("submitted", 125_000, payee.id)

    def test_a_member_cannot_claim_as_one(self, client, app):
        make_policy()
        member = make_member()
        sign_in_member(client, member)
        page = client.submit("/claims/start", "/start/costs")
        page = client.submit(page.request.path, engagement="other", event="A talk")
        page = client.submit(page.request.path, for_whom="self")
        assert "An organisation" not in page.page.text
        assert client.submit(page.request.path, category="organisation_time").status_code == 422


class TestThePrintedForm:
    @pytest.mark.parametrize("tag", languages.TAGS)
    @pytest.mark.parametrize("size", ["ordinary", "large"])
    def test_is_a_tagged_pdf_in_every_language(self, client, app, tag, size):
        make_policy()
        response = client.get(f"/expenses/form/{tag}/{size}")
        with pikepdf.open(io.BytesIO(response.data)) as made:
            assert str(made.Root.Lang).startswith(tag)
            assert made.Root.MarkInfo.Marked
            assert made.docinfo["/Title"]


def test_the_name_of_an_organisation_opens_again(app):
    made = payees.make("organisation", "Oadby Carers")
    db.session.commit()
    assert sealed.read(made, "name") == "Oadby Carers"
    assert make_payee().id != made.id
