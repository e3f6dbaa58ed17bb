"""Reads the bank's list of payments that came back: a CSV with a reference in each row. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import N_, DomainError

#: Column -> the headings under which banks and ledgers send it.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "reference": ("reference", "ref", "payment reference", "beneficiary reference", "claim"),
    "pence": ("amount", "value", "amount (gbp)", "pounds"),
    "code": ("code", "reason", "reason code", "return code", "status"),
}
#: Codes of Bacs' report on returned credits (ARUCS) -> in words for staff.
CODES: dict[str, str] = {
    "0": N_("The details are not those of an account"),
    "2": N_("The account holder has died"),
    "3": N_("The account has moved to another bank"),
    "5": N_("There is no such account"),
    "A": N_("The account cannot take this kind of payment"),
    "B": N_("The account is closed"),
    "C": N_("The account has moved to another branch"),
    "by_hand": N_("Entered by hand"),
}
#: What runs.reference_of writes: the claim, and which attempt where it is not the first.
_REFERENCE = re.compile(r"([2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4})(?:/([0-9]{1,2}))?")
_MOST_BYTES = 5 * 1024 * 1024


class ReturnsError(DomainError):
    """The file cannot be used; nothing was changed."""

    words = N_("We could not read this file. Save it as CSV, with a column “reference” and a column “code”.")
    field = "file"


class ReturnsRowError(ReturnsError):
    """One row of the file cannot be used."""

    words = N_("Row %(row)s of the file cannot be used: it has no reference of a claim, or no amount such as 23.10.")


@dataclass(frozen=True)
class Return:
    """One payment that came back. `row` counts from 1 with the headings; `pence` is None where the file says none."""

    row: int
    reference: str
    attempt: int
    pence: int | None
    code: str


def read(content: bytes) -> list[Return]:
    """Return the rows of the bank's file. Raises ReturnsError, ReturnsRowError."""
    if len(content) > _MOST_BYTES or b"\0" in content:
        raise ReturnsError
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ReturnsError from error
    return list(_read_rows(rows))


def _read_rows(rows: list[list[str]]) -> Iterator[Return]:
    headings = [heading.strip().casefold() for heading in rows[0]] if rows else []
    columns = {
        name: next((i for i, heading in enumerate(headings) if heading in known), None)
        for name, known in _HEADINGS.items()
    }
    if columns["reference"] is None:
        raise ReturnsError
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[i].strip() if i is not None and i < len(row) else "" for name, i in columns.items()}
        found = _REFERENCE.search(cells["reference"].upper())
        pence = _pence(cells["pence"])
        if found is None or (cells["pence"] and pence is None):
            raise ReturnsRowError(row=number)
        yield Return(number, found[1], int(found[2] or 1), pence, cells["code"][:20])


def _pence(text: str) -> int | None:
    plain = text.replace("£", "").replace(",", "").strip()
    found = re.fullmatch(r"-?([0-9]{1,9})(?:\.([0-9]{2}))?", plain)
    return int(found[1]) * 100 + int(found[2] or 0) if found else None
