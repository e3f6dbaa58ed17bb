"""Sending what is due: claim a batch, put it together, hand it over, write down what became of each message.

One `Post` lives in each worker. Its rule: a message whose row says *sending* is handed over at most once, and what is
not known to have left or stayed is never sent again without a person deciding so.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import Counter as Tally
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from core import clock
from core.config import Settings
from core.database import commit, db, reading
from mail import claiming, pacing, preparing, settling, unsubscribing
from mail.claiming import Outcome
from mail.handover import Counter
from mail.journal import Journal
from mail.transports import Transport

log = logging.getLogger("panel.mail")

#: How many messages are claimed at once: enough to spread the cost of two transactions.
BATCH = 200
#: How often to look for what dead workers left behind.
SETTLE_EVERY = dt.timedelta(seconds=20)
#: Seconds to leave a transport alone that is down: doubled each time, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0


def journal_folder(settings: Settings) -> Path:
    """Return where the journals of this machine's workers lie."""
    return settings.instance_path / "mail-journal"


class Post:
    """What a worker sends with: its journal, its connections, and its patience with a transport that is down."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        unsubscribing.ensure_key()
        commit()
        self._journals = journal_folder(settings)
        self._worker = settings.worker_name
        self._transport = transport
        self._journal = Journal(self._journals, self._worker)
        self._counter = Counter(transport)
        self._pause = FIRST_PAUSE
        self._settled_at: dt.datetime | None = None

    @property
    def run(self) -> str:
        """The name of this run, as in `lease_owner`."""
        return self._journal.run

    def close(self) -> None:
        """Let go of connections and of the journal."""
        self._counter.close()
        self._journal.close()

    def ready(self) -> bool:
        """Return whether messages are due, or dead workers may have left some behind."""
        with reading():
            found = claiming.anything_due() or (self._may_settle() and settling.anything_abandoned(self.run))
            db.session.rollback()
        return found

    def portion(self, stop: threading.Event) -> bool:
        """Send one batch and return whether more may be waiting. Needs an application context."""
        try:
            self._settle()
            return self._send_batch(stop)
        except Exception:
            db.session.rollback()
            # What this run had claimed is settled from its own journal, as if the process had died.
            self._journal.close()
            self._journal = Journal(self._journals, self._worker)
            self._settled_at = None
            raise
        finally:
            db.session.remove()

    def _may_settle(self) -> bool:
        return self._settled_at is None or clock.now() - self._settled_at >= SETTLE_EVERY

    def _settle(self) -> None:
        if not self._may_settle():
            return
        while settled := settling.settle_abandoned(self._journals, self._transport, self.run):
            commit()
            log.info("settled %s messages of workers that stopped", settled)
        settling.forget_settled(self._journals)
        db.session.rollback()
        self._settled_at = clock.now()

    def _send_batch(self, stop: threading.Event) -> bool:
        claim = claiming.claim(self.run, BATCH)
        commit()
        if claim.rows:
            down = self._send(claim.rows, stop)
            if down:
                log.warning("the mail transport is down: %s", down)
                stop.wait(self._pause)
                self._pause = min(LONGEST_PAUSE, self._pause * 2)
                return True
            self._pause = FIRST_PAUSE
        if claim.must_wait:
            stop.wait(min(1.0, pacing.pause(BATCH)))
        return bool(claim.rows) or claim.must_wait

    def _send(self, rows: list[claiming.Claimed], stop: threading.Event) -> str | None:
        outcomes, down = self._counter.hand_over(preparing.prepare(rows), self._journal, stop)
        self._journal.sync()
        self._record(outcomes, stop)
        log.info("messages: %s", dict(Tally(str(outcome.state) for outcome in outcomes)))
        return down

    def _record(self, outcomes: list[Outcome], stop: threading.Event) -> None:
        """Write the outcomes back; what is known is not given up because the database is away for a moment."""
        for tries_left in range(30, -1, -1):
            try:
                claiming.record(self.run, outcomes)
                commit()
                return
            except DBAPIError:
                db.session.rollback()
                if not tries_left or stop.is_set():
                    raise
                stop.wait(1.0)
