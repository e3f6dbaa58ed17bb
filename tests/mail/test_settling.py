"""What dead workers leave behind: settled from evidence, else shown."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal

import pytest
import sqlalchemy as sa

from core import clock, config
from core.database import commit, db
from mail import claiming, journal, settling
from mail.delivery import journal_folder
from mail.journal import Journal, Mark
from mail.models import OutboxMessage
from mail.transports import FolderTransport, SmtpTransport

SMTP = SmtpTransport("127.0.0.1", 1, "", "", False, 1)


@pytest.fixture
def folder(app, tmp_path):
    return tmp_path / "journals"


def claimed(people, kinds, run, count):
    for number in range(count):
        people.add(str(number))
    kinds["news"].queue_many((number,) for number in range(count))
    rows = claiming.claim(run, count).rows
    commit()
    return rows


def states():
    return list(db.session.scalars(sa.select(OutboxMessage.state).order_by(OutboxMessage.id)))


class TestSettleAbandoned:
    def test_the_journal_tells_what_left_and_what_did_not(self, people, kinds, folder):
        dead = Journal(folder, "worker-1")
        rows = claimed(people, kinds, dead.run, 4)
        for row in rows[:3]:
            dead.mark(Mark.STARTED, row.message_id)
        dead.mark(Mark.ACCEPTED, rows[0].message_id)
        dead.mark(Mark.REFUSED, rows[1].message_id)
        dead.close()
        assert settling.settle_abandoned(folder, SMTP, "mine") == 4
        commit()
        assert states() == ["sent", "queued", "uncertain", "queued"]
        assert settling.settle_abandoned(folder, SMTP, "mine") == 0
        attempts = list(db.session.scalars(sa.select(OutboxMessage.attempts).order_by(OutboxMessage.id)))
        assert attempts == [1, 0, 1, 0], "what was not handed over is not counted as a try"

    def test_a_living_run_is_left_alone(self, people, kinds, folder):
        living = Journal(folder, "worker-1")
        claimed(people, kinds, living.run, 2)
        assert settling.settle_abandoned(folder, SMTP, "mine") == 0
        assert states() == ["sending"] * 2
        living.close()

    def test_a_run_of_another_machine_is_waited_for_until_its_lease_ends(self, people, kinds, folder):
        claimed(people, kinds, "elsewhere.1", 1)
        assert settling.settle_abandoned(folder, SMTP, "mine") == 0
        with clock.stopped_at(clock.now() + claiming.LEASE + dt.timedelta(seconds=1)):
            assert settling.settle_abandoned(folder, SMTP, "mine") == 1
        assert states() == ["uncertain"]

    def test_a_journal_that_comes_back_settles_what_was_uncertain(self, people, kinds, folder):
        dead = Journal(folder, "worker-1")
        [row] = claimed(people, kinds, dead.run, 1)
        dead.mark(Mark.STARTED, row.message_id)
        dead.mark(Mark.ACCEPTED, row.message_id)
        db.session.execute(sa.update(OutboxMessage).values(state="uncertain"))
        commit()
        dead.close()
        assert settling.settle_abandoned(folder, SMTP, "mine") == 1
        assert states() == ["sent"]

    def test_the_folder_of_messages_is_evidence_itself(self, people, kinds, folder, tmp_path):
        transport = FolderTransport(tmp_path / "mail")
        dead = Journal(folder, "worker-1")
        rows = claimed(people, kinds, dead.run, 2)
        for row in rows:
            dead.mark(Mark.STARTED, row.message_id)
        dead.close()
        transport.folder.mkdir()
        transport.path(rows[0].message_id).write_bytes(b"")
        settling.settle_abandoned(folder, transport, "mine")
        assert states() == ["sent", "queued"]

    def test_after_a_power_cut_a_missing_mark_proves_nothing(self, people, kinds, folder, monkeypatch):
        dead = Journal(folder, "worker-1")
        claimed(people, kinds, dead.run, 1)
        dead.close()
        monkeypatch.setattr(journal, "_boot", lambda: "another boot")
        settling.settle_abandoned(folder, SMTP, "mine")
        assert states() == ["uncertain"]

    def test_a_journal_nothing_depends_on_is_removed(self, people, kinds, folder):
        dead = Journal(folder, "worker-1")
        [row] = claimed(people, kinds, dead.run, 1)
        dead.mark(Mark.STARTED, row.message_id)
        dead.close()
        settling.settle_abandoned(folder, SMTP, "mine")
        settling.forget_settled(folder)
        assert list(folder.iterdir()), "an uncertain message still needs it"
        message = db.session.scalars(sa.select(OutboxMessage)).one()
        settling.settle_by_hand(message, "sent")
        settling.forget_settled(folder)
        assert not list(folder.iterdir())


def _hold(folder, pipe):  # runs in a process of its own
    held = Journal(folder, "w")
    held.mark(Mark.STARTED, "m")
    pipe.send(held.run)
    signal.pause()


class TestJournal:
    def test_it_is_free_as_soon_as_its_process_was_killed(self, app, folder):
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_hold, args=(folder, theirs))
        process.start()
        run = ours.recv()
        with pytest.raises(journal.RunAliveError):
            journal.read(folder, run)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        record = journal.read(folder, run)
        assert record.marks == {"m": Mark.STARTED}
        assert record.complete

    def test_a_line_that_was_cut_short_counts_for_nothing(self, app, folder):
        dead = Journal(folder, "w")
        dead.mark(Mark.STARTED, "m")
        os.write(dead._handle, b"A m")
        dead.close()
        assert journal.read(folder, dead.run).marks == {"m": Mark.STARTED}

    def test_a_worker_cannot_name_a_file_elsewhere(self, app, folder):
        held = Journal(folder, "../../evil")
        held.close()
        assert [path.parent for path in folder.glob("*.journal")] == [folder]
        assert journal.read(folder, "../../etc/passwd") is None

    def test_lies_beside_the_data(self, app):
        assert journal_folder(config.settings()).parent == config.settings().instance_path
