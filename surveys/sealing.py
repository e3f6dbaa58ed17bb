"""Answers and drafts sealed with their length hidden, so that neither content nor size tells whose they are."""

from __future__ import annotations

import json
from typing import Any

from core.crypto import keyring


def seal(value: Any, place: str, least: int = 2048) -> bytes:
    """Return `value` as JSON, padded to `least` bytes or the next power of two, and sealed for `place`."""
    text = json.dumps(value, separators=(",", ":"))  # ASCII, so that characters are bytes
    size = least
    while size < len(text):
        size *= 2
    return keyring().seal(text.ljust(size), place)


def unseal(sealed: bytes, place: str) -> Any:
    """Return what was sealed for `place`; raises SealBrokenError."""
    return json.loads(keyring().open(sealed, place))
