"""Writes Bacs Standard 18: the file that asks a bank to pay many people on one day. Pure: same in, same bytes.

The layout is that of a credit file for one processing day: records of 100 characters between labels of 80, each ended
by carriage return and line feed. Sources: the descriptions of Standard 18 in IBM's and Oracle's manuals, as gathered in
docs/payments.md. A bank may want its own variant: try a file with the bank's test service before the first real run.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: What a Bacs file may hold.
_FOREIGN = re.compile(r"[^A-Z0-9.&/ -]")
#: Letters that have no plain letter inside them for Unicode to find.
_LETTERS = str.maketrans(
    {"ß": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "Ħ": "H", "ı": "I", "Ŋ": "N"}
)

#: Transaction codes: a credit to somebody, and the one debit of the payer that balances the file.
CREDIT, CONTRA = "99", "17"
_RECORD, _LABEL, _BLOCK = 100, 80, 20
#: A detail record holds 11 figures of pence.
MOST_PENCE = 10**11 - 1


@dataclass(frozen=True)
class Account:
    """A UK account: six figures of sort code, eight of account, and the name on it."""

    sort_code: str
    number: str
    name: str


@dataclass(frozen=True)
class Credit:
    """One payment. `reference` is what the payee's statement shows: a building society wants its roll number there."""

    to: Account
    pence: int
    reference: str


@dataclass(frozen=True)
class Submission:
    """One file: who pays, on which day, and the serial number that no other file of this payer has."""

    payer: Account
    service_user_number: str
    serial: str
    made_on: dt.date
    pay_on: dt.date


def clean(text: str, length: int = 18) -> str:
    """Return `text` in the characters Bacs knows (A-Z 0-9 . & / - and space), at most `length` of them."""
    plain = text.upper()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
        plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", " ")
    plain = plain.replace("'", "")
    return " ".join(_FOREIGN.sub(" ", plain).split())[:length].rstrip()


def write(submission: Submission, credits: Sequence[Credit]) -> bytes:
    """Return the file. Raises ValueError for figures that do not fit: they were checked long before."""
    if not credits:
        raise ValueError("a file without payments")
    return b"".join(f"{record}\r\n".encode("ascii") for record in _records(submission, credits))


def _records(submission: Submission, credits: Sequence[Credit]) -> Iterator[str]:
    total = sum(credit.pence for credit in credits)
    yield _vol1(submission)
    yield _file_label("HDR1", submission, blocks=0)
    yield _format_label("HDR2")
    yield _uhl1(submission)
    own = _own(submission.payer)
    name = _name(submission.payer.name)
    for credit in credits:
        yield _detail(own, name, credit)
    yield _contra(submission, total)
    yield _file_label("EOF1", submission, blocks=-(-(len(credits) + 1) // _BLOCK))
    yield _format_label("EOF2")
    yield _utl1(total, len(credits))


def _vol1(submission: Submission) -> str:
    owner = f"{'':4}{_figures(submission.service_user_number, 6)}{'':4}"
    return _sized(f"VOL1{_serial(submission)}0{'':26}{owner}{'':28}1", _LABEL)


def _file_label(name: str, submission: Submission, *, blocks: int) -> str:
    user = _figures(submission.service_user_number, 6)
    identifier = f"A{user}S{'':2}1{user}"
    # The file may be overwritten the day after it is processed.
    dates = julian(submission.made_on) + julian(submission.pay_on + dt.timedelta(days=1))
    return _sized(f"{name}{identifier}{_serial(submission)}00010001{'':6}{dates}0{blocks:06}{'':13}{'':7}", _LABEL)


def _format_label(name: str) -> str:
    return _sized(f"{name}F{_RECORD * _BLOCK:05}{_RECORD:05}{'':35}00{'':28}", _LABEL)


def _uhl1(submission: Submission) -> str:
    return _sized(f"UHL1{julian(submission.pay_on)}{'999999':10}00000000{'1 DAILY':9}001{'':7}{'':7}{'':26}", _LABEL)


def _utl1(total: int, count: int) -> str:
    return _sized(f"UTL1{total:013}{total:013}{1:07}{count:07}{'':10}{'':26}", _LABEL)


def _own(payer: Account) -> str:
    return f"{_figures(payer.sort_code, 6)}{_figures(payer.number, 8)}"


def _detail(own: str, name: str, credit: Credit) -> str:
    to = credit.to
    record = (
        f"{_figures(to.sort_code, 6)}{_figures(to.number, 8)}0{CREDIT}{own}{'':4}{_pence(credit.pence)}"
        f"{name}{clean(credit.reference):18}{_name(to.name)}"
    )
    return _sized(record, _RECORD)


def _contra(submission: Submission, total: int) -> str:
    own = _own(submission.payer)
    narrative = clean(f"PAYMENTS {submission.serial}")
    record = f"{own}0{CONTRA}{own}{'':4}{_pence(total)}{narrative:18}{'CONTRA':18}{_name(submission.payer.name)}"
    return _sized(record, _RECORD)


def julian(day: dt.date) -> str:
    """Return a day as Bacs writes it: a space, two figures of the year, three of the day in it."""
    return f" {day:%y%j}"


def _serial(submission: Submission) -> str:
    return f"{clean(submission.serial, 6):>6}".replace(" ", "0")


def _name(text: str) -> str:
    found = clean(text)
    if not found:
        raise ValueError("a name without a letter that Bacs knows")
    return f"{found:18}"


def _figures(text: str, length: int) -> str:
    if len(text) != length or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{length} figures are needed")
    return text


def _pence(pence: int) -> str:
    if not 0 < pence <= MOST_PENCE:
        raise ValueError("an amount that does not fit")
    return f"{pence:011}"


def _sized(record: str, length: int) -> str:
    if len(record) != length:
        raise ValueError(f"a record of {len(record)} characters instead of {length}")
    return record
