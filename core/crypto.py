"""Encryption of single fields, and keyed look-up of values that are stored encrypted.

A sealed value is `key id | nonce | AES-256-GCM ciphertext`, bound to its place by associated data, so a
ciphertext copied into another row or column does not open. Keys come from FIELD_KEYS: the first encrypts,
every listed one decrypts, `flask core rotate-keys` re-encrypts.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBrokenError(Exception):
    """A sealed value cannot be opened: its key is not in FIELD_KEYS, or it was moved or changed."""


class Keyring:
    """The keys of this installation. Pure computation: holds no connection and knows no table."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._active = next(iter(keys))
        self._ciphers = {key_id: AESGCM(_derive(key, b"seal")) for key_id, key in keys.items()}
        self._index_keys = [_derive(key, b"index") for key in keys.values()]

    def seal(self, text: str, place: str) -> bytes:
        """Return `text` encrypted for `place`, which is `table.column:row`."""
        nonce = os.urandom(12)
        body = self._ciphers[self._active].encrypt(nonce, text.encode(), place.encode())
        return self._active.encode() + b"|" + nonce + body

    def open(self, sealed: bytes, place: str) -> str:
        """Return the text sealed for `place`; raises SealBrokenError."""
        key_id, _, rest = sealed.partition(b"|")
        cipher = self._ciphers.get(key_id.decode("ascii", "replace"))
        if cipher is None:
            raise SealBrokenError(place.partition(":")[0])
        try:
            return cipher.decrypt(rest[:12], rest[12:], place.encode()).decode()
        except InvalidTag:
            raise SealBrokenError(place.partition(":")[0]) from None

    def is_current(self, sealed: bytes) -> bool:
        """Return whether `sealed` was made with the key that encrypts now."""
        return sealed.partition(b"|")[0].decode("ascii", "replace") == self._active

    def index(self, value: str, purpose: str) -> str:
        """Return the keyed digest under which `value` is stored for look-up, such as a normalised e-mail address."""
        return self.indexes(value, purpose)[0]

    def indexes(self, value: str, purpose: str) -> list[str]:
        """Return the digests `value` may be stored under while keys are being rotated, the present one first."""
        message = f"{purpose}\0{value}".encode()
        return [hmac.digest(key, message, "sha256").hex() for key in self._index_keys]


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"citizens-panel/" + purpose).derive(key)


def pseudonym(key: bytes, member_id: int) -> str:
    """Return HMAC-SHA256(key of the fieldwork, member): the same for a person in one fieldwork, no use elsewhere."""
    return hmac.digest(key, str(member_id).encode(), "sha256").hex()


_keyring: Keyring | None = None


def use_keys(keys: Mapping[str, bytes]) -> None:
    """Make `keys` (from FIELD_KEYS) the keys of this process."""
    global _keyring
    _keyring = Keyring(keys)


def keyring() -> Keyring:
    """Return the keys of this process."""
    if _keyring is None:
        raise RuntimeError("create_app() loads the keys")
    return _keyring
