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

#: The longest message it takes, in bytes.
_LONGEST = 10 * 2**20
_PATH = re.compile(r"<([^<>\s]*)>\s*(.*)$")
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)


class Sink:
    """`received` counts by Message-ID; `refusals` are said by address; `keep` holds on to whole messages."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, keep: bool = False, pipelining: bool = True) -> None:
        self.pipelining = pipelining
        self.received: Counter[str] = Counter()
        self.messages: list[Envelope] = []
        self.refusals: dict[str, str] = {}
        self.encrypted: list[bool] = []
        self._keep = keep
        self._arrived = threading.Condition()
        #: The port it listens on.
        self.port = _free_port()
        self._controller = _Controller(
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

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        # aiosmtpd answers one command after the other whatever their number, it only does not say so (RFC 2920).
        return [responses[0], "250-PIPELINING", *responses[1:]] if self.pipelining else responses

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


class _Server(SMTP):
    """aiosmtpd's server with its two slowest steps made short, so that the sender is measured and not the sink."""

    line_length_limit = _LONGEST

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Return the address of `<address> parameters`, and the parameters."""
        found = _PATH.match(arg)
        return (found[1], found[2]) if found else (None, None)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        # In one piece: aiosmtpd reads line by line.
        data = b"\r\n"
        while not data.endswith(b"\r\n.\r\n"):
            data += await self._reader.readuntil(b".\r\n")
        self.envelope.content = self.envelope.original_content = data[2:-3].replace(b"\r\n..", b"\r\n.")
        status = await self._call_handler_hook("DATA")
        self._set_post_data_state()
        await self.push(status)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
