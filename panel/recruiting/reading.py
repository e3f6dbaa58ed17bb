"""Read a file of people row by row: CSV in any of the usual encodings, or an Excel workbook.

The file comes from outside and may be anything. Whatever it is, the answer is either a table or an error that says what
is wrong with it; nothing is held whole in memory but what a workbook's own index of texts needs, which is bounded.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.errors import N_, DomainError

MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 2_000
#: A workbook may not unpack to more than this: a few kilobytes of zip can stand for gigabytes.
MOST_UNPACKED = 80 * 1024 * 1024

_CHUNK = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x19\x1b-\x1f]")
_DELIMITERS = (",", ";", "\t", "|")


class UnreadableFileError(DomainError):
    """The file is no table we can read; subclasses say why."""

    words = N_("This file cannot be read. Save it as CSV or as an Excel workbook (.xlsx) and try again.")
    field = "file"


class EmptyFileError(UnreadableFileError):
    words = N_("This file has no rows below its headings.")


class NotTextError(UnreadableFileError):
    words = N_("This file is neither text nor an Excel workbook. Save it as CSV or .xlsx and try again.")


class OldWorkbookError(UnreadableFileError):
    words = N_("This is a workbook of an old kind (.xls) or one with a password. Save it as .xlsx and try again.")


class TooLargeInsideError(UnreadableFileError):
    words = N_("This workbook is too large once it is unpacked. Save the list as CSV and try again.")


class SeveralSheetsError(UnreadableFileError):
    words = N_("This workbook has several sheets with something on them. Keep only the one with the list.")


class BrokenRowError(UnreadableFileError):
    words = N_("Row %(row)s cannot be read: a quotation mark is not closed, or the text is too long.")


class TooManyRowsError(UnreadableFileError):
    words = N_("This file has more than %(limit)s rows. Divide it into several files.")


class TooManyColumnsError(UnreadableFileError):
    words = N_("This file has more than %(limit)s columns. Take out those that are not needed.")


class SameHeadingError(UnreadableFileError):
    words = N_("Two columns have the same heading: “%(heading)s”. Give each its own.")


@dataclass
class Table:
    """What was read: how, the headings, and an iterator of (row number in the file, cells), headings being row 1."""

    format: str
    encoding: str
    delimiter: str
    columns: list[str]
    rows: Iterator[tuple[int, list[str]]]


def read(stream: BinaryIO) -> Table:
    """Return the table in `stream`, which is read from its beginning. Raises UnreadableFileError, at once or later."""
    stream.seek(0)
    head = stream.read(8)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        kind, encoding, delimiter, records = "xlsx", "", "", _workbook_rows(stream)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldWorkbookError
    else:
        kind, encoding = "csv", detect_encoding(stream)
        delimiter, records = _csv_rows(stream, encoding)
    numbered = _bounded(records)
    first = next(numbered, None)
    if first is None:
        raise EmptyFileError
    columns = _headings(first[1])
    return Table(kind, encoding, delimiter, columns, _filled(numbered, len(columns)))


def detect_encoding(stream: BinaryIO) -> str:
    """Return how the text in `stream` is encoded. Raises NotTextError.

    A byte order mark says it. Without one, what is right as UTF-8 is UTF-8 (other text hardly ever is), text in which
    every other byte is 0 is UTF-16, and the rest is Windows-1252 if every byte of it means something there.
    """
    stream.seek(0)
    head = stream.read(_CHUNK)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _checked(stream, name)
    if b"\0" in head:
        for odd, name in ((0, "utf-16-be"), (1, "utf-16-le")):
            zeros, others = head[odd::2], head[1 - odd :: 2]
            if len(head) % 2 == 0 and zeros.count(0) > 0.7 * len(zeros) and others.count(0) == 0:
                return _checked(stream, name)
        raise NotTextError
    if _BINARY.search(head) or head.startswith(b"%PDF"):
        raise NotTextError
    for name in ("utf-8", "cp1252"):
        try:
            return _checked(stream, name)
        except NotTextError:
            continue
    raise NotTextError


def _checked(stream: BinaryIO, name: str) -> str:
    """Return `name` if the whole stream can be read as that."""
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    stream.seek(0)
    try:
        while chunk := stream.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                raise NotTextError
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise NotTextError from None
    return name


# --- CSV -------------------------------------------------------------------------------------------------------------


def _csv_rows(stream: BinaryIO, encoding: str) -> tuple[str, Iterator[list[str]]]:
    stream.seek(0)
    # Never closed here: the stream belongs to the caller.
    # For mypy: it reads, which is all that is asked.
    text = io.TextIOWrapper(_Kept(stream), encoding=encoding, newline="")  # type: ignore[type-var]
    first = text.readline(_CHUNK)
    stream.seek(0)
    # For mypy: it reads, which is all that is asked.
    text = io.TextIOWrapper(_Kept(stream), encoding=encoding, newline="")  # type: ignore[type-var]
    delimiter = _delimiter(first)
    return delimiter, _parsed(text, delimiter)


class _Kept(io.RawIOBase):
    """A stream that stays open when what wraps it is thrown away."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _delimiter(line: str) -> str:
    """Return what divides the headings: of the usual characters the one most often met outside quotation marks."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), -_DELIMITERS.index(mark)))


def _parsed(text: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            raise BrokenRowError(row=number) from None
        if row is None:
            return
        yield row


# --- workbooks -------------------------------------------------------------------------------------------------------


def _workbook_rows(stream: BinaryIO) -> Iterator[list[str]]:
    _check_zip(stream)
    from openpyxl import load_workbook  # only where it is needed: it is slow to import

    try:
        book = load_workbook(stream, read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if _has_something(sheet)]
        if len(sheets) > 1:
            raise SeveralSheetsError
        for row in sheets[0].iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1) if sheets else ():
            yield [_text(cell.value) for cell in row]
    except UnreadableFileError:
        raise
    except Exception:
        raise UnreadableFileError from None


def _check_zip(stream: BinaryIO) -> None:
    """Look at what the file says it unpacks to. Python's zipfile unpacks no more of a member than that."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        raise UnreadableFileError from None
    if len(members) > 2_000 or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise TooLargeInsideError
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise NotTextError
    stream.seek(0)


