import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from feedback.services import reminders
from mail.models import OutboxMessage
from tests.factories.engagements import make_engagement
from tests.factories.outcomes import make_answered, make_outcome, make_published
from tests.factories.staff import make_staff


def on(day):
    """Stop the clock at noon of a day."""
    return clock.stopped_at(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC))


def days_reminded(due_on, first, last):
    """Run the job three times a day and return, relative to the due day, on which days the owner got a mail."""
    day, found = first, []
    while day <= last:
        with on(day):
            if reminders.remind_owners() and not reminders.remind_owners():
                found.append((day - due_on).days)
            db.session.commit()
        day += dt.timedelta(days=1)
    return found


class TestRemindOwners:
    def test_reminds_a_week_before_and_each_week_after(self, app):
        due = clock.today() + dt.timedelta(days=20)
        make_outcome(make_engagement(), due_on=due)
        week = dt.timedelta(days=7)
        assert days_reminded(due, due - 2 * week, due + 2 * week + dt.timedelta(days=1)) == [-7, 1, 8, 15]

    def test_sends_one_mail_a_person_however_much_is_due(self, app):
        owner = make_staff("feedback_editor")
        for _ in range(3):
            make_outcome(make_engagement(), owner_id=owner.id, due_on=clock.today())
        reminders.remind_owners()
        rows = db.session.scalars(sa.select(OutboxMessage)).all()
        assert [row.recipient for row in rows] == [f"staff:{owner.id}"]

    @pytest.mark.parametrize(("days", "escalated"), [(27, False), (28, True)])
    def test_tells_the_panel_managers_after_four_weeks(self, app, days, escalated):
        manager = make_staff("panel_manager")
        make_outcome(make_engagement(), due_on=clock.today() - dt.timedelta(days=days))
        reminders.remind_owners()
        recipients = set(db.session.scalars(sa.select(OutboxMessage.recipient)))
        assert (f"staff:{manager.id}" in recipients) is escalated

    def test_tells_the_panel_managers_at_once_when_the_owner_has_left(self, app):
        manager, gone = make_staff("panel_manager"), make_staff("feedback_editor", active=False)
        make_outcome(make_engagement(), owner_id=gone.id, due_on=clock.today())
        reminders.remind_owners()
        assert set(db.session.scalars(sa.select(OutboxMessage.recipient))) == {f"staff:{manager.id}"}

    def test_says_nothing_about_what_everybody_was_told(self, app):
        make_published(make_answered([]), due_on=clock.today() - dt.timedelta(days=3))
        assert reminders.remind_owners() == 0

    def test_reminds_of_a_promise_before_it_is_to_be_kept(self, app):
        make_published(make_answered([]), answer="will_do", do_by=clock.today() + dt.timedelta(days=7))
        assert reminders.remind_owners() == 1
