import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from feedback import emails, jobs
from feedback.models import Telling
from i18n import languages
from mail import composing
from mail.models import MessageState, OutboxMessage
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, make_published

WORDS = {"ar": {"heard": "لا يمكنكم الوصول عبر الهاتف.", "response": "يمكنكم الآن الطلب عبر الإنترنت."}}


def outcome_in(tag, **changes):
    published = make_published(make_answered([make_member(language=tag)], languages=("en", "ar")), **changes)[1]
    with composing.speaking(tag):
        return composing.render(emails.outcome.rules, {"telling_id": published.id}, languages.get(tag), None)


class TestOutcome:
    def test_says_what_was_heard_and_done_in_both_parts(self, app):
        words = outcome_in("en", said_by=62, out_of=100)
        for part in (words.text, words.html):
            assert "You cannot get through on the phone" in part
            assert "Every surgery now takes requests online" in part
            assert "62%" in part
            assert "/you-said-we-did/getting-a-gp-appointment" in part

    def test_is_in_the_readers_language(self, app):
        words = outcome_in("ar", words=WORDS)
        assert WORDS["ar"]["heard"] in words.text
        assert 'dir="rtl"' in words.html

    def test_says_why_when_it_will_not_be_done(self, app):
        assert (
            "There is no money for it." in outcome_in("en", answer="will_not_do", why="There is no money for it.").text
        )

    @pytest.mark.parametrize(("said_by", "out_of"), [(7, 100), (96, 100)])
    def test_gives_no_figure_that_singles_people_out(self, app, said_by, out_of):
        assert "%" not in outcome_in("en", said_by=said_by, out_of=out_of).text

    def test_marks_what_is_not_translated_as_english(self, app):
        words = outcome_in("ar", words={"cy": {"heard": "Clywsom.", "response": "Gwnaethom."}})
        assert 'lang="en"' in words.html

    def test_reads_the_outcomes_once_for_many_readers(self, app):
        published = make_published(make_answered([make_member()]))[1]
        with composing.speaking("en"):
            composing.render(emails.outcome.rules, {"telling_id": published.id}, languages.SOURCE, None)
            statements = []
            sa.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
            composing.render(emails.outcome.rules, {"telling_id": published.id}, languages.SOURCE, None)
        assert len([s for s in statements if "outcome" in s]) == 0


class TestTellJob:
    def test_hands_over_and_then_takes_over_what_became_of_it(self, app):
        published = make_published(make_answered([make_member() for _ in range(3)]))[1].id
        jobs.tell()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 3
        db.session.execute(sa.update(OutboxMessage).values(state=MessageState.SENT, sent_at=clock.now()))
        db.session.commit()
        jobs.tell()
        telling = db.session.get(Telling, published)
        assert (telling.told, telling.completed_at is not None) == (3, True)

    def test_leaves_nothing_uncommitted(self, app):
        make_published(make_answered([make_member()]))
        jobs.tell()
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 1


class TestOwnerReminder:
    def test_says_how_late_each_outcome_is(self, app):
        context = emails.owner_reminder.rules.sample()
        with composing.speaking("en"):
            words = composing.render(emails.owner_reminder.rules, context, languages.SOURCE, None)
        assert "2 outcomes you answer for need you" in words.subject
        assert "Overdue by 5 days" in words.text
        assert "Due in 7 days" in words.html
        assert dt.date.fromisoformat(context["items"][0]["due_on"])
