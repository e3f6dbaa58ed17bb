"""How bank details are typed and kept: any spacing going in, plain figures inside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from expenses import bacs


@dataclass(frozen=True)
class Numbers:
    """An account: six figures of sort code, eight of account, a building society's roll number or nothing."""

    sort_code: str
    account: str
    roll: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what is sealed."""
        return {"sort_code": self.sort_code, "account": self.account, "roll": self.roll}


_SPACING = re.compile(r"[\s\-\u2010-\u2015.]+")
_ROLL = re.compile(r"[A-Z0-9./ -]{1,18}")


def sort_code(typed: str) -> str | None:
    """Return six figures however they were spaced, or None."""
    plain = _SPACING.sub("", typed)
    return plain if re.fullmatch(r"[0-9]{6}", plain) else None


def account_number(typed: str) -> str | None:
    """Return eight figures, shorter numbers filled up with leading noughts as Bacs wants them, or None."""
    plain = _SPACING.sub("", typed)
    return plain.zfill(8) if re.fullmatch(r"[0-9]{6,8}", plain) else None


def roll_number(typed: str) -> str | None:
    """Return a building society's roll number in capitals, an empty string for none, None for what is no such thing."""
    plain = " ".join(typed.upper().split())
    if not plain:
        return ""
    return plain if _ROLL.fullmatch(plain) else None


def is_bank_name(typed: str) -> bool:
    """Return whether a name can stand in a bank's file: at least one letter that Bacs knows is left of it."""
    return bool(re.search(r"[A-Z]", bacs.clean(typed)))


def masked(numbers: Numbers) -> str:
    """Return the end of an account number, for the person whose account it is: enough to know it again."""
    return f"•••••{numbers.account[-3:]}"
