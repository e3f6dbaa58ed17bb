"""Keyed indexes: how a journey, a receipt and an account are known again without being kept in clear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from core.crypto import keyring


def _place(text: str) -> str:
    """Return a place as somebody else may have typed it: case, accents, spaces and punctuation do not count."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not unicodedata.combining(c)))


def journey(**ends: str) -> list[str]:
    """Return the digests of the journey between `from` and `to`, equal in both directions, the present key's first."""
    return keyring().indexes("\0".join(sorted((_place(ends["from"]), _place(ends["to"])))), "claim_line.journey")


def receipt(sha256: str) -> list[str]:
    """Return the digests of a file with the SHA-256 `sha256`, the present key's first."""
    return keyring().indexes(sha256, "claim_receipt.content")


def account(numbers: Mapping[str, str]) -> list[str]:
    """Return the digests of `sort_code`, `account` and, if there is one, `roll`, the present key's first."""
    text = "\0".join(numbers.get(part, "") for part in ("sort_code", "account", "roll"))
    return keyring().indexes(text, "bank_details.account")
