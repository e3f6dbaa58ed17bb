import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from feedback import errors
from feedback.emails import campaign_key
from feedback.models import Told
from feedback.queries import loop
from feedback.services import settling, telling
from mail.models import MessageState, OutboxMessage
from panel.models import Member, MemberState
from surveys.models import FieldworkState, ParticipationState
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, make_outcome, make_published, take_part
from tests.factories.surveys import make_fieldwork, make_survey, publish
from tests.support.queries import recorded
from tests.support.times import in_days


def states(published):
    rows = db.session.execute(sa.select(Told.member_id, Told.state).where(Told.telling_id == published.id))
    return dict(rows.all())


def hand_over_all(published):
    while telling.hand_over(published):
        db.session.commit()


def settle_mail(published, state, member=None):
    """Do what the mail room does to rows it has dealt with."""
    here = OutboxMessage.kind == "outcome"
    if member is not None:
        here = sa.and_(here, OutboxMessage.recipient == f"member:{member.id}")
    db.session.execute(sa.update(OutboxMessage).where(here).values(state=state, sent_at=clock.now()))
    db.session.commit()
    telling.follow_mail()
    db.session.commit()
    db.session.refresh(published)


class TestPublishOutcomes:
    def test_notes_everyone_who_answered_and_nobody_else(self, app):
        answered, asked = [make_member() for _ in range(3)], make_member()
        engagement = make_answered(answered)
        fieldwork = make_fieldwork(publish(make_survey(engagement)), kind="anonymous", state=FieldworkState.CLOSED)
        take_part(fieldwork, [asked], ParticipationState.REMINDED)
        _outcome, published = make_published(engagement)
        assert states(published) == {member.id: "to_tell" for member in answered}

    def test_counts_a_person_once_who_answered_two_surveys(self, app):
        member = make_member()
        engagement = make_answered([member])
        take_part(make_fieldwork(publish(make_survey(engagement)), state=FieldworkState.CLOSED), [member])
        assert make_published(engagement)[1].total == 1

    def test_tells_those_who_have_paused_and_not_those_who_left(self, app):
        paused, left = make_member(state=MemberState.PAUSED), make_member(state=MemberState.LEFT)
        _outcome, published = make_published(make_answered([paused, left]))
        assert states(published) == {paused.id: "to_tell", left.id: "unreachable"}

    def test_refuses_while_somebody_can_still_answer(self, app):
        engagement = make_answered([make_member()])
        make_fieldwork(publish(make_survey(engagement)), state=FieldworkState.OPEN)
        make_outcome(engagement, ready=True)
        with pytest.raises(errors.StillAnsweringError):
            telling.publish_outcomes(engagement.id, "staff:1")

    def test_refuses_when_people_were_asked_in_another_language_since(self, app):
        engagement = make_answered([make_member()])
        make_outcome(engagement, ready=True)
        version = publish(make_survey(engagement, languages=("en", "cy")))
        make_fieldwork(version, state=FieldworkState.CLOSED)
        with pytest.raises(errors.LanguagesMissingError):
            telling.publish_outcomes(engagement.id, "staff:1")

    def test_may_be_done_before_a_later_wave_begins(self, app):
        engagement = make_answered([make_member()])
        opens = clock.now() + dt.timedelta(days=100)
        version = publish(make_survey(engagement))
        make_fieldwork(version, state=FieldworkState.SCHEDULED, opens_at=opens, closes_at=opens + dt.timedelta(days=40))
        assert make_published(engagement)[1].total == 1

    def test_refuses_when_nothing_is_ready(self, app):
        engagement = make_answered([make_member()])
        make_outcome(engagement)
        with pytest.raises(errors.NothingReadyError):
            telling.publish_outcomes(engagement.id, "staff:1")

    def test_is_done_at_once_when_nobody_is_known(self, app):
        _outcome, published = make_published(make_answered([], kind="open"))
        assert published.total == 0
        assert published.completed_at is not None

    def test_asks_the_database_no_more_for_many_people_than_for_one(self, app):
        few, many = make_answered([make_member()]), make_answered([make_member() for _ in range(40)])
        counts = []
        for engagement in (few, many):
            make_outcome(engagement, ready=True)
            with recorded() as queries:
                telling.publish_outcomes(engagement.id, "staff:1")
                db.session.commit()
            counts.append(queries.count)
        assert counts[0] == counts[1]


