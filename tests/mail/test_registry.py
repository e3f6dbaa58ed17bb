"""What gets into the outbox, and what does not."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.database import commit, db
from mail import recipients, sealing
from mail.models import MessageState, OutboxMessage, Suppression
from mail.recipients import Facts
from tests.support.queries import at_most


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count(OutboxMessage.id))) or 0


class TestQueueOne:
    def test_returns_a_row_of_the_callers_transaction(self, people, kinds):
        people.add("1", Facts("cy", purposes=frozenset({"newsletter"})))
        row = kinds["news"](1)
        assert (row.state, row.language, row.recipient) == (MessageState.QUEUED, "cy", "person:1")
        db.session.rollback()
        assert count() == 0

    def test_the_context_is_sealed_and_keeps_dates(self, people, kinds, app):
        people.add("1")
        row = kinds["news"](1)
        assert b"panel.example.org" not in row.context
        assert sealing.unseal(row.context, row.message_id)["link"].startswith("https://")
        day = {"day": dt.date(2026, 3, 1), "at": dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)}
        assert sealing.unseal(sealing.seal(day, "x"), "x") == day

    def test_what_would_freeze_in_one_language_is_refused(self, app):
        with pytest.raises(TypeError):
            sealing.seal({"words": object()}, "x")

    def test_the_same_message_is_queued_once(self, people, kinds):
        people.add("1")
        first = kinds["news"](1)
        assert kinds["news"](1) is None
        assert kinds["news"](1, "news:2").message_id != first.message_id
        assert count() == 2

    def test_the_message_id_is_the_same_every_time_and_names_nobody(self, people, kinds):
        people.add("17")
        first = kinds["news"](17).message_id
        db.session.rollback()
        assert kinds["news"](17).message_id == first
        assert "17" not in first.partition("@")[2]
        assert "person" not in first

    @pytest.mark.parametrize(
        "facts",
        [Facts("en", route="post", purposes=frozenset({"newsletter"})), Facts("en")],
        ids=["reached by post", "did not agree"],
    )
    def test_none_when_the_person_does_not_get_it(self, people, kinds, facts):
        people.add("1", facts)
        assert kinds["news"](1) is None
        assert count() == 0

    def test_none_for_somebody_unknown(self, people, kinds):
        assert kinds["news"](1) is None

    def test_a_message_without_purpose_needs_no_consent(self, people, kinds):
        people.add("1", Facts("en"))
        assert kinds["notice"](1) is not None

    def test_none_within_the_repeat_window_and_again_after_it(self, people, kinds):
        people.add("1")
        monday = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        with clock.stopped_at(monday):
            assert kinds["nudge"](1, "nudge:1") is not None
        with clock.stopped_at(monday + dt.timedelta(days=6)):
            assert kinds["nudge"](1, "nudge:2") is None
        with clock.stopped_at(monday + dt.timedelta(days=8)):
            assert kinds["nudge"](1, "nudge:3") is not None

    def test_a_suppressed_address_gets_nothing_until_the_person_has_another(self, people, kinds):
        people.add("1", address="Gone@example.net")
        index = recipients.address_index("gone@example.net ")
        db.session.add(Suppression(address_index=index, reason="hard", at=clock.now(), recipient="person:1"))
        commit()
        assert kinds["notice"](1) is None
        people.address_by_id["1"] = "new@example.net"
        assert kinds["notice"](1) is not None


class TestQueueMany:
    def test_queues_each_once_with_a_bounded_number_of_queries(self, people, kinds):
        for number in range(1200):
            people.add(str(number), Facts("ar", purposes=frozenset({"newsletter"} if number % 2 else ())))
        with at_most(6):
            assert kinds["news"].queue_many((n,) for n in range(1200)) == 600
        assert people.asked == 3
        assert kinds["news"].queue_many((n,) for n in range(1200)) == 0
        assert count() == 600

    def test_the_same_person_twice_in_one_portion_is_queued_once(self, people, kinds):
        people.add("1")
        assert kinds["news"].queue_many([(1,), (1,)]) == 1

    def test_one_of_many_waits_behind_one_somebody_waits_for(self, people, kinds):
        people.add("1")
        kinds["news"].queue_many([(1,)])
        row = kinds["notice"](1)
        assert row.priority < db.session.scalar(sa.select(OutboxMessage.priority).where(OutboxMessage.kind == "news"))
