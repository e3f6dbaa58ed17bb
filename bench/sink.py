"""A local SMTP server that takes messages and remembers how often each Message-ID came, for benches and tests."""

from __future__ import annotations

import gc
import re
import socket
import ssl
import threading
import warnings
from collections import Counter
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)


class Sink:
    """`received` counts by Message-ID. `answer(address)` may return a refusal; `keep` holds on to whole messages."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, keep: bool = False) -> None:
        self.received: Counter[str] = Counter()
        self.messages: list[Envelope] = []
        self.refusals: dict[str, str] = {}
        self.encrypted: list[bool] = []
        self._keep = keep
        self._arrived = threading.Condition()
        #: The port it listens on.
        self.port = _free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=tls, require_starttls=tls is not None
        )

    def __enter__(self) -> Sink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
        # aiosmtpd leaves sessions that were open, or whose handshake failed, for the garbage collector to close.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    def wait_for(self, count: int, timeout: float) -> bool:
        """Wait until at least `count` different messages have come."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self.received) >= count, timeout)

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        content: Any = envelope.content or b""
        found = _MESSAGE_ID.search(content)
        with self._arrived:
            self.received[found[1].decode() if found else ""] += 1
            if self._keep:
                self.messages.append(envelope)
                self.encrypted.append(session.ssl is not None)
            self._arrived.notify_all()
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
