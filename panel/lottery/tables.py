"""CSV files as people really hand them in: from a spreadsheet, with a byte-order mark, semicolons, empty rows."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from panel.lottery import errors

#: What may stand between the cells: the one that is oftenest in the heading.
DELIMITERS = ",;\t"


def opened(path: Path) -> TextIO:
    """Return the text of a file; raise UnreadableFileError, NotTextError with the row."""
    try:
        content = path.read_bytes()
    except OSError:
        raise errors.UnreadableFileError(file=path.name) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.NotTextError(file=path.name, row=content.count(b"\n", 0, error.start) + 1) from None
    return io.StringIO(text, newline="")


@dataclass(frozen=True)
class Table:
    """`heading`, and rows as (line in the file, cells in the order of the heading)."""

    heading: list[str]
    rows: Iterator[tuple[int, list[str]]]


def table(file: TextIO, name: str) -> Table:
    """Return a CSV's heading and rows; cells without the blanks around them, columns without a name left out.

    Rows of nothing but blanks are passed over. Raises RefusedError with the row for anything else that is not a table.
    """
    first = file.readline()
    delimiter = max(DELIMITERS, key=first.count)
    lines = _lines(file, first)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)  # else a lone quote swallows the people after it
    try:
        heading = [_plain(cell) for cell in next(reader, [])]
    except csv.Error:
        raise errors.BrokenRowError(file=name, row=1) from None
    kept = [place for place, column in enumerate(heading) if column]
    for place in kept:
        if heading[place] in heading[:place]:
            raise errors.DoubledColumnError(file=name, row=1, column=heading[place])
    return Table([heading[place] for place in kept], _rows(reader, len(heading), kept, name))


def _lines(file: TextIO, first: str) -> Iterator[str]:
    yield first.removeprefix("\ufeff")
    yield from file


def _rows(reader: Iterator[list[str]], width: int, kept: list[int], name: str) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            # For mypy: csv's readers have it.
            raise errors.BrokenRowError(file=name, row=reader.line_num) from None  # type: ignore[attr-defined]
        if cells is None:
            return
        line = reader.line_num  # type: ignore[attr-defined]  # csv's readers have it
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if len(cells) != width:
            raise errors.RaggedRowError(file=name, row=line, found=len(cells), expected=width)
        yield line, [cells[place] for place in kept]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


class Words(dict[str, str]):
    """The same few words in 100,000 rows, kept once and in one form: two ways to write an é are one."""

    def __missing__(self, word: str) -> str:
        plain = _plain(word)
        self[word] = self.setdefault(plain, plain) if plain != word else word
        return self[word]
