"""Claims, leases, and what is written back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import clock
from core.database import commit, db
from mail import claiming, services
from mail.claiming import Outcome
from mail.models import MessageState, OutboxMessage

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def queue_news(people, kinds, count, key="news:1"):
    for number in range(count):
        people.add(str(number))
    kinds["news"].queue_many((number, key) for number in range(count))
    commit()


def states():
    rows = db.session.execute(sa.select(OutboxMessage.state, sa.func.count()).group_by(OutboxMessage.state))
    return {str(state): count for state, count in rows}


class TestClaim:
    def test_two_workers_never_hold_the_same_message(self, people, kinds):
        queue_news(people, kinds, 5)
        first = claiming.claim("a", 3)
        commit()
        second = claiming.claim("b", 3)
        commit()
        assert [len(first.rows), len(second.rows)] == [3, 2]
        assert not {row.id for row in first.rows} & {row.id for row in second.rows}
        assert states() == {"sending": 5}

    def test_one_somebody_waits_for_comes_first(self, people, kinds):
        queue_news(people, kinds, 3)
        urgent = kinds["notice"](1)
        commit()
        assert claiming.claim("a", 1).rows[0].id == urgent.id

    def test_nothing_before_its_time_nor_of_a_paused_campaign(self, people, kinds):
        queue_news(people, kinds, 1, "later")
        queue_news(people, kinds, 1, "held")
        services.pause_campaign(services.ensure_campaign("held", "Held back", "news"))
        db.session.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.campaign_key == "later")
            .values(not_before=clock.now() + dt.timedelta(hours=1))
        )
        commit()
        assert not claiming.anything_due()
        assert claiming.claim("a", 9).rows == []
        services.resume_campaign(services.ensure_campaign("held", "Held back", "news"))
        assert len(claiming.claim("a", 9).rows) == 1


class TestPace:
    def test_no_more_than_the_rate_over_all_workers(self, people, kinds, monkeypatch, app):
        queue_news(people, kinds, 500)
        monkeypatch.setitem(app.extensions["settings"].values, "MAIL_RATE", 60)
        with clock.stopped_at(NOON + dt.timedelta(days=9000)):
            assert len(claiming.claim("a", 200).rows) == 1
            assert claiming.claim("b", 200).must_wait
        sent = 1
        for second in range(1, 60):
            with clock.stopped_at(NOON + dt.timedelta(days=9000, seconds=second)):
                sent += sum(len(claiming.claim(worker, 200).rows) for worker in "ab")
        assert sent == 60


class TestRecord:
    def test_what_was_sent_forgets_its_words(self, people, kinds):
        queue_news(people, kinds, 1)
        row = claiming.claim("a", 1).rows[0]
        claiming.record("a", [Outcome(row.id, row.attempts, MessageState.SENT, None, "index")])
        commit()
        message = db.session.get(OutboxMessage, row.id, populate_existing=True)
        assert (message.state, message.context, message.lease_owner) == ("sent", None, None)
        assert message.address_index == "index"
        assert message.sent_at is not None

    def test_a_refusal_for_now_waits_longer_each_time_and_fails_in_the_end(self, people, kinds):
        queue_news(people, kinds, 1)
        now, waits = clock.now(), []
        while True:
            with clock.stopped_at(now):
                rows = claiming.claim("a", 1).rows
                assert rows, "it never came back"
                outcome = claiming.refused(rows[0].id, rows[0].attempts, "server_busy", permanent=False)
                claiming.record("a", [outcome])
                commit()
            message = db.session.get(OutboxMessage, rows[0].id, populate_existing=True)
            if message.state == MessageState.FAILED:
                break
            waits.append(message.not_before - now)
            now = message.not_before
        assert waits == sorted(waits)
        assert len(waits) == len(claiming.WAITS)
        assert sum(waits, dt.timedelta()) > dt.timedelta(days=1)
        assert message.context is not None, "staff may want to send it again"

    def test_untried_does_not_count_as_a_try_and_is_due_at_once(self, people, kinds):
        queue_news(people, kinds, 1)
        row = claiming.claim("a", 1).rows[0]
        claiming.record("a", [Outcome(row.id, row.attempts, MessageState.QUEUED, "unreachable", untried=True)])
        commit()
        again = claiming.claim("a", 1).rows[0]
        assert again.attempts == 1

    def test_a_row_that_another_settled_stays_as_it_is(self, people, kinds):
        queue_news(people, kinds, 1)
        row = claiming.claim("a", 1).rows[0]
        db.session.execute(sa.update(OutboxMessage).values(state=MessageState.QUEUED, lease_owner=None))
        claiming.record("a", [Outcome(row.id, row.attempts, MessageState.SENT)])
        commit()
        assert states() == {"queued": 1}

    def test_many_at_once_each_with_its_own_fate(self, people, kinds):
        queue_news(people, kinds, 4)
        rows = claiming.claim("a", 4).rows
        fates = [MessageState.SENT, MessageState.QUEUED, MessageState.UNCERTAIN, MessageState.SKIPPED]
        claiming.record("a", [Outcome(row.id, 1, fate) for row, fate in zip(rows, fates, strict=True)])
        commit()
        assert states() == {str(fate): 1 for fate in fates}
        kept = sa.select(OutboxMessage.state).where(OutboxMessage.lease_owner.is_not(None))
        assert db.session.scalars(kept).all() == ["uncertain"]
