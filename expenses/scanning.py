"""Asking ClamAV about a file, through the socket of clamd, where an installation has one."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

from core import config
from expenses.receipts import FileRefusedError

_CHUNK = 64 * 1024
#: Seconds until clamd counts as away; a file of ten megabytes takes it about one.
_PATIENCE = 30.0


def scan(data: bytes) -> None:
    """Refuse a file in which ClamAV finds something, or which it cannot look at. Raises FileRefusedError."""
    address = config.settings().clamav_socket
    if not address:
        return
    try:
        answer = _ask(address, data)
    except OSError:
        raise FileRefusedError("not_scanned") from None
    if answer.endswith(" FOUND"):
        raise FileRefusedError("infected")
    if not answer.endswith(": OK"):  # too large for it, or an error of its own
        raise FileRefusedError("not_scanned")


def _ask(address: str, data: bytes) -> str:
    """Return what clamd says to INSTREAM: chunks with their length before them, ended by an empty one."""
    with _connect(address) as connection:
        connection.settimeout(_PATIENCE)
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := connection.recv(4096)):
            answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 0), _PATIENCE)
