"""Somebody who leaves the panel while money is owed to them is paid, told, and then forgotten."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from expenses.models import Claim, Payee
from expenses.services import payees, runs
from mail import recipients
from mail.models import OutboxMessage
from panel.models import Member
from panel.services import membership
from tests.factories import expenses as make
from tests.factories.members import make_member, sign_in_member
from tests.support.queries import recorded

pytestmark = pytest.mark.usefixtures("app")


def payee_who_left(state: str, team: make.Team | None = None) -> tuple[Claim, Payee]:
    member = make_member(email="gone@example.org", language="cy")
    payee = make.make_payee(member)
    claim = make.make_claim(state, payee=payee, team=team)
    membership.leave(member, "cy")
    db.session.commit()
    return claim, payee


class TestToldBeforehand:
    def test_who_leaves_is_told_what_is_kept_of_their_claims(self, client) -> None:
        member = make_member()
        sign_in_member(client, member)
        assert "public money" not in client.get("/me/leave").page.text
        make.make_claim("paid", payee=make.make_payee(member))
        assert "public money" in client.get("/me/leave").page.text


class TestCopy:
    def test_holds_claims_questions_and_the_account_of_this_person_alone(self, client) -> None:
        member, other = make_member(), make_member()
        payee = make.make_payee(member)
        claim = make.make_claim("paid", payee=payee)
        stranger = make.make_claim("paid", payee=make.make_payee(other))
        sign_in_member(client, member)
        page = client.get("/me/copy").page
        assert claim.reference in page.text
        assert stranger.reference not in page.text
        assert "•••••" in page.text
        copy = json.loads(client.get("/me/copy.json").data)
        held = {item["title"]: {line["what"]: line["value"] for line in item["lines"]} for item in copy["claims"]}
        [told] = [lines for title, lines in held.items() if claim.reference in title]
        assert told["State"] == "Paid"

    def test_costs_the_same_for_many_claims(self, client) -> None:
        member = make_member()
        payee, team = make.make_payee(member), make.Team()
        sign_in_member(client, member)
        counts = []
        for more in (1, 6):
            for _ in range(more):
                make.make_claim("approved", payee=payee, team=team)
            with recorded() as queries:
                assert client.get("/me/copy").status_code == 200
            counts.append(len(queries.statements))
        assert counts[0] == counts[1]


class TestLeaving:
    def test_with_money_owed_they_are_still_paid_and_told_in_their_language(self) -> None:
        team = make.Team()
        claim, payee = payee_who_left("authorised", team)
        assert recipients.addresses_of([f"payee:{payee.id}"]) == {f"payee:{payee.id}": "gone@example.org"}
        runs.mark_paid(make.run_of(claim, team), paid_on=clock.today())
        told = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert (told.kind, told.language, told.recipient) == ("claim_paid", "cy", f"payee:{payee.id}")

    def test_what_was_kept_is_forgotten_once_all_is_settled(self) -> None:
        team = make.Team()
        claim, payee = payee_who_left("authorised", team)
        assert payees.forget_settled() == 0
        runs.mark_paid(make.run_of(claim, team), paid_on=clock.today())
        assert payees.forget_settled() == 1
        assert db.session.scalar(sa.select(Payee.kept).where(Payee.id == payee.id)) is None

    def test_with_nothing_owed_nothing_is_kept(self) -> None:
        _claim, payee = payee_who_left("paid")
        assert payee.kept is None
        assert recipients.addresses_of([f"payee:{payee.id}"]) == {}

    def test_a_draft_is_thrown_away(self) -> None:
        payee_who_left("draft")
        assert db.session.scalar(sa.select(sa.func.count(Claim.id))) == 0

    def test_a_claim_outlives_the_last_trace_of_the_membership(self) -> None:
        claim, payee = payee_who_left("submitted")
        with clock.stopped_at(clock.now() + dt.timedelta(days=3000)):
            assert membership.forget_ended(clock.now()) == 1
        db.session.expire_all()
        assert db.session.scalar(sa.select(sa.func.count(Member.id))) == 0
        assert db.session.get_one(Claim, claim.id).state == "submitted"
        assert db.session.get_one(Payee, payee.id).member_id is None
