import datetime as dt

import pytest
import sqlalchemy as sa

from core import audit, clock, config, crypto
from core.database import db
from demo import loading
from engagements.models import Engagement
from expenses.models import Claim, Payee, Payment, PriorRequest, Receipt
from expenses.queries import advances
from feedback.models import Outcome, Telling
from feedback.queries import loop
from mail.models import MessageState, OutboxMessage
from panel.models import Member
from surveys.models import Fieldwork, Participation, ParticipationState, Response, ResponseIntake
from tests.factories.members import make_member


@pytest.fixture(scope="module")
def loaded(application_on):
    """The demo of a small panel, loaded once for all tests of it on one database; they only read it."""
    config.use(application_on.extensions["settings"])
    crypto.use_keys(config.settings().field_keys)
    with application_on.app_context():
        said = loading.load(420, 7, lambda done: None)
        db.session.commit()
    yield said
    with application_on.app_context():
        db.session.remove()
        db.drop_all()
        db.create_all()


@pytest.fixture
def lines(application_on, loaded):
    """What loading the demo said, in an application context on its database."""
    config.use(application_on.extensions["settings"])
    crypto.use_keys(config.settings().field_keys)
    with application_on.app_context():
        yield loaded
        db.session.remove()


def only(model, **values):
    return db.session.scalars(sa.select(model).filter_by(**values)).one()


# First, while the database is still empty: the demo below is loaded once and stays for the rest of this file.
class TestRefusal:
    def test_leaves_an_installation_with_real_members_alone(self, app):
        make_member()
        result = app.test_cli_runner().invoke(args=["demo", "load"])
        assert result.exit_code == 1
        assert "members or engagements already" in result.output
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Engagement)) == 0


@pytest.mark.slow
class TestLoad:
    def test_tells_the_whole_story(self, lines):
        # Four more came by a partner’s list.
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 424
        states = dict(db.session.execute(sa.select(Engagement.slug, Engagement.state)).all())
        assert states == {
            "getting-a-gp-appointment": "closed",
            "changes-to-the-walk-in-centre": "open",
            "a-new-hospital-site": "draft",
        }

    def test_leaves_the_first_loop_closed_and_one_promise_overdue(self, lines):
        engagement = only(Engagement, slug="getting-a-gp-appointment")
        found = loop.loop_of(engagement.id)
        assert not found.is_open
        assert found.days == 44
        telling = only(Telling)
        assert telling.told + telling.unreachable == telling.total > 50
        (overdue,) = loop.list_due(clock.today())
        assert overdue.outcome.answer == "will_do"

    def test_writes_every_outcome_in_every_language(self, lines):
        for outcome in db.session.scalars(sa.select(Outcome)):
            assert {"en", "cy", "ar"} <= set(outcome.words)
            assert outcome.incomplete == {}

    def test_stores_an_answer_for_everyone_who_is_done(self, lines):
        for work in db.session.scalars(sa.select(Fieldwork)):
            done = sa.select(sa.func.count()).where(
                Participation.fieldwork_id == work.id, Participation.state == ParticipationState.DONE
            )
            stored = sa.select(sa.func.count()).where(Response.fieldwork_id == work.id)
            assert db.session.scalar(done) == db.session.scalar(stored) > 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ResponseIntake)) == 0

    def test_invites_nobody_before_they_joined(self, lines):
        early = sa.select(sa.func.count()).select_from(Participation).join(Member, Member.id == Participation.member_id)
        assert db.session.scalar(early.where(Participation.invited_at < Member.confirmed_at)) == 0

    def test_leaves_some_people_uninvited_in_the_field(self, lines):
        work = only(Fieldwork, state="open")
        invited = sa.select(sa.func.count()).where(Participation.fieldwork_id == work.id)
        assert db.session.scalar(invited) < 0.95 * 420

    def test_leaves_only_fresh_messages_for_the_worker_to_send(self, lines):
        waiting = db.session.execute(
            sa.select(OutboxMessage.kind, sa.func.min(OutboxMessage.created_at))
            .where(OutboxMessage.state == MessageState.QUEUED)
            .group_by(OutboxMessage.kind)
        ).all()
        ages = {kind: clock.now() - oldest for kind, oldest in waiting}
        assert "reminder" in ages
        fresh = {kind: dt.timedelta(days=4) if kind.startswith("claim_") else dt.timedelta(hours=1) for kind in ages}
        assert {kind: age for kind, age in ages.items() if age > fresh[kind]} == {}

    def test_shows_claims_in_every_state_and_pays_none_twice(self, lines):
        states = set(db.session.scalars(sa.select(Claim.state).distinct()))
        assert states >= {"draft", "submitted", "question", "approved", "partly_approved", "refused", "authorised"}
        assert states >= {"paid", "failed", "declined"}
        paid = sa.select(sa.func.sum(Claim.approved_pence)).where(Claim.state == "paid")
        sent = sa.select(sa.func.sum(Payment.amount_pence)).where(Payment.state == "paid")
        assert db.session.scalar(paid) == db.session.scalar(sent)

    def test_shows_receipts_an_invoice_and_every_answer_before_the_day(self, lines):
        kinds = set(db.session.scalars(sa.select(Receipt.media_type).distinct()))
        assert kinds == {"image/jpeg", "application/pdf"}
        invoice = sa.select(Claim.state).join(Payee).where(Payee.kind == "organisation")
        assert db.session.scalars(invoice).all() == ["submitted"]
        asked = db.session.execute(sa.select(PriorRequest.kind, PriorRequest.state)).all()
        assert {kind for kind, _state in asked} == {"approval", "prepaid", "advance"}
        assert {state for _kind, state in asked} == {"draft", "asked", "agreed", "refused", "used"}
        assert [row.pence for row in advances.list_open(clock.today(), limit=5)] == [6400]

    def test_keeps_the_record_of_changes_whole(self, lines):
        assert audit.verify() is None

    def test_says_how_to_sign_in_as_each_role(self, lines):
        assert any("feedback-editor@demo.example" in line for line in lines)
        assert any("password" in line for line in lines)

    def test_adds_nothing_a_second_time(self, lines):
        again = loading.load(420, 7, lambda done: None)
        db.session.commit()
        assert again[0] == "The demo is already here."
        # Four more came by a partner’s list.
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 424
