"""Passwords: how they are kept, and which are refused.

The rules are those of NIST SP 800-63B, section 5.1.1.2, and the NCSC: length counts, composition does not, nothing
guessable, nothing about the person. The hash is argon2id at the settings of the OWASP Password Storage Cheat Sheet.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from accounts.errors import (
    PasswordTooCommonError,
    PasswordTooLongError,
    PasswordTooPersonalError,
    PasswordTooShortError,
)
from accounts.models import Staff
from core import audit, config
from core.database import db

SHORTEST = 12
#: Only so that nobody can keep the server busy with a book.
LONGEST = 4096
#: Guesses, as a power of ten, that a password must outlast: past what a lock-out ever lets through.
_STRENGTH = 8.0
#: zxcvbn's time grows with the square of the length, and what makes a password weak shows in its beginning.
_LOOKED_AT = 72

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def normalise(typed: str) -> str:
    """Return `typed` so that the same characters typed on another keyboard or system are the same password."""
    return unicodedata.normalize("NFKC", typed)


def check(typed: str, name: str, email: str) -> None:
    """Raise a DomainError when `typed` may not be the password of the person called `name` with `email`."""
    password = normalise(typed)
    if len(password) < SHORTEST:
        raise PasswordTooShortError
    if len(password) > LONGEST:
        raise PasswordTooLongError(limit=LONGEST)
    words = _personal_words(name, email)
    folded = _folded(password)
    if any(word in folded for word in words):
        raise PasswordTooPersonalError
    if float(zxcvbn(password[:_LOOKED_AT], user_inputs=words)["guesses_log10"]) < _STRENGTH:
        raise PasswordTooCommonError


def _personal_words(name: str, email: str) -> list[str]:
    """Return what a guesser who knows the person would try first; short words would forbid half the language."""
    text = " ".join((name, email, config.settings().organisation))
    parts = {_folded(part) for part in re.split(r"[\W_]+", text)}
    return sorted(part for part in parts if len(part) >= 4)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def make_hash(typed: str) -> str:
    """Return the argon2id hash of `typed`."""
    return _hasher.hash(normalise(typed))


@functools.cache
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")


def matches(kept: str | None, typed: str) -> bool:
    """Return whether `typed` is the password whose hash is `kept`, working as long when there is none."""
    # Without the same work for an unknown account, the time of the answer would tell who has one.
    try:
        right = _hasher.verify(kept or _nobodys_hash(), normalise(typed[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def set_password(staff: Staff, typed: str) -> None:
    """Give `staff` a new password. Raises a DomainError when it is refused. Sessions are ended by the caller."""
    check(typed, staff.name, staff.email)
    staff.password_hash = make_hash(typed)
    audit.record("staff.password_set", f"staff:{staff.id}")
    db.session.flush()
