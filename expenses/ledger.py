"""The ledger's file: one row for each cost that a run pays, in the columns and codes an organisation's ledger wants."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import N_

#: What a column can hold -> how it is called where columns are chosen. `text:…` holds the same words in every row.
VALUES: dict[str, str] = {
    "run": N_("Number of the payment run"),
    "pay_on": N_("Day of payment, such as 2026-04-10"),
    "reference": N_("Reference of the claim"),
    "payee": N_("Number of the payee"),
    "name": N_("Name of the payee"),
    "method": N_("How it is paid: bank, voucher or charity"),
    "category": N_("Kind of cost"),
    "pence": N_("Amount in pence"),
    "pounds": N_("Amount in pounds, such as 23.10"),
    "account_code": N_("Account code of the kind of cost"),
    "cost_centre": N_("Cost centre of the engagement's budget"),
    "engagement": N_("Number of the engagement"),
}
#: An advance paid before is taken off in a row of its own, so that the rows of a claim add up to what is paid.
ADVANCE = "advance"

#: The columns the file comes with.
DEFAULT_COLUMNS: list[dict[str, str]] = [
    {"name": "Date", "value": "pay_on"},
    {"name": "Run", "value": "run"},
    {"name": "Reference", "value": "reference"},
    {"name": "Supplier", "value": "payee"},
    {"name": "Cost centre", "value": "cost_centre"},
    {"name": "Account", "value": "account_code"},
    {"name": "Description", "value": "category"},
    {"name": "Amount", "value": "pounds"},
]


@dataclass(frozen=True)
class Row:
    """One row before it is laid out."""

    run: int
    pay_on: dt.date
    reference: str
    payee: int
    name: str
    method: str
    category: str
    pence: int
    engagement: int | None
    cost_centre: str


def pounds(pence: int) -> str:
    """Return pence as pounds with a point, as machines read it: -1234 is -12.34."""
    sign = "-" if pence < 0 else ""
    return f"{sign}{abs(pence) // 100}.{abs(pence) % 100:02}"


def rows_of(
    run: int,
    pay_on: dt.date,
    claim: Mapping[str, Any],
    lines: Iterable[tuple[str, int]],
    advance_pence: int,
) -> list[Row]:
    """Return the rows of one claim: they add up to what it is paid."""
    amounts = [*lines, *([(ADVANCE, -advance_pence)] if advance_pence else [])]
    return [Row(run=run, pay_on=pay_on, category=category, pence=pence, **claim) for category, pence in amounts]


def write(rows: Iterable[Row], columns: list[dict[str, str]], coding: Mapping[str, str]) -> bytes:
    """Return the file in UTF-8. `coding` maps kinds of cost, and `default`, to account codes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(column["name"]) for column in columns])
    for row in rows:
        writer.writerow([harmless(_value(row, column["value"], coding)) for column in columns])
    return out.getvalue().encode("utf-8")


def _value(row: Row, value: str, coding: Mapping[str, str]) -> str:
    if value.startswith("text:"):
        return value.removeprefix("text:")
    if value == "pounds":
        return pounds(row.pence)
    if value == "account_code":
        return coding.get(row.category) or coding.get("default", "")
    found = getattr(row, value)
    return "" if found is None else str(found)


def harmless(text: str) -> str:
    """Keep a spreadsheet from running what a person wrote; amounts may begin with a minus."""
    is_amount = text.lstrip("-").replace(".", "").isdigit()
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not is_amount else text
