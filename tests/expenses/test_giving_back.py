"""What is left of money given before the day: told, listed, given back or waived; and accounting for it once more."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.audit import AuditEntry
from core.database import db
from expenses import sealed
from expenses.errors import ClaimMovedError, OwnClaimError
from expenses.models import AdvanceReturn, Claim
from expenses.queries import advances as queries
from expenses.services import advances, authorising, claims, deciding
from tests.expenses.test_guards import change, refused
from tests.expenses.test_prior_pages import make_advance, messages
from tests.factories import expenses as make
from tests.factories.members import make_member, sign_in_member
from tests.factories.staff import make_staff, sign_in
from tests.support.pages import PageClient
from tests.support.queries import at_most


@pytest.fixture
def member(client: PageClient) -> Any:
    make.make_policy()
    member = make_member()
    sign_in_member(client, member)
    return member


def account_for(advance: Claim, pence: int, share: float = 1.0) -> Claim:
    """Return the claim that accounts for an advance, sent and decided."""
    claim = advances.account_for(advance, language="en")
    make.make_line(claim, spent_pence=pence)
    claims.send(claim, actor="test")
    make.approve(claim, make.Team(), share)
    db.session.commit()
    return claim


class TestTelling:
    def test_page_and_message_say_how_much_to_whom_and_how(self, client: PageClient, member: Any) -> None:
        member.language = "cy"
        advance = make_advance(member)
        account = account_for(advance, 1640)
        page = client.get(f"/claims/{advance.reference}?lang=en").page
        assert "You told us what you spent." in page.text
        for shown in (page, client.get("/claims/?lang=en").page):
            assert "After the day, tell us" not in shown.text, "they did"
        for claim in (advance, account):
            page = client.get(f"/claims/{claim.reference}?lang=en").page
            assert "Please give £3.60 back to" in page.text
            assert "before you send any money. We tell you where to pay it." in page.text
        assert "There is nothing more to pay." in page.text
        assert "We will pay you" not in page.text
        (told,) = messages("advance_settled")
        assert (told["language"], told["given"], told["agreed"], told["owed"]) == ("cy", 2000, 1640, 360)
        approved = [told["reference"] for told in messages("claim_approved")]
        assert approved == [advance.reference], "nobody is told of money that does not come"

    def test_in_the_words_of_the_administrator_in_the_language_of_the_reader(
        self, client: PageClient, member: Any
    ) -> None:
        sign_in(client, "administrator")
        page = client.get("/staff/expenses/policy/give-back/en").page
        assert "Ring us on" in page.text, "what people read without words of one's own"
        client.submit("/staff/expenses/policy/give-back/en", words="Pay it to account 1234 of the board.")
        client.submit("/staff/expenses/policy/give-back/cy", words="Talwch i gyfrif 1234.")
        advance = make_advance(member)
        account_for(advance, 1000)
        sign_in_member(client, member)
        here = f"/claims/{advance.reference}"
        assert "Talwch i gyfrif 1234." in client.get(f"{here}?lang=cy").page.text
        page = client.get(f"{here}?lang=ar").page
        assert [e.get("lang") for e in page.all("span") if "account 1234" in (e.text or "")] == ["en"]
        assert messages("advance_settled")[0]["how"]["cy"] == "Talwch i gyfrif 1234."

    def test_spent_to_the_penny_nothing_is_to_be_given_back(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        account_for(advance, 2000)
        assert "Please give" not in client.get(f"/claims/{advance.reference}").page.text
        assert [told["owed"] for told in messages("advance_settled")] == [0]

    def test_of_more_than_was_given_only_the_rest_is_promised(self, client: PageClient, member: Any) -> None:
        account = account_for(make_advance(member), 2600)
        assert [told["given"] for told in messages("claim_approved")] == [2000, 600]
        assert "£6.00" in client.get(f"/claims/{account.reference}").page.text
        assert messages("advance_settled") == []


class TestTheList:
    def test_shows_what_is_owed_until_it_is_given_back(self, client: PageClient, member: Any) -> None:
        member.language = "cy"
        advance = make_advance(member)
        account_for(advance, 1640)
        sign_in(client, "claims_approver")
        page = client.get("/staff/expenses/before").page
        assert "Money given before the day, and to be given back" in page.text
        here = f"/staff/expenses/advances/{advance.reference}/left"
        assert "£3.60" in client.get(page.link(advance.reference)).page.text
        assert client.submit(here).page.errors == ["Choose what became of the money."]
        client.submit(here, outcome="returned")
        assert advance.reference not in client.get("/staff/expenses/before").page.text
        assert "It was given back." in client.get(here).page.text
        event = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "advance.returned")).one()
        assert event.after == {"pence": 360}
        (told,) = messages("advance_returned")
        assert (told["language"], told["reference"], told["pence"]) == ("cy", advance.reference, 360)
        assert messages("advance_waived") == []
        sign_in_member(client, member)
        assert "You gave £3.60 back." in client.get(f"/claims/{advance.reference}?lang=en").page.text

    def test_it_is_waived_with_a_reason_that_only_staff_read(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        account_for(advance, 1640)
        sign_in(client, "claims_approver")
        here = f"/staff/expenses/advances/{advance.reference}/left"
        assert client.submit(here, outcome="waived").page.errors == ["Say why it need not be given back."]
        client.submit(here, outcome="waived", reason="Too small to ask for.")
        row = db.session.scalars(sa.select(AdvanceReturn)).one()
        assert (row.outcome, row.pence, sealed.read(row, "reason")) == ("waived", 360, "Too small to ask for.")
        assert b"small" not in bytes(row.reason or b"")
        (told,) = messages("advance_waived")
        assert told["pence"] == 360
        assert "small" not in str(told)
        assert messages("advance_returned") == []
        sign_in_member(client, member)
        page = client.get(f"/claims/{advance.reference}").page
        assert "You do not need to give the £3.60 back" in page.text
        assert "Too small" not in page.text

    def test_takes_one_query_more_whatever_is_on_it(self, client: PageClient, member: Any) -> None:
        for _ in range(3):
            account_for(make_advance(make_member()), 1640)
        with at_most(1):
            assert [rest.pence for rest in queries.list_owed(limit=10)] == [360] * 3

    def test_needs_the_permission(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        account_for(advance, 1640)
        sign_in(client, "analyst")
        assert client.get(f"/staff/expenses/advances/{advance.reference}/left").status_code == 403
        assert client.get("/staff/expenses/policy/give-back/en").status_code == 403


class TestClosing:
    def test_of_two_at_once_the_second_is_told(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        account_for(advance, 1640)
        by = make_staff("claims_approver")
        advances.close(advance, "returned", by=by)
        with pytest.raises(ClaimMovedError):
            advances.close(advance, "waived", by=by, reason="Small.")

    def test_nobody_waives_what_they_owe_themselves(self, client: PageClient, member: Any) -> None:
        advance = make_advance(make_member(email="both@example.org"))
        account_for(advance, 1640)
        with pytest.raises(OwnClaimError):
            advances.close(advance, "waived", by=make_staff("claims_approver", email="both@example.org"), reason="Me.")

    def test_the_decision_it_follows_from_is_not_taken_back_after_it(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        account = account_for(advance, 1640)
        advances.close(advance, "returned", by=make_staff("claims_approver"))
        with pytest.raises(ClaimMovedError):
            deciding.reopen(account, "Wrong.", by=make_staff("claims_approver"), version=account.version)

    def test_the_database_takes_only_what_is_left_once_and_for_good(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        account_for(advance, 1640)
        staff = make_staff("claims_approver")
        row = {"seal_id": "x" * 26, "advance_id": advance.id, "outcome": "returned", "pence": 360, "by_id": staff.id}
        row |= {"at": advance.created_at}

        def insert(**values: Any) -> sa.Insert:
            return sa.insert(AdvanceReturn).values(**(row | values))

        assert refused(insert(pence=361))
        assert refused(insert(outcome="waived")), "no reason"
        assert refused(insert(advance_id=make_advance(make_member()).id)), "nothing is owed of it"
        assert not refused(insert())
        assert refused(insert(seal_id="y" * 26)), "once"
        assert refused(change(AdvanceReturn, pence=1))


class TestAccountingAgain:
    def test_after_one_that_was_taken_back(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        first = advances.account_for(advance, language="en")
        make.make_line(first, spent_pence=900)
        claims.send(first, actor="test")
        claims.withdraw(first, actor="test")
        db.session.commit()
        page = client.submit(f"/claims/{advance.reference}", "account")
        assert page.status_code == 200
        second = advances.account_for(advance, language="en")
        assert second.id != first.id
        assert second.settles_id == first.settles_id == advance.id

    def test_but_never_two_that_count(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        advances.account_for(advance, language="en")
        other = make.make_draft(make.payees.for_member(member))
        assert refused(sa.update(Claim).where(Claim.id == other.id).values(settles_id=advance.id))

    def test_settled_by_an_advance_it_goes_the_whole_way(self, client: PageClient, member: Any) -> None:
        account = account_for(make_advance(make_member()), 1640)
        authorising.authorise(account, by=make_staff("budget_holder"), version=account.version)
        db.session.commit()
        assert account.state == "paid"
        assert [rest.pence for rest in queries.list_owed(limit=9)] == [360]
