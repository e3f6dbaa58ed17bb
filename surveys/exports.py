"""Results as CSV: keys of the questionnaire, the same in every language, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from surveys import types
from surveys.compiled import Compiled
from surveys.document import Question

#: Spreadsheets take a cell that begins so for a formula (OWASP, CSV injection).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
COUNT_COLUMNS = ("question", "answer", "feature", "category", "count", "of")


def safe(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula. Numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return "" if value is None else value


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        writer.writerow([safe(cell) for cell in row])
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def counts(data: dict[str, Any]) -> Iterator[str]:
    """Yield the counts of kept results as CSV. What may not be shown is empty, and so is what nobody said."""
    # The mark tells spreadsheets that this is UTF-8.
    yield "\ufeff"
    yield from _lines(_count_rows(data))


def _count_rows(data: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    yield COUNT_COLUMNS
    for question_id, result in data["questions"].items():
        for key, count in result["rows"]:
            yield question_id, key, "", "", count, result["answered"]
        for feature, table in result["by"].items():
            for row, (key, _) in enumerate(result["rows"]):
                for column, (category, size) in enumerate(table["categories"]):
                    yield question_id, key, feature, category, table["cells"][row][column], size


def answers(compiled: Compiled, data: dict[str, Any], chunks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    """Yield one line a response: its closed answers, in no order, with no profile, language, day or written text.

    An answer whose count may not be shown is left out like one that was not given: adding up the lines gives the
    counts of the page and no more.
    """
    yield "\ufeff"
    columns = [column for q in compiled.document.questions for column in _columns(q, data)]
    yield from _lines(_answer_rows(columns, chunks))


class _Column:
    """A column of the export of answers: a question, or one option of a question with several answers."""

    def __init__(self, question: Question, shown: set[str], option: str | None) -> None:
        self.question, self.kind, self.shown, self.option = question, types.get(question.type), shown, option

    @property
    def heading(self) -> str:
        return self.question.id if self.option is None else f"{self.question.id}/{self.option}"

    def cell(self, answers: dict[str, Any]) -> Any:
        value = answers.get(self.question.id)
        if value is None:
            return ""
        keys = self.kind.count_keys(self.question, value)
        if self.option is not None:
            return int(self.option in keys) if self.option in self.shown else ""
        return next((key for key in keys if key in self.shown), "")


def _columns(question: Question, data: dict[str, Any]) -> list[_Column]:
    result = data["questions"].get(question.id, {"rows": []})
    shown = {key for key, count in result["rows"] if count is not None}
    kind = types.get(question.type)
    if kind.summarise(question, {}, 0).several:
        return [_Column(question, shown, key) for key in (*kind.all_keys(question), *question.specials)]
    return [_Column(question, shown, None)]


def _answer_rows(columns: list[_Column], chunks: Iterable[list[dict[str, Any]]]) -> Iterator[list[Any]]:
    yield [column.heading for column in columns]
    for rows in chunks:
        for given in rows:
            yield [column.cell(given) for column in columns]
