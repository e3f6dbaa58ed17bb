"""A folder of .eml files, for development and the demo: the file's name is the Message-ID."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mail.errors import TransportDownError
from mail.transports.base import Connection, Outgoing


class FolderTransport:
    """Writes each message once; the folder itself is the evidence."""

    connections = 1

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> Connection:
        return FolderConnection(self)

    def path(self, message_id: str) -> Path:
        """Return where the message with this id lies, or would lie."""
        return self.folder / (message_id.replace("/", "_") + ".eml")

    def evidence(self, message_id: str) -> bool | None:
        return self.path(message_id).exists()


class FolderConnection:
    """Writes beside, then names: a file with its name is a whole message."""

    def __init__(self, transport: FolderTransport) -> None:
        self._transport = transport

    def send(self, message: Outgoing) -> None:
        path = self._transport.path(message.message_id)
        making = path.with_suffix(f".{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            making.write_bytes(message.content)
            making.rename(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                making.unlink(missing_ok=True)
            raise TransportDownError("unreachable") from error

    def close(self) -> None:
        """Nothing is held open."""
