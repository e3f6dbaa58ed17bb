"""Reading the folder of .eml files, so that a newcomer can follow the demo's messages without any mail program."""

from __future__ import annotations

import datetime as dt
import email
import heapq
import os
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

#: How many messages the list shows.
NEWEST = 100

_NAME = re.compile(r"[0-9a-f]{40}@[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Letter:
    """A message as it lies in the folder."""

    name: str
    subject: str
    to: str
    language: str
    at: dt.datetime
    text: str
    html: str


def newest(folder: Path, limit: int = NEWEST) -> list[Letter]:
    """Return the newest messages, the newest first."""
    try:
        with os.scandir(folder) as entries:
            found = heapq.nlargest(
                limit, ((entry.stat().st_mtime_ns, entry.name) for entry in entries if entry.name.endswith(".eml"))
            )
    except FileNotFoundError:
        return []
    letters = (find(folder, name.removesuffix(".eml")) for _, name in found)
    return [letter for letter in letters if letter is not None]


def find(folder: Path, name: str) -> Letter | None:
    """Return the message called `name`, or None."""
    if not _NAME.fullmatch(name):
        return None
    try:
        raw = (folder / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    message = email.message_from_bytes(raw, policy=policy.default)
    return Letter(
        name,
        str(message["Subject"]),
        str(message["To"]),
        str(message["Content-Language"]),
        parsedate_to_datetime(str(message["Date"])),
        _body(message, "plain"),
        _body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