class TestHandOver:
    def test_queues_one_message_a_person_in_their_language(self, app):
        members = [make_member(language=tag) for tag in ("en", "cy", "ar")]
        _outcome, published = make_published(make_answered(members))
        hand_over_all(published)
        queued = {row.recipient: row.language for row in db.session.scalars(sa.select(OutboxMessage))}
        assert queued == {f"member:{m.id}": m.language for m in members}
        assert set(states(published).values()) == {"sent"}

    def test_queues_nobody_twice_when_it_is_run_again_after_a_crash(self, app):
        members = [make_member() for _ in range(5)]
        _outcome, published = make_published(make_answered(members))
        telling.hand_over(published, batch=3)
        # As if the worker had died between queueing and noting it, with only the outbox written.
        db.session.execute(sa.update(Told).values(state="to_tell"))
        db.session.commit()
        hand_over_all(published)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 5
        assert set(states(published).values()) == {"sent"}

    def test_leaves_letters_and_calls_to_staff(self, app):
        members = [make_member(route=route, phone="0116 000 0000") for route in ("post", "phone", "text")]
        _outcome, published = make_published(make_answered(members))
        hand_over_all(published)
        assert set(states(published).values()) == {"to_tell"}

    def test_lists_those_no_message_can_be_queued_for(self, app):
        member = make_member()
        _outcome, published = make_published(make_answered([member]))
        db.session.execute(sa.update(Member).values(route="phone"))  # changed between publishing and handing over
        db.session.commit()
        hand_over_all(published)
        told = db.session.get(Told, (published.id, member.id))
        assert (told.state, told.reason) == ("failed", "no_address")


class TestFollowMail:
    def test_counts_sent_as_told_and_completes_the_telling(self, app):
        _outcome, published = make_published(make_answered([make_member(), make_member()]))
        hand_over_all(published)
        settle_mail(published, MessageState.SENT)
        assert (published.told, published.total) == (2, 2)
        assert published.completed_at is not None

    @pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.SENDING, MessageState.UNCERTAIN])
    def test_waits_while_the_fate_is_open(self, app, state):
        _outcome, published = make_published(make_answered([make_member()]))
        hand_over_all(published)
        settle_mail(published, state)
        assert set(states(published).values()) == {"sent"}
        assert published.completed_at is None

    @pytest.mark.parametrize(
        ("state", "reason"),
        [(MessageState.BOUNCED, "bounced"), (MessageState.FAILED, "not_sent"), (MessageState.SKIPPED, "skipped")],
    )
    def test_keeps_what_did_not_arrive_on_the_list(self, app, state, reason):
        member = make_member()
        _outcome, published = make_published(make_answered([member]))
        hand_over_all(published)
        settle_mail(published, state)
        told = db.session.get(Told, (published.id, member.id))
        assert (told.state, told.reason, published.failed) == ("failed", reason, 1)

    def test_reopens_a_telling_when_a_message_comes_back_days_later(self, app):
        member = make_member()
        _outcome, published = make_published(make_answered([member]))
        hand_over_all(published)
        settle_mail(published, MessageState.SENT)
        settle_mail(published, MessageState.BOUNCED)
        assert published.completed_at is None
        assert states(published) == {member.id: "failed"}

    def test_counts_one_that_staff_let_go_again_and_that_went(self, app):
        member = make_member()
        _outcome, published = make_published(make_answered([member]))
        hand_over_all(published)
        settle_mail(published, MessageState.FAILED)
        settle_mail(published, MessageState.QUEUED)
        assert states(published) == {member.id: "failed"}
        settle_mail(published, MessageState.SENT)
        told = db.session.get(Told, (published.id, member.id))
        assert (told.state, told.reason, published.failed) == ("told", None, 0)
        assert published.completed_at is not None

    def test_does_not_undo_what_staff_did_about_it(self, app):
        member = make_member()
        _outcome, published = make_published(make_answered([member]))
        hand_over_all(published)
        settle_mail(published, MessageState.BOUNCED)
        settling.mark_told(published, [member.id], "staff:1")
        settle_mail(published, MessageState.BOUNCED)
        assert states(published) == {member.id: "told"}

    def test_asks_the_database_no_more_for_many_people_than_for_one(self, app):
        counts = []
        for size in (1, 30):
            _outcome, published = make_published(make_answered([make_member() for _ in range(size)]))
            hand_over_all(published)
            db.session.execute(sa.update(OutboxMessage).values(state=MessageState.SENT, sent_at=clock.now()))
            db.session.commit()
            with recorded() as queries:
                telling.follow_mail()
            db.session.commit()
            counts.append(queries.count)
        assert counts[0] == counts[1]


