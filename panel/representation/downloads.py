"""Rows as a file to download: CSV and XLSX, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from flask import Response

#: Spreadsheets take a cell that begins so for a formula (OWASP, CSV injection).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return "" if value is None else value


def as_csv(rows: Iterable[Iterable[Any]], name: str) -> Response:
    """Return `rows` as a CSV file; a mark at its beginning tells spreadsheets that it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return _attached("\ufeff" + buffer.getvalue(), "text/csv", f"{name}.csv")


def as_xlsx(rows: Iterable[Iterable[Any]], name: str) -> Response:
    """Return `rows` as a workbook of one sheet, its first row in bold and kept in sight."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in row], None if number else bold)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return _attached(buffer.getvalue(), _XLSX, f"{name}.xlsx")


def _attached(content: str | bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
