"""The funnel in words: for the page and the PDF, and as rows of a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from core import pdf
from core.errors import N_
from feedback.funnel import Funnel
from feedback.queries.funnel import STAGES
from i18n.web import number
from panel import characteristics

WORDS: dict[str, str] = {
    "invited": N_("Invited"),
    "started": N_("Started"),
    "finished": N_("Finished"),
    "told": N_("Told what came of it"),
    "still": N_("Still a member"),
}


def head() -> list[str]:
    """Return the names of the stages."""
    return [_(WORDS[stage]) for stage in STAGES]


def tables(funnel: Funnel) -> list[dict[str, Any]]:
    """Return the whole and each breakdown as tables of words."""
    whole = {"title": _("Everybody"), "rows": [[_("All invitations"), *map(_shown, funnel.whole)]]}
    return [
        whole,
        *(
            {
                "title": _(characteristics.ALL[table.feature]),
                "rows": [[_label(row.category), *map(_shown, row.numbers)] for row in table.rows],
            }
            for table in funnel.tables
        ),
    ]


def _label(category: characteristics.Category) -> str:
    return category.label if category.is_data else _(category.label)


def _shown(count: int | None) -> str:
    return _("not shown") if count is None else number(count)


def lines(funnel: Funnel) -> Iterator[Sequence[Any]]:
    """Yield the rows of a file: a column for the characteristic, one for the category, one for each stage.

    What is not shown is empty.
    """
    yield [_("Characteristic"), _("Category"), *head()]
    yield ["", _("All invitations"), *funnel.whole]
    for table in funnel.tables:
        for row in table.rows:
            yield [_(characteristics.ALL[table.feature]), _label(row.category), *row.numbers]


def as_csv(funnel: Funnel) -> str:
    """Return the file as CSV with the mark that tells spreadsheets it is UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(
        ["" if cell is None else cell for cell in line] for line in lines(funnel)
    )
    return "\ufeff" + buffer.getvalue()


def as_xlsx(funnel: Funnel) -> bytes:
    """Return the file as a spreadsheet."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for place, line in enumerate(lines(funnel)):
            for column, cell in enumerate(line):
                if cell is not None:
                    sheet.write(place, column, cell, bold if place == 0 else None)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 1, 40)
    return buffer.getvalue()


def as_pdf(context: dict[str, Any]) -> bytes:
    """Return the page as a PDF that a screen reader can read (PDF/UA)."""

    return pdf.draw(render_template("feedback/funnel_print.html", **context))
