"""The approver's pages: the queue by age, a claim with what speaks for and against it, decisions, and the next one."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.audit import AuditEntry
from core.database import db
from expenses.models import Claim, ClaimQuestion, LineDecision
from expenses.services import claims, deciding
from mail.models import OutboxMessage
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.factories.staff import make_staff, sign_in
from tests.support.pages import PageClient
from tests.support.queries import at_most

TAXI = {"category": "taxi", "spent_pence": 1800}


def url(claim: Claim, more: str = "") -> str:
    return f"/staff/expenses/decide/{claim.reference}{more}"


def state(claim: Claim) -> str:
    db.session.expire_all()
    return claim.state


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def decide(client: PageClient, claim: Claim, **values: Any) -> Any:
    sent = {"version": claim.version, "declared": "y", "give": "these", **values}
    for line in claims.lines_of(claim):
        sent.setdefault(f"pence_{line.number}", f"{line.claimed_pence / 100:.2f}")
    return client.send(url(claim), **sent)


class TestQueue:
    def test_shows_the_oldest_first_and_no_name(self, client: PageClient) -> None:
        payee = make.make_payee(make_member(name="Asha Patel"))
        first, second = make.make_claim(payee=payee), make.make_claim()
        sign_in(client, "claims_approver")
        page = client.get("/staff/expenses/decide").text
        assert page.index(first.reference) < page.index(second.reference)
        assert "Patel" not in page

    def test_marks_what_looks_like_another_and_what_is_not_as_the_policy_says(self, client: PageClient) -> None:
        payee = make.make_payee()
        make.make_claim(payee=payee)
        make.make_claim(payee=payee, lines=[{}, TAXI])
        sign_in(client, "claims_approver")
        page = client.get("/staff/expenses/decide").text
        assert page.count("Looks like another") == 2
        assert page.count("Not as the policy says") == 1

    def test_can_be_filtered_by_state_and_engagement(self, client: PageClient) -> None:
        engagement = make_engagement()
        waiting, other = make.make_claim(engagement_id=engagement.id), make.make_claim()
        refused = make.make_claim("refused")
        sign_in(client, "claims_approver")
        page = client.get(f"/staff/expenses/decide?engagement={engagement.id}").text
        assert waiting.reference in page
        assert other.reference not in page
        page = client.get("/staff/expenses/decide?state=refused").text
        assert refused.reference in page
        assert waiting.reference not in page

    def test_pages_lose_and_repeat_nothing(self, client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("expenses.views.deciding.SHOWN", 2)
        made = [make.make_claim().reference for _ in range(5)]
        sign_in(client, "claims_approver")
        seen, where = [], "/staff/expenses/decide"
        while where:
            page = client.get(where).page
            seen += [reference for reference in made if reference in page.text]
            links = [a.get("href", "") for a in page.all("a") if a.get("rel") == "next"]
            where = links[0] if links else ""
        assert seen == made

    def test_takes_the_same_few_queries_for_a_full_page(self, client: PageClient) -> None:
        made = [make.make_claim(lines=[{}, TAXI]).reference for _ in range(4)]
        sign_in(client, "claims_approver")
        with at_most(14):
            page = client.get("/staff/expenses/decide").page
        assert all(reference in page.text for reference in made)

    @pytest.mark.parametrize("role", ["administrator", "panel_manager", "payer", "budget_holder"])
    def test_is_for_approvers(self, client: PageClient, role: str) -> None:
        claim = make.make_claim()
        sign_in(client, role)
        assert client.get("/staff/expenses/decide").status_code == 403
        assert client.get(url(claim)).status_code == 403


class TestClaimPage:
    def test_says_in_plain_words_what_the_policy_would_not_have(self, client: PageClient) -> None:
        claim = make.make_claim(lines=[TAXI])
        sign_in(client, "claims_approver")
        page = client.get(url(claim)).text
        assert "The policy asks for a receipt, and there is none." in page
        assert "The policy asks for agreement before the day." in page

    def test_shows_likenesses_with_links_before_anything_is_approved(self, client: PageClient) -> None:
        payee = make.make_payee()
        before, claim = make.make_claim(payee=payee), make.make_claim(payee=payee)
        sign_in(client, "claims_approver")
        page = client.get(url(claim)).page
        assert "the same kind of cost, the same day and the same amount" in page.text
        assert page.link(before.reference).endswith(before.reference)

    def test_shows_a_journey_by_car_that_two_people_claim(self, client: PageClient) -> None:
        drive = {"category": "mileage_car", "spent_pence": None, "quantity_hundredths": 2400}
        drive["journey"] = {"from": "Oadby", "to": "Leicester"}
        before, claim = make.make_claim(lines=[drive]), make.make_claim(lines=[drive])
        sign_in(client, "claims_approver")
        page = client.get(url(claim)).page
        assert "Somebody else claims the same journey by car on the same day." in page.text
        assert page.link(before.reference).endswith(before.reference)

    def test_takes_a_bounded_number_of_queries(self, client: PageClient) -> None:
        claim = make.make_claim(lines=[{}, TAXI, TAXI, {"spent_pence": 111}, {"spent_pence": 112}])
        sign_in(client, "claims_approver")
        with at_most(26):
            page = client.get(url(claim)).page
        assert "£1.11" in page.text
        assert "£1.12" in page.text

    def test_a_draft_is_nobodys_business(self, client: PageClient) -> None:
        claim = make.make_draft()
        sign_in(client, "claims_approver")
        assert client.get(url(claim)).status_code == 404

    def test_says_that_somebody_else_decides_on_ones_own_claim(self, client: PageClient) -> None:
        person = sign_in(client, "claims_approver")
        claim = make.make_claim(made_by=person, made_how="paper")
        page = client.get(url(claim)).page
        assert "Somebody else decides this" in page.text
        assert not [b for b in page.all("button") if b.get("name") == "give"]
        assert decide(client, claim).status_code == 422
        assert state(claim) == "submitted"


class TestDecide:
    def test_approves_in_part_with_a_reason_and_goes_to_the_next(self, client: PageClient) -> None:
        claim, following = make.make_claim(lines=[{}, {"spent_pence": 900}]), make.make_claim()
        sign_in(client, "claims_approver")
        values = {"pence_2": "5", "reason_2": "over_cap", "words_2": "Up to 5 pounds."}
        page = decide(client, claim, **values)
        assert page.location == url(following)
        assert state(claim) == "partly_approved"
        assert claim.approved_pence == 920
        assert kinds().count("claim_partly_approved") == 1

    def test_gives_all_with_one_button(self, client: PageClient) -> None:
        claim = make.make_claim()
        sign_in(client, "claims_approver")
        page = decide(client, claim, give="all", pence_1="1")
        assert (page.location, state(claim)) == ("/staff/expenses/decide", "approved")
        assert claim.approved_pence == claim.claimed_pence

    def test_the_next_one_is_never_ones_own(self, client: PageClient) -> None:
        person = sign_in(client, "claims_approver")
        claim = make.make_claim()
        make.make_claim(made_by=person, made_how="paper")
        following = make.make_claim()
        assert decide(client, claim).location == url(following)

    def test_begins_with_what_the_policy_gives(self, client: PageClient) -> None:
        claim = make.make_claim(lines=[{"category": "meal_day", "spent_pence": 800}])
        make.make_receipt(claim.lines[0].id if "lines" in claim.__dict__ else claims.lines_of(claim)[0].id)
        sign_in(client, "claims_approver")
        sent = client.get(url(claim)).page.form(None)
        assert (sent["pence_1"], sent["reason_1"]) == ("5.00", "over_cap")

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"pence_1": "9.99"}, "You cannot approve more than was asked for"),
            ({"pence_1": "1"}, "Choose why less is given"),
            ({"pence_1": "x"}, "Enter an amount in pounds"),
            ({"pence_1": ""}, "Enter how much is given"),
            ({"pence_1": "1", "reason_1": "other_less"}, "Write the reason, for the person to read"),
            ({"declared": ""}, "neither yours nor that of somebody close"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(
        self, client: PageClient, values: dict[str, str], words: str
    ) -> None:
        claim = make.make_claim()
        sign_in(client, "claims_approver")
        page = decide(client, claim, **({"words_1": "Typed before."} if "reason_1" not in values else {}), **values)
        assert page.status_code == 422
        assert words in page.text
        assert "reason_1" in values or "Typed before." in page.text
        assert state(claim) == "submitted"
        assert db.session.scalar(sa.select(sa.func.count(LineDecision.id))) == 0

    def test_more_than_the_policy_gives_needs_a_reason_for_an_exception(self, client: PageClient) -> None:
        claim = make.make_claim(lines=[TAXI])
        sign_in(client, "claims_approver")
        assert "although the policy would not have it" in decide(client, claim).text
        assert "although the policy would not have it" in decide(client, claim, reason_1="over_cap").text
        assert decide(client, claim, reason_1="access_need").status_code == 303
        assert db.session.scalars(sa.select(LineDecision.beyond_policy)).one()

    def test_the_second_of_two_is_told_and_loses_nothing_of_what_they_typed(self, client: PageClient) -> None:
        claim = make.make_claim()
        seen = claim.version
        sign_in(client, "claims_approver")
        deciding.refuse(claim, "not_covered", by=make_staff("claims_approver"), version=seen)
        db.session.commit()
        page = decide(client, claim, version=seen, pence_1="2.50", reason_1="wrong_amount", words_1="It says 2.50.")
        assert page.status_code == 422
        assert "Somebody has changed this claim in the meantime" in page.text
        assert "It says 2.50." in page.text
        assert "2.50" in page.text
        assert state(claim) == "refused"

    def test_where_the_claim_is_still_open_the_boxes_keep_what_was_typed(self, client: PageClient) -> None:
        claim = make.make_claim()
        seen = claim.version
        sign_in(client, "claims_approver")
        deciding.ask(claim, "Which day?", by=make_staff("claims_approver"), version=seen)
        db.session.commit()
        page = decide(client, claim, version=seen, pence_1="2.50", reason_1="wrong_amount")
        assert page.status_code == 422
        sent = page.page.form(None)
        assert (sent["pence_1"], sent["reason_1"], sent["version"]) == ("2.50", "wrong_amount", str(seen + 1))

    def test_a_decision_without_a_version_is_out_of_date(self, client: PageClient) -> None:
        claim = make.make_claim()
        sign_in(client, "claims_approver")
        assert decide(client, claim, version="").status_code == 422
        assert state(claim) == "submitted"


class TestAskRefuseReopen:
    def test_a_question_is_sent_and_kept_sealed(self, client: PageClient) -> None:
        claim = make.make_claim()
        sign_in(client, "claims_approver")
        line = claims.lines_of(claim)[0]
        page = client.submit(url(claim, "/question"), words="Which bus was it?", line=str(line.id))
        assert page.status_code == 200
        assert state(claim) == "question"
        row = db.session.scalars(sa.select(ClaimQuestion)).one()
        assert (row.line_id, b"bus" in row.question) == (line.id, False)
        assert kinds()[-1] == "claim_question"
        assert "Which bus was it?" in client.get(url(claim)).text

    def test_a_line_of_another_claim_cannot_be_asked_about(self, client: PageClient) -> None:
        claim, other = make.make_claim(), make.make_claim()
        sign_in(client, "claims_approver")
        values = {"words": "Which bus?", "line": str(claims.lines_of(other)[0].id), "version": claim.version}
        assert client.send(url(claim, "/question"), **values).status_code == 422

    def test_an_empty_question_is_not_sent(self, client: PageClient) -> None:
        claim = make.make_claim()
        sign_in(client, "claims_approver")
        assert "Write what you want to ask" in client.submit(url(claim, "/question"), words=" ").text
        assert state(claim) == "submitted"

    def test_a_refusal_needs_a_reason_and_the_declaration(self, client: PageClient) -> None:
        claim = make.make_claim()
        sign_in(client, "claims_approver")
        page = client.submit(url(claim, "/refuse"), reason="", words="No.")
        assert "Choose why it is refused" in page.text
        assert "neither yours" in page.text
        client.submit(url(claim, "/refuse"), reason="not_covered", words="No.", declared="y")
        assert state(claim) == "refused"
        assert kinds()[-1] == "claim_refused"

    def test_a_refusal_that_came_second_keeps_its_words(self, client: PageClient) -> None:
        claim = make.make_claim()
        seen = claim.version
        sign_in(client, "claims_approver")
        make.approve(claim, make.Team())
        db.session.commit()
        sent = {"version": seen, "reason": "late", "words": "Too late for us.", "declared": "y"}
        page = client.send(url(claim, "/refuse"), **sent)
        assert page.status_code == 422
        assert "Too late for us." in page.text
        assert state(claim) == "approved"

    def test_a_decision_is_made_again_with_the_first_one_kept(self, client: PageClient) -> None:
        claim = make.make_claim("refused")
        sign_in(client, "claims_approver")
        client.submit(url(claim, "/reopen"), words="The receipt came by post.")
        assert state(claim) == "submitted"
        assert decide(client, claim).status_code == 303
        rounds = list(db.session.scalars(sa.select(LineDecision.round).order_by(LineDecision.id)))
        assert rounds == [1, 2]
        assert "The receipt came by post." in client.get(url(claim)).text
        steps = sa.select(AuditEntry.action).where(AuditEntry.action.like("claim.%")).order_by(AuditEntry.id)
        actions = list(db.session.scalars(steps))
        assert actions == ["claim.sent", "claim.refused", "claim.reopened", "claim.approved"]


class TestAuthorise:
    def test_several_at_once_and_says_why_not_the_others(self, client: PageClient) -> None:
        engagement = make_engagement()
        make.make_budget(engagement.id, make_staff("budget_holder"), pence=500)
        first = make.make_claim("approved", engagement_id=engagement.id)
        second = make.make_claim("approved", engagement_id=engagement.id)
        sign_in(client, "budget_holder")
        chosen = [f"{claim.id}:{claim.version}" for claim in (first, second)]
        page = client.send("/staff/expenses/authorise", claims=chosen, declared="y")
        assert (page.status_code, state(first), state(second)) == (422, "authorised", "approved")
        assert f"Claim {second.reference}: This goes over the budget." in page.text
        assert "1 claim is authorised." in page.text

    def test_past_the_budget_the_holder_signs(self, client: PageClient) -> None:
        engagement = make_engagement()
        holder = sign_in(client, "budget_holder")
        make.make_budget(engagement.id, holder, pence=1)
        claim = make.make_claim("approved", engagement_id=engagement.id)
        page = client.submit(f"/staff/expenses/authorise/{claim.reference}", declared="y")
        assert page.status_code == 200
        assert state(claim) == "authorised"

    def test_who_approved_cannot_sign(self, client: PageClient) -> None:
        person = sign_in(client, "claims_approver", "budget_holder")
        claim = make.make_claim()
        make.approve(claim, type("Team", (), {"approver": person})())
        db.session.commit()
        assert "Somebody else authorises this" in client.get(f"/staff/expenses/authorise/{claim.reference}").text
        sent = {"claims": [f"{claim.id}:{claim.version}"], "declared": "y"}
        page = client.send("/staff/expenses/authorise", **sent)
        assert "You took part in this claim already" in page.text
        assert state(claim) == "approved"

    def test_nothing_without_the_declaration_nor_without_a_claim(self, client: PageClient) -> None:
        claim = make.make_claim("approved")
        sign_in(client, "budget_holder")
        sent = {"claims": [f"{claim.id}:{claim.version}"]}
        assert client.send("/staff/expenses/authorise", **sent).status_code == 422
        assert "Choose at least one claim" in client.send("/staff/expenses/authorise", declared="y").text
        assert state(claim) == "approved"

    def test_a_version_somebody_else_changed_is_refused(self, client: PageClient) -> None:
        claim = make.make_claim("approved")
        sign_in(client, "budget_holder")
        sent = {"claims": [f"{claim.id}:{claim.version - 1}"], "declared": "y"}
        assert "Somebody has changed this claim" in client.send("/staff/expenses/authorise", **sent).text

    def test_shows_what_is_left_with_few_queries(self, client: PageClient) -> None:
        for _ in range(3):
            engagement = make_engagement()
            make.make_budget(engagement.id, make_staff("budget_holder"), pence=10_000)
            make.make_claim("approved", engagement_id=engagement.id)
        sign_in(client, "budget_holder")
        with at_most(14):
            page = client.get("/staff/expenses/authorise").text
        assert "£95.80" in page

    def test_a_bulk_of_rubbish_is_no_error_of_ours(self, client: PageClient) -> None:
        sign_in(client, "budget_holder")
        sent = {"claims": ["x:y", "999:1", ":", "1"], "declared": "y"}
        assert client.send("/staff/expenses/authorise", **sent).status_code == 303
