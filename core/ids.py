"""Random identifiers, link tokens and the codes people read out or type."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

# Crockford's base 32: no I, L, O or U, so a code read over the phone cannot be misheard as another.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FROM_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET.lower())
_MISREAD = str.maketrans("ILOU", "110V")


def random_id() -> str:
    """Return a 128-bit id in 26 lower-case characters; it says nothing about order or time."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").translate(_FROM_BASE32)


def token() -> str:
    """Return a 256-bit secret fit for a link; keep only its `fingerprint`."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a secret of at least 60 random bits, for looking it up without keeping it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def resume_code() -> str:
    """Return a 60-bit code in three groups of four, such as 7K3M-Q2XV-09BT."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return "-".join((text[:4], text[4:8], text[8:]))


def normalise_code(typed: str) -> str:
    """Return a typed code in its canonical form: spaces, dashes and case do not matter, nor O for 0 or I for 1."""
    text = re.sub(r"[^0-9A-Za-z]", "", typed).upper().translate(_MISREAD)
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
