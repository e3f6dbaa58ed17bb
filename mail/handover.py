"""Handing messages to the transport over several connections, each one written into the journal before and after."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from core import clock
from mail import claiming
from mail.claiming import Outcome
from mail.errors import FateUnknownError, RefusedError, TransportDownError
from mail.journal import Journal, Mark
from mail.models import MessageState
from mail.preparing import Parcel
from mail.transports import Connection, Transport

#: No hand-over is begun when less than this is left of the lease: it may take two patient waits for the server.
MARGIN = dt.timedelta(minutes=4)


class Counter:
    """The counter at which messages are handed over, open as long as the worker is."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._pool = ThreadPoolExecutor(transport.connections, thread_name_prefix="mail")
        self._local = threading.local()
        self._connections: list[Connection] = []

    def hand_over(
        self, prepared: Iterable[Parcel | Outcome], journal: Journal, stop: threading.Event
    ) -> tuple[list[Outcome], str | None]:
        """Return what became of each message, and what is wrong with the transport when it is down.

        Messages are put together while others are on their way. Once `stop` is set or the transport is down, the rest
        comes back untried.
        """
        batch = _Batch(journal, stop)
        outcomes: list[Outcome] = []
        waiting: list[Future[Outcome]] = []
        try:
            for item in prepared:
                if isinstance(item, Outcome):
                    outcomes.append(item)
                else:
                    waiting.append(self._pool.submit(self._one, item, batch))
        finally:
            # Even when something unforeseen failed: nothing may be on its way when the caller goes on.
            wait(waiting)
        outcomes.extend(future.result() for future in waiting)
        return outcomes, batch.down

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def _one(self, parcel: Parcel, batch: _Batch) -> Outcome:
        row, message_id = parcel.row, parcel.outgoing.message_id
        if batch.stopped or row.lease_until - clock.now() < MARGIN:
            return Outcome(row.id, row.attempts, MessageState.QUEUED, batch.down, untried=True)
        batch.journal.mark(Mark.STARTED, message_id)
        try:
            self._connection().send(parcel.outgoing)
        except RefusedError as error:
            batch.journal.mark(Mark.REFUSED, message_id)
            index = parcel.address_index
            return claiming.refused(row.id, row.attempts, error.code, permanent=error.permanent, index=index)
        except TransportDownError as error:
            batch.journal.mark(Mark.REFUSED, message_id)
            batch.down = error.code
            return Outcome(row.id, row.attempts, MessageState.QUEUED, error.code, untried=True)
        except FateUnknownError:
            return Outcome(row.id, row.attempts, MessageState.UNCERTAIN, "no_reply", parcel.address_index)
        batch.journal.mark(Mark.ACCEPTED, message_id)
        return Outcome(row.id, row.attempts, MessageState.SENT, None, parcel.address_index)

    def _connection(self) -> Connection:
        """Return the connection of this thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._transport.open()
            self._connections.append(self._local.connection)
        return self._local.connection


class _Batch:
    """What the threads working on one batch share."""

    def __init__(self, journal: Journal, stop: threading.Event) -> None:
        self.journal = journal
        self._stop = stop
        #: The code of what is wrong with the transport, once it is down.
        self.down: str | None = None

    @property
    def stopped(self) -> bool:
        return self.down is not None or self._stop.is_set()
