"""Somebody who leaves the panel while money is owed to them is paid, told, and then forgotten."""

from __future__ import annotations

import datetime as dt

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
from tests.factories.members import make_member

pytestmark = pytest.mark.usefixtures("app")


def payee_who_left(state: str, team: make.Team | None = None) -> tuple[Claim, Payee]:
    member = make_member(email="gone@example.org", language="cy")
    payee = make.make_payee(member)
    claim = make.make_claim(state, payee=payee, team=team)
    membership.leave(member, "cy")
    db.session.commit()
    return claim, payee


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