def _has_something(sheet: Any) -> bool:
    rows = sheet.iter_rows(max_row=20, max_col=MOST_COLUMNS, values_only=True)
    return any(value is not None for row in rows for value in row)


def _text(value: Any) -> str:
    """Return a cell as text: dates as 1985-03-27, whole numbers without a point. A formula stays one, to be refused."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if hasattr(value, "text") and value.__class__.__name__ == "ArrayFormula":
        return f"={value.text}"
    return str(value)


# --- both ------------------------------------------------------------------------------------------------------------


def _bounded(records: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold something, with their numbers, none of them too long."""
    found = 0
    for number, row in enumerate(records, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        found += 1
        if found > MOST_ROWS + 1:
            raise TooManyRowsError(limit=MOST_ROWS)
        if any(len(cell) > MOST_CHARACTERS for cell in cells):
            raise BrokenRowError(row=number)
        yield number, cells


def _headings(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise TooManyColumnsError(limit=MOST_COLUMNS)
    names = [" ".join(cell.split())[:200] for cell in cells]
    seen: set[str] = set()
    for name in names:
        if name and name.casefold() in seen:
            raise SameHeadingError(heading=name)
        seen.add(name.casefold())
    return names


def _filled(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield rows as wide as the headings. One with more in it keeps what is too much, so that it can be refused."""
    for number, cells in rows:
        while len(cells) > width and not cells[-1]:
            cells = cells[:-1]
        yield number, cells + [""] * (width - len(cells))