class TestSettling:
    def failed(self):
        member = make_member(phone="0116 000 0000", address="1 High Street\nLeicester")
        _outcome, published = make_published(make_answered([member]))
        hand_over_all(published)
        settle_mail(published, MessageState.BOUNCED)
        return member, published

    def test_another_way_puts_the_person_on_that_list(self, app):
        member, published = self.failed()
        settling.change_route(published, [member.id], "phone", "staff:1")
        assert states(published) == {member.id: "to_tell"}
        assert published.completed_at is None

    def test_trying_again_makes_a_new_message_under_a_key_of_its_own(self, app):
        member, published = self.failed()
        settling.change_route(published, [member.id], "email", "staff:1")
        hand_over_all(published)
        keys = set(db.session.scalars(sa.select(OutboxMessage.campaign_key)))
        assert keys == {campaign_key(published.id, 1), campaign_key(published.id, 2)}
        # The old message's bounce says nothing about the new one.
        telling.follow_mail()
        assert states(published) == {member.id: "sent"}

    def test_cannot_be_reached_needs_a_reason_that_is_on_the_list(self, app):
        member, published = self.failed()
        with pytest.raises(errors.NoReasonError):
            settling.mark_unreachable(published, [member.id], "", "staff:1")
        settling.mark_unreachable(published, [member.id], "moved", "staff:1")
        assert published.completed_at is not None

    def test_marks_nobody_who_did_not_take_part(self, app):
        _member, published = self.failed()
        with pytest.raises(errors.SettledError):
            settling.mark_told(published, [make_member().id], "staff:1")


class TestLoop:
    def test_is_open_when_people_answered_and_nothing_was_written(self, app):
        assert loop.loop_of(make_answered([make_member()]).id).is_open

    def test_is_not_open_when_nobody_was_asked(self, app):
        assert not loop.loop_of(make_engagement().id).is_open

    def test_stays_open_until_everyone_is_told(self, app):
        engagement = make_answered([make_member(), make_member(route="phone", phone="0116 000 0000")])
        _outcome, published = make_published(engagement)
        hand_over_all(published)
        settle_mail(published, MessageState.SENT)
        assert loop.loop_of(engagement.id).is_open
        assert loop.loop_of(engagement.id).share_told == 0.5
        waiting = [key for key, state in states(published).items() if state == "to_tell"]
        settling.mark_told(published, waiting, "staff:1")
        assert not loop.loop_of(engagement.id).is_open

    def test_stays_open_while_a_draft_is_left(self, app):
        engagement = make_answered([])
        make_published(engagement)
        make_outcome(engagement)
        assert loop.loop_of(engagement.id).is_open

    def test_counts_days_from_the_last_answer_to_everyone_told(self, app):
        engagement = make_answered([])
        make_published(engagement)
        assert loop.loop_of(engagement.id).days == 10

    def test_asks_three_times_whatever_the_number_of_engagements(self, app):
        ids = [make_answered([]).id for _ in range(6)]
        with recorded() as queries:
            loop.loops(ids)
        assert queries.count == 3


class TestListDue:
    def test_counts_an_untold_outcome_from_its_due_day(self, app):
        outcome = make_outcome(make_engagement(), due_on=clock.today() - dt.timedelta(days=3))
        (due,) = loop.list_due(clock.today())
        assert (due.outcome.id, due.days) == (outcome.id, -3)

    def test_counts_a_told_promise_from_the_day_it_was_to_be_kept(self, app):
        make_published(make_answered([]), answer="will_do", do_by=clock.today() - dt.timedelta(days=1))
        assert [due.days for due in loop.list_due(clock.today())] == [-1]

    def test_forgets_what_was_told_in_full(self, app):
        make_published(make_answered([]), due_on=clock.today() - dt.timedelta(days=3))
        assert loop.list_due(clock.today()) == []

    def test_finds_engagements_where_nobody_wrote_anything(self, app):
        engagement = make_answered([])
        with clock.stopped_at(in_days(30)):
            assert loop.silent_engagements() == [engagement.id]
        assert loop.silent_engagements() == []
