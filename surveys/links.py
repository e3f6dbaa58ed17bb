"""The links and codes that lead one invited person into one fieldwork.

Both are made from a random key of the fieldwork and the member, so that a reminder or a letter can carry them again
although only their fingerprints are kept. The key is sealed in the fieldwork's row and destroyed when it closes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from core import ids
from core.crypto import keyring
from surveys.models import Fieldwork


@dataclass(frozen=True)
class Way:
    """How one person gets in: the secret of their link, and the code they can type instead."""

    token: str
    code: str

    @property
    def token_hash(self) -> str:
        return ids.fingerprint(self.token)

    @property
    def code_index(self) -> str:
        return code_index(self.code)


def new_key() -> bytes:
    """Return a random key."""
    return secrets.token_bytes(32)


def seal_key(fieldwork: Fieldwork, column: str, key: bytes) -> bytes:
    """Return `key` sealed for `column` of `fieldwork`."""
    return keyring().seal(key.hex(), f"fieldwork.{column}:{fieldwork.seal_id}")


def open_key(fieldwork: Fieldwork, column: str) -> bytes | None:
    """Return the key in `column` of `fieldwork` in clear, or None when there is none (any more)."""
    sealed = getattr(fieldwork, column)
    return open_sealed_key(sealed, fieldwork.seal_id, column) if sealed else None


def open_sealed_key(sealed: bytes, seal_id: str, column: str) -> bytes:
    """Return in clear the key sealed for `column` of the fieldwork with `seal_id`."""
    return bytes.fromhex(keyring().open(sealed, f"fieldwork.{column}:{seal_id}"))


def maker(fieldwork: Fieldwork) -> Callable[[int], Way]:
    """Return a function from a member's id to their way into `fieldwork`; the key is opened once."""
    key = open_key(fieldwork, "link_key")
    if key is None:
        raise ValueError("the links of this fieldwork have been destroyed")
    return with_key(key)


def with_key(key: bytes) -> Callable[[int], Way]:
    """Return a function from a member's id to their way into the fieldwork that `key` belongs to."""

    def make(member_id: int) -> Way:
        secret = hmac.new(key, f"link:{member_id}".encode(), hashlib.sha256).digest()
        code = hmac.new(key, f"code:{member_id}".encode(), hashlib.sha256).digest()
        return Way(base64.urlsafe_b64encode(secret).rstrip(b"=").decode(), _code(code))

    return make


def _code(digest: bytes) -> str:
    number = int.from_bytes(digest[:8], "big")
    # Crockford's base 32, as core.ids reads it back when somebody types it.
    text = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(number >> shift) & 31] for shift in range(0, 60, 5))
    return ids.normalise_code(text)


def code_index(typed: str) -> str:
    """Return the keyed index of a code as somebody typed it."""
    return keyring().index(ids.normalise_code(typed), "answering.code")


def code_indexes(typed: str) -> list[str]:
    """Return the indexes a typed code may be stored under while keys are being rotated."""
    return keyring().indexes(ids.normalise_code(typed), "answering.code")
