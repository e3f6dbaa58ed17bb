"""What every transport offers. To add one: a class with these methods, and a line in `mail.transports.of`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message, ready to leave."""

    #: Without angle brackets.
    message_id: str
    sender: str
    address: str
    content: bytes


class Connection(Protocol):
    """A way out that is used for one message after the other, by one thread."""

    def send(self, message: Outgoing) -> None:
        """Hand `message` over; returning means it was accepted.

        Raises RefusedError (this message), TransportDownError (nothing was handed over), or FateUnknownError (it was
        handed over, but no answer came).
        """

    def close(self) -> None:
        """Let go; never raises."""


class Transport(Protocol):
    """Makes connections, and can be asked what became of a message."""

    @property
    def connections(self) -> int:
        """How many connections may be open at once."""

    def open(self) -> Connection:
        """Return a new connection; it may connect only when first used."""

    def evidence(self, message_id: str) -> bool | None:
        """Return whether the transport has this message, or None when it cannot tell."""
