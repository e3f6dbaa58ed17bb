"""Asking before the day page by page, the answer and its message, and saying afterwards what money was spent on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from expenses import jobs, sealed
from expenses.models import Claim, PriorRequest
from expenses.queries import budgets
from expenses.services import advances, authorising, claims, prior, retention, runs
from mail import sealing
from mail.models import OutboxMessage
from panel.services import membership
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member, sign_in_member
from tests.factories.staff import make_staff, sign_in
from tests.support.pages import PageClient
from tests.support.queries import at_most
from tests.support.times import in_days


@pytest.fixture
def member(client: PageClient) -> Any:
    make.make_policy()
    member = make_member()
    sign_in_member(client, member)
    return member


def the_question() -> PriorRequest:
    return db.session.scalars(sa.select(PriorRequest).order_by(PriorRequest.id.desc())).first()


def day(value: dt.date) -> dict[str, str]:
    return {"day-day": str(value.day), "day-month": str(value.month), "day-year": str(value.year)}


def soon() -> dt.date:
    return clock.today() + dt.timedelta(days=9)


def messages(kind: str) -> list[dict[str, Any]]:
    query = sa.select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return [
        sealing.unseal(row.context or b"", row.message_id) | {"language": row.language}
        for row in db.session.scalars(query)
    ]


def make_question(member: Any, kind: str = "advance", **values: Any) -> PriorRequest:
    payee = make.payees.for_member(member)
    said = {"pence": 2000, "event": "A meeting.", "words": "The bus has no ramp."} | values
    row = prior.ask(payee, kind, "taxi", soon(), **said)
    db.session.commit()
    return row


def make_advance(member: Any) -> Claim:
    """Return an advance that was agreed and paid."""
    team = make.Team()
    make.make_payee(member)
    advance = prior.agree(make_question(member), 2000, by=make_staff("claims_approver"))
    assert advance is not None
    make.approve(advance, team)
    authorising.authorise(advance, by=team.authoriser, version=advance.version)
    runs.mark_paid(make.run_of(advance, team), paid_on=clock.today())
    db.session.commit()
    return advance


class TestAsking:
    def test_one_thing_a_page_from_the_need_to_the_last_check(self, client: PageClient, member: Any) -> None:
        page = client.submit("/claims/before", kind="advance")
        assert page.page.h1 == "What are you taking part in?"
        assert client.submit(page.request.path).page.errors == ["Choose what you are taking part in."]
        assert client.submit(page.request.path, engagement="other").page.errors == ["Tell us what it is."]
        page = client.submit(page.request.path, engagement="other", event="A meeting at Oadby.")
        page = client.submit(page.request.path, category="taxi")
        page = client.submit(page.request.path, **day(clock.today() - dt.timedelta(days=1)))
        assert page.page.errors == ["The day is past. Send us a claim for what it cost."]
        page = client.submit(page.request.path, **day(soon()))
        page = client.submit(page.request.path, asked_pence="")
        assert page.page.errors == ["Enter how much money you need."]
        page = client.submit(page.request.path, asked_pence="a lot")
        assert page.page.form()["asked_pence"] == "a lot"
        page = client.submit(page.request.path, asked_pence="£24.50")
        page = client.submit(page.request.path, words="There is no bus.")
        assert page.page.h1 == "Check your question"
        for words in (
            "Please give me the money before the day",
            "A meeting at Oadby.",
            "Taxi",
            "£24.50",
            "There is no bus.",
        ):
            assert words in page.page.text
        assert the_question().state == "draft", "nothing is asked before it is sent"
        page = client.submit(page.request.path)
        row = the_question()
        assert (row.state, row.kind, row.category, row.day, row.asked_pence) == (
            "asked", "advance", "taxi", soon(), 2450,
        )  # fmt: skip
        assert (sealed.read(row, "words"), sealed.read(row, "event")) == ("There is no bus.", "A meeting at Oadby.")
        assert b"bus" not in bytes(row.words)
        assert b"Oadby" not in bytes(row.event)
        assert "We look at it and answer you before the day." in page.page.text

    def test_what_was_said_is_kept_and_taken_up_where_it_was_left(self, client: PageClient, member: Any) -> None:
        page = client.submit("/claims/before", kind="prepaid")
        page = client.submit(page.request.path, engagement="other", event="A meeting.")
        client.submit(page.request.path, category="taxi")
        row = the_question()
        listed = client.get("/claims/").page
        assert client.get(listed.link("A question you began")).location.endswith(f"/before/{row.id}/day")
        assert client.get(f"/claims/before/{row.id}/category").page.form()["category"] == "taxi"

    def test_one_thing_changed_at_the_end_leads_back_there(self, client: PageClient, member: Any) -> None:
        row = prior.begin(make.make_payee(member), "approval")
        prior.change(row, event="A meeting.", category="taxi", day=soon(), words="No bus.")
        db.session.commit()
        page = client.submit(f"/claims/before/{row.id}/cost?change=1", asked_pence="30")
        assert page.page.h1 == "Check your question"
        assert "£30.00" in page.page.text

    def test_an_advance_needs_an_amount_also_when_it_became_one_at_the_end(
        self, client: PageClient, member: Any
    ) -> None:
        row = prior.begin(make.make_payee(member), "approval")
        prior.change(row, event="A meeting.", category="taxi", day=soon(), words="No bus.")
        db.session.commit()
        page = client.submit(f"/claims/before/{row.id}/need?change=1", kind="advance")
        assert client.get(f"/claims/before/{row.id}/check").location.endswith("/cost")
        assert page.page.h1 != "Check your question"

    def test_can_be_thrown_away_and_is_after_90_days(self, client: PageClient, member: Any) -> None:
        payee = make.make_payee(member)
        first, second = prior.begin(payee, "approval"), prior.begin(payee, "approval")
        db.session.commit()
        client.submit(f"/claims/before/{first.id}/drop")
        assert db.session.scalars(sa.select(PriorRequest.id)).all() == [second.id]
        assert retention.delete_silent_questions() == 0
        with clock.stopped_at(in_days(91)):
            assert retention.delete_silent_questions() == 1

    def test_a_draft_goes_with_who_leaves_and_what_was_asked_stays(self, client: PageClient, member: Any) -> None:
        payee = make.make_payee(member)
        prior.begin(payee, "approval")
        asked = make_question(member)
        membership.leave(member, "en")
        db.session.commit()
        assert db.session.scalars(sa.select(PriorRequest.id)).all() == [asked.id]

    def test_nobody_else_reads_or_changes_it(self, client: PageClient, member: Any) -> None:
        other = prior.begin(make.make_payee(), "approval")
        db.session.commit()
        for page in ("", "/day", "/check", "/drop"):
            assert client.get(f"/claims/before/{other.id}{page}").status_code == 404
        sent = make_question(member)
        assert client.get(f"/claims/before/{sent.id}/day").status_code == 404, "what was sent stays as it was"


class TestWhatItIsFor:
    def test_offers_what_is_open_and_not_what_is_planned_or_over(self, client: PageClient, member: Any) -> None:
        for state in ("draft", "open", "closed"):
            make_engagement(words={"en": {"title": f"The one that is {state}"}}, state=state)
        page = client.submit("/claims/before", kind="prepaid").page
        assert "The one that is open" in page.text
        assert "The one that is draft" not in page.text
        assert "The one that is closed" not in page.text

    def test_an_advance_is_a_claim_of_the_engagement(self, client: PageClient, member: Any) -> None:
        engagement = make_engagement(words={"en": {"title": "Seeing a GP"}}, state="open")
        page = client.submit("/claims/before", kind="advance")
        page = client.submit(page.request.path, engagement=str(engagement.id))
        page = client.submit(page.request.path, category="taxi")
        page = client.submit(page.request.path, **day(soon()))
        page = client.submit(page.request.path, asked_pence="24.50")
        page = client.submit(page.request.path, words="There is no bus.")
        assert "Seeing a GP" in page.page.text
        client.submit(page.request.path)
        sign_in(client, "claims_approver")
        assert "Seeing a GP" in client.get("/staff/expenses/before").page.text
        client.submit(f"/staff/expenses/before/{the_question().id}", decision="agree", pence="24.50")
        advance = db.session.scalars(sa.select(Claim).where(Claim.kind == "advance")).one()
        assert advance.engagement_id == engagement.id

    @pytest.mark.parametrize("other", [False, True])
    def test_what_was_agreed_is_claimed_after_the_day_without_saying_it_again(
        self, client: PageClient, member: Any, other: bool
    ) -> None:
        engagement = make_engagement(words={"en": {"title": "Seeing a GP"}}, state="open")
        row = make_question(member, "approval", **({} if other else {"engagement_id": engagement.id, "event": ""}))
        prior.agree(row, 2000, by=make_staff("claims_approver"))
        db.session.commit()
        here = f"/claims/before/{row.id}"
        assert "Claim what you spent" not in client.get(here).page.text, "not before the day"
        with clock.stopped_at(in_days(10)):
            sign_in_member(client, member)
            first = client.submit(here, "claim")
            second = client.submit(here, "claim")
            assert first.request.path == second.request.path
            claim = db.session.scalars(sa.select(Claim)).one()
            line = claims.lines_of(claim)[0]
            assert (line.category, line.spent_on, line.prior_id) == ("taxi", row.day, row.id)
            if other:
                assert sealed.read(claim, "event") == "A meeting."
            else:
                assert claim.engagement_id == engagement.id
            assert "not_agreed" not in line.flags

    def test_of_somebody_else_is_not_claimed(self, client: PageClient, member: Any) -> None:
        row = make_question(make_member(), "approval")
        assert client.send(f"/claims/before/{row.id}/claim", "/claims/start").status_code == 404


class TestBudgets:
    def agreed(self, member: Any, kind: str, engagement: Any, pence: int = 2000) -> PriorRequest:
        row = make_question(member, kind, engagement_id=engagement.id, event="")
        prior.agree(row, pence, by=make_staff("claims_approver"))
        db.session.commit()
        return row

    @pytest.mark.parametrize("kind", ["approval", "prepaid"])
    def test_what_is_asked_is_asked_for_and_what_is_agreed_is_committed(
        self, client: PageClient, member: Any, kind: str
    ) -> None:
        engagement = make_engagement()
        budget = make.make_budget(engagement.id, make_staff("budget_holder"))
        make_question(member, kind, engagement_id=engagement.id, event="")
        assert budgets.use_of([budget])[budget.id] == budgets.Use(asked=2000)
        self.agreed(make_member(), kind, engagement, 1500)
        assert budgets.use_of([budget])[budget.id] == budgets.Use(committed=1500, asked=2000)
        with at_most(3):
            budgets.use_of([budget])

    def test_an_advance_and_what_is_claimed_count_once(self, client: PageClient, member: Any) -> None:
        engagement = make_engagement()
        budget = make.make_budget(engagement.id, make_staff("budget_holder"))
        self.agreed(member, "advance", engagement)
        assert budgets.use_of([budget])[budget.id] == budgets.Use(asked=2000)
        row = self.agreed(make_member(), "approval", engagement)
        with clock.stopped_at(in_days(10)):
            claim = prior.claim(row, language="en")
            line = claims.lines_of(claim)[0]
            claims.change_line(claim, line, spent_pence=1800, no_receipt="Lost.")
            assert budgets.use_of([budget])[budget.id].committed == 2000, "a draft is no claim yet"
            claims.send(claim, actor="test")
            assert budgets.use_of([budget])[budget.id] == budgets.Use(asked=2000 + 1800)

    def test_what_nobody_claimed_in_time_is_free_again_and_what_we_booked_is_not(
        self, client: PageClient, member: Any
    ) -> None:
        engagement = make_engagement()
        budget = make.make_budget(engagement.id, make_staff("budget_holder"))
        self.agreed(member, "approval", engagement)
        self.agreed(make_member(), "prepaid", engagement, 700)
        for days, committed in ((9 + 90, 2700), (9 + 91, 700)):
            with clock.stopped_at(in_days(days)):
                assert budgets.use_of([budget])[budget.id].committed == committed, days

    def test_nothing_is_booked_past_the_budget_and_a_claim_may_be_agreed(self, client: PageClient, member: Any) -> None:
        engagement = make_engagement()
        make.make_budget(engagement.id, make_staff("budget_holder"), 2000)
        row = make_question(member, "prepaid", engagement_id=engagement.id, event="")
        sign_in(client, "claims_approver")
        here = f"/staff/expenses/before/{row.id}"
        page = client.submit(here, decision="agree", pence="20.01", words="We book it.")
        assert page.page.errors == ["This goes over the budget. Ask the person who holds the budget to raise it first."]
        assert page.page.form()["words"] == "We book it."
        assert messages("prior_agreed") == []
        client.submit(here, decision="agree", pence="20.00")
        db.session.expire_all()
        assert row.state == "agreed"
        assert budgets.authorised_pence(budgets.find_budget(engagement.id, soon())) == 2000
        later = make_question(make_member(), "approval", engagement_id=engagement.id, event="")
        prior.agree(later, 100, by=make_staff("claims_approver"))  # its claim has a second signature
        assert later.state == "agreed"


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("kind", "following"),
        [
            ("approval", "send us a claim"),
            ("prepaid", "We book and pay it for you."),
            ("advance", "tell us what you spent"),
        ],
    )
    def test_yes_is_told_in_the_language_of_the_person_with_what_follows(
        self, client: PageClient, member: Any, kind: str, following: str
    ) -> None:
        member.language = "cy"
        row = make_question(member, kind)
        sign_in(client, "claims_approver")
        here = f"/staff/expenses/before/{row.id}"
        assert "The bus has no ramp." in client.get(here).page.text
        client.submit(here, decision="agree", pence="18.50", words="Ring the firm early.")
        (told,) = messages("prior_agreed")
        assert (told["language"], told["kind"], told["pence"]) == ("cy", kind, 1850)
        assert told["words"] == "Ring the firm early."
        sign_in_member(client, member)
        page = client.get(f"/claims/before/{row.id}?lang=en").page
        assert "up to £18.50" in page.text
        assert "Ring the firm early." in page.text
        assert following in page.text

    def test_no_needs_a_reason_and_the_person_is_told_it(self, client: PageClient, member: Any) -> None:
        row = make_question(member)
        sign_in(client, "claims_approver")
        here = f"/staff/expenses/before/{row.id}"
        assert client.submit(here, decision="refuse", words="").status_code == 422
        assert messages("prior_refused") == []
        client.submit(here, decision="refuse", words="There is a bus with a ramp.")
        (told,) = messages("prior_refused")
        assert (told["words"], told["day"]) == ("There is a bus with a ramp.", soon())


class TestAccountingForAnAdvance:
    def test_the_person_says_what_it_cost_and_is_paid_the_rest(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        here = f"/claims/{advance.reference}"
        with clock.stopped_at(in_days(10)):
            sign_in_member(client, member)
            page = client.submit(f"{here}?lang=en", "account")
            assert page.request.path.endswith("/who"), "what it was for is known from the question"
            account = db.session.scalars(sa.select(Claim).where(Claim.settles_id == advance.id)).one()
            make.make_line(account, spent_pence=2600)
            db.session.commit()
            assert (
                "We take off what we gave before the day." in client.get(f"/claims/{account.reference}/check").page.text
            )
            claims.send(account, actor="test")
            make.approve(account, make.Team())
            db.session.commit()
            assert account.to_pay_pence == 600
            assert "See what you told us you spent" in client.get(here).page.text

    def test_pressed_twice_it_is_one_claim(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        made = {advances.account_for(advance, language="en").id for _ in range(2)}
        assert len(made) == 1

    def test_of_somebody_else_is_not_found(self, client: PageClient, member: Any) -> None:
        advance = make_advance(make_member())
        assert client.send(f"/claims/{advance.reference}/account", "/claims/start").status_code == 404


class TestReminding:
    def test_is_reminded_after_a_week_and_after_four_and_never_twice_of_the_same(
        self, client: PageClient, member: Any
    ) -> None:
        make_advance(member)
        for days, told in ((9 + 6, 0), (9 + 7, 1), (9 + 8, 1), (9 + 28, 2), (9 + 60, 2)):
            with clock.stopped_at(in_days(days)):
                jobs.remind_of_advances()
            assert len(messages("advance_reminder")) == told, days
        assert {message["pence"] for message in messages("advance_reminder")} == {2000}

    def test_stops_once_the_person_has_told_us(self, client: PageClient, member: Any) -> None:
        advance = make_advance(member)
        with clock.stopped_at(in_days(20)):
            account = advances.account_for(advance, language="en")
            make.make_line(account)
            advances.remind()
            assert len(messages("advance_reminder")) == 1, "begun is not told"
            claims.send(account, actor="test")
        with clock.stopped_at(in_days(60)):
            advances.remind()
        assert len(messages("advance_reminder")) == 1

    def test_staff_see_who_has_not_with_the_same_queries_for_any_number(self, client: PageClient, member: Any) -> None:
        made = [make_advance(make_member()).reference for _ in range(3)]
        with clock.stopped_at(in_days(9 + 30)):
            sign_in(client, "claims_approver")
            with at_most(10):
                page = client.get("/staff/expenses/before").page
        assert all(reference in page.text for reference in made)
        assert page.text.count("Overdue") == 3
