"""SMTP with STARTTLS or TLS, a connection used for many messages, and every answer sorted by what it means.

The steps of a hand-over are taken one by one rather than by `smtplib`'s `sendmail`, because what matters most is where
a connection broke: before the end of the data nothing was sent, after it nobody knows.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from mail.errors import FateUnknownError, RefusedError, TransportDownError
from mail.transports.base import Connection, Outgoing

#: Seconds to wait for an answer. RFC 5321 asks for minutes after the data; a lease is longer than this.
PATIENCE = 60
#: Servers end long sessions; a fresh one is begun before they do.
MESSAGES_PER_SESSION = 500

Reply = tuple[int, bytes]
#: What a server says to MAIL, RCPT and DATA when it goes along.
_WANTED = (250, 250, 354)
_FORBIDDEN = re.compile(r"[\x00-\x20<>\x7f]")


@dataclass(frozen=True)
class SmtpTransport:
    """A server that takes messages."""

    host: str
    port: int
    user: str
    password: str
    #: TLS from the first byte (smtps), else STARTTLS when the server offers it.
    tls: bool
    connections: int

    @classmethod
    def from_url(cls, url: str, connections: int) -> SmtpTransport:
        """Return the transport of smtp://user:password@host:port or smtps://…"""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname or "localhost", parts.port or (465 if tls else 587), user, password, tls, connections)

    def open(self) -> Connection:
        return SmtpConnection(self)

    def evidence(self, message_id: str) -> bool | None:
        """Return None: SMTP has no question for it. The worker's journal and bounces have to tell."""
        return None


class SmtpConnection:
    """One session, opened when first needed and again when the server ended it."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport
        self._server: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, message: Outgoing) -> None:
        reused = self._server is not None
        try:
            server = self._begin(message)
        except TransportDownError as error:
            if not reused or error.code not in {"unreachable", "server_busy"}:
                raise
            # The server ended a session it found long or idle: nothing was handed over yet.
            server = self._begin(message)
        self._finish(server, message.content)
        self._sent += 1
        if self._sent >= MESSAGES_PER_SESSION:
            self.close()

    def close(self) -> None:
        server, self._server, self._sent = self._server, None, 0
        if server is not None:
            with contextlib.suppress(OSError):
                server.quit()
            server.close()

    def _begin(self, message: Outgoing) -> smtplib.SMTP:
        """Go as far as the server's word that it waits for the data."""
        server = self._server or self._connect()
        self._server = server
        address, options = self._address(server, message.address)
        sender = " ".join((f"MAIL FROM:<{message.sender}>", *options))
        # All three at once where the server allows it (RFC 2920): one wait for the network instead of three.
        together = server.has_extn("pipelining")
        unsaid = [f"{command}\r\n".encode() for command in (sender, f"RCPT TO:<{address}>", "DATA")]
        try:
            if together:
                server.send(b"".join(unsaid))
            for number, wanted in enumerate(_WANTED):
                if not together:
                    server.send(unsaid[number])
                reply = server.getreply()
                if together and not _is(reply, wanted):
                    _hear_out(server, len(_WANTED) - number - 1)
                self._expect(reply, wanted, sender=number == 0)
        except OSError as error:
            self.close()
            raise TransportDownError("unreachable") from error
        return server

    def _finish(self, server: smtplib.SMTP, content: bytes) -> None:
        data = _wire(content)
        try:
            server.send(data)
            reply = server.getreply()
        except OSError as error:
            self.close()
            raise FateUnknownError from error
        self._expect(reply, 250)

    def _expect(self, reply: Reply, wanted: int, *, sender: bool = False) -> None:
        if _is(reply, wanted):
            return
        code, text = reply
        if code == 421:
            self.close()
            raise TransportDownError("server_busy")
        if self._server is not None:
            # Leave the refused message behind, or a later one would be mixed with it.
            with contextlib.suppress(OSError):
                self._server.rset()
        if sender and code >= 500:
            # It would be the same for every message: wait for somebody to mend it instead of failing them all.
            raise TransportDownError("sender_refused")
        raise RefusedError(meaning(code, text), permanent=code >= 500)

    def _connect(self) -> smtplib.SMTP:
        to = self._transport
        context = ssl.create_default_context()
        try:
            if to.tls:
                server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=PATIENCE, context=context)
            else:
                server = smtplib.SMTP(to.host, to.port, timeout=PATIENCE)
        except OSError as error:  # smtplib's errors are OSErrors too
            raise TransportDownError("unreachable") from error
        try:
            self._greet(server, context)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            server.close()
            raise TransportDownError("sign_in_refused") from error
        except OSError as error:
            server.close()
            raise TransportDownError("unreachable") from error
        except TransportDownError:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """Go over to encryption where the server offers it, and sign in."""
        to = self._transport
        server.ehlo_or_helo_if_needed()
        if not to.tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif to.user and not to.tls:
            # Somebody in between may have taken the offer of encryption out: the password is not said aloud.
            raise TransportDownError("not_encrypted")
        if to.user:
            server.login(to.user, to.password)

    def _address(self, server: smtplib.SMTP, address: str) -> tuple[str, list[str]]:
        if _FORBIDDEN.search(address):
            # It could end the command and begin another.
            raise RefusedError("address_unusable", permanent=True)
        local, _, domain = address.rpartition("@")
        try:
            if local.isascii():
                return f"{local}@{domain.encode('idna').decode('ascii')}", []
        except UnicodeError:
            raise RefusedError("address_unusable", permanent=True) from None
        if not server.has_extn("smtputf8"):
            raise RefusedError("address_unusable", permanent=True)
        return address, ["SMTPUTF8", "BODY=8BITMIME"]


def _is(reply: Reply, wanted: int) -> bool:
    return reply[0] == wanted or (wanted == 250 and reply[0] == 251)


def _hear_out(server: smtplib.SMTP, left: int) -> None:
    """Take the answers to commands that were said together with one that was refused."""
    with contextlib.suppress(OSError):
        replies = [server.getreply() for _ in range(left)]
        if replies and replies[-1][0] == 354:
            # It waits for data although nobody is to get any: an empty message to nobody ends that.
            server.send(b".\r\n")
            server.getreply()


def meaning(code: int, text: bytes) -> str:
    """Return our code for a server's answer, from the enhanced code (RFC 3463) where it gives one."""
    enhanced = text.split(b" ", 1)[0].decode("ascii", "replace")
    subject = enhanced.split(".", 1)[1] if enhanced[:2] in {"4.", "5."} else ""
    if code < 500:
        return {450: "mailbox_busy", 452: "mailbox_busy", 451: "server_busy"}.get(code, "temporary")
    if subject.startswith("7."):
        return "refused_by_policy"
    if subject == "2.2" or (not subject and code == 552):
        return "mailbox_full"
    if subject.startswith("1.") or (not subject and code in {550, 551, 553}):
        return "no_such_address"
    return "refused"


def _wire(content: bytes) -> bytes:
    """Return `content` (lines ending in CRLF) as it goes over the wire: leading dots doubled, and the end marked."""
    body = content.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"
