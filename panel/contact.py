"""How a member is reached: sealed in the table, opened here and nowhere else, looked up by keyed index."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from core import ids
from core.crypto import keyring
from panel.models import Member

#: The columns sealed for `member.<column>:<seal_id>`.
SEALED = ("name", "pronouns", "email", "phone", "address", "postcode", "access_needs")


@dataclass(frozen=True)
class Contact:
    """What is known of how to reach a person, in clear; empty where nothing is."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    pronouns: str = ""
    postcode: str = ""

    @property
    def address_lines(self) -> list[str]:
        """Return the address as it stands on an envelope, with the postcode where it was told on its own page alone."""
        lines = [line.strip() for line in self.address.splitlines() if line.strip()]
        told = bool(self.postcode) and not _POSTCODE.search(self.address.lower())
        return [*lines, self.postcode] if lines and told else lines


def normalise_email(typed: str) -> str:
    """Return the form in which two spellings of one address are equal. Everything before the @ is kept as it is
    but for its case: no provider is known here that tells people apart by case alone."""
    return unicodedata.normalize("NFC", typed.strip()).lower()


def normalise_phone(typed: str) -> str:
    """Return a number as its digits, in the international form for numbers of this country: 447700900123."""
    digits = re.sub(r"\D", "", typed)
    if typed.strip().startswith("+") or digits.startswith("44"):
        return re.sub(r"^440", "44", digits)
    if digits.startswith("00"):
        return digits[2:]
    return "44" + digits[1:] if digits.startswith("0") else digits


def email_indexes(email: str) -> list[str]:
    """Return the digests under which `email` may be stored, the present key's first."""
    return keyring().indexes(normalise_email(email), "member.email")


def phone_indexes(phone: str) -> list[str]:
    """Return the digests under which `phone` may be stored, the present key's first."""
    return keyring().indexes(normalise_phone(phone), "member.phone")


_POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?) ?([0-9][a-z]{2})\b")
#: Words that one household writes out and another does not.
_SHORT = {
    "street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "close": "cl", "drive": "dr", "court": "ct",
    "crescent": "cres", "terrace": "ter", "place": "pl", "square": "sq", "gardens": "gdns", "apartment": "flat",
}  # fmt: skip


def normalise_address(address: str, postcode: str = "") -> str:
    """Return the form in which two spellings of one household's address are equal, empty where there is no address.

    In Britain a postcode and the numbers before it name a household: "Flat 2, 10 High Street" and "2/10 High St." in
    LE1 1AA are one. Without a number the first line stands for it, without a postcode the whole text.
    """
    text = unicodedata.normalize("NFKC", f"{address}\n{postcode}").lower()
    found = _POSTCODE.search(text)
    before = text[: found.start()] if found else text
    if not address.strip():
        return ""
    words = [_SHORT.get(word, word) for word in re.findall(r"\w+", before)]
    if not found:
        return " ".join(words)
    numbers = [word for word in words if any(letter.isdigit() for letter in word)]
    if not numbers:
        numbers = [
            _SHORT.get(word, word) for word in re.findall(r"\w+", before.strip().partition("\n")[0].partition(",")[0])
        ]
    return f"{found[1]}{found[2]}|{' '.join(numbers)}"


def address_index(member: Member) -> str | None:
    """Return the digest of where `member` lives, with the present key, None where no address is known."""
    return _address_index(unseal(member, "address"), unseal(member, "postcode"))


def _address_index(lines: str, postcode: str) -> str | None:
    household = normalise_address(lines.strip(), postcode.strip())
    return keyring().index(household, "member.address") if household else None


def _place(member: Member, column: str) -> str:
    return f"member.{column}:{member.seal_id}"


def seal(member: Member, column: str, text: str | None) -> None:
    """Keep `text` sealed in `column` of `member`, or nothing when it is empty."""
    setattr(member, column, keyring().seal(text, _place(member, column)) if text else None)


def unseal(member: Member, column: str) -> str:
    """Return what `column` of `member` holds, in clear, or an empty string."""
    sealed = getattr(member, column)
    return keyring().open(sealed, _place(member, column)) if sealed else ""


def seal_contact(member: Member, **details: str | None) -> None:
    """Keep the details given (name, pronouns, email, phone, address, postcode) and their indexes; leave the others.

    An empty value erases. `member.seal_id` must be set.
    """
    for column, text in details.items():
        if column not in SEALED:
            raise TypeError(column)
        seal(member, column, text.strip() if text else None)
    if "email" in details:
        member.email_index = email_indexes(details["email"])[0] if details["email"] else None
    if "phone" in details:
        member.phone_index = phone_indexes(details["phone"])[0] if details["phone"] else None
    if details.keys() & {"address", "postcode"}:
        # What was just sealed need not be opened again.
        lines, postcode = (details[c] if c in details else unseal(member, c) for c in ("address", "postcode"))
        member.address_index = _address_index(lines or "", postcode or "")


def open_contact(member: Member) -> Contact:
    """Return how to reach `member`, in clear."""
    columns: dict[str, Any] = {c: unseal(member, c) for c in SEALED if c != "access_needs"}
    return Contact(**columns)


def new_seal_id() -> str:
    """Return a fresh name under which a member's details are sealed."""
    return ids.random_id()
