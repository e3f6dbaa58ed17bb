"""From lists of people to what their pages need: how a file was read, what rows say, and what came of them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from core.errors import N_
from i18n import languages
from i18n.web import day, listed
from panel import presenters
from panel.models import ImportRow, MemberImport
from panel.recruiting.fields import RefusedError, Understood, choices, labels
from panel.recruiting.reasons import REASONS
from panel.steps.needs import FORMATS

STATES: dict[str, tuple[str, str]] = {
    "staged": (N_("Being prepared"), "yellow"),
    "checked": (N_("Checked, waiting for a decision"), "blue"),
    "done": (N_("Taken in"), "green"),
    "cancelled": (N_("Given up"), "grey"),
}
OUTCOMES: dict[str, str] = {
    "accepted": N_("Taken in"),
    "known": N_("Known already"),
    "refused": N_("Not taken in"),
}
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
_MARKS = {",": N_("commas"), ";": N_("semicolons"), "\t": N_("tabs"), "|": N_("upright strokes")}
#: Spreadsheets take a cell that begins so for a formula (OWASP, CSV injection).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def state(found: MemberImport) -> dict[str, str]:
    """Return the tag of a list."""
    words, kind = STATES[found.state]
    return {"text": _(words), "kind": kind}


def heading(found: MemberImport, column: int | None) -> str:
    """Return what a column is called."""
    if column is None:
        return _("the whole row")
    if column < len(found.columns) and found.columns[column]:
        return found.columns[column]
    return _("column %(number)s", number=column + 1)


def how_it_was_read(found: MemberImport) -> str:
    """Return how the file was understood as a table."""
    if found.format == "xlsx":
        return _("An Excel workbook.")
    encoding = _ENCODINGS.get(found.encoding, "UTF-16")
    return _(
        "Text in %(encoding)s, its columns divided by %(mark)s.", encoding=encoding, mark=_(_MARKS[found.delimiter])
    )


def lines(found: MemberImport) -> list[dict[str, Any]]:
    """Return what is known of a list as a summary list."""
    evidence = found.evidence
    said = [
        {"key": _("Partner"), "value": found.partner.name if found.partner else ""},
        {"key": _("Channel"), "value": found.channel.name if found.channel else ""},
        {"key": _("How the file was read"), "value": how_it_was_read(found)},
        {"key": _("People"), "value": found.rows},
    ]
    if evidence is not None:
        when = day(evidence.given_on) if evidence.given_on else _("each row says it")
        said.append({"key": _("When they agreed"), "value": when})
        said.append({"key": _("Where that is kept"), "value": evidence.kept_at})
    return said


def people(
    found: MemberImport, preview: Iterable[tuple[int, Understood | RefusedError]], areas: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return for each row of a preview what will be kept, as lines of a summary list, or why it is refused."""
    return [
        {"number": number, "refused": reason(found, result.reason, result.column)}
        if isinstance(result, RefusedError)
        else {"number": number, "lines": _said(result, dict(areas))}
        for number, result in preview
    ]


def _said(understood: Understood, areas: dict[str, str]) -> list[dict[str, Any]]:
    told = understood.details
    asked, named = choices(), labels()
    rows = [
        {"key": _("Name"), "value": told["name"]},
        {"key": _("How to keep in touch"), "value": presenters.route(told["route"])},
        {"key": _("E-mail address"), "value": told["email"]},
        {"key": _("Phone number"), "value": told["phone"]},
        {"key": _("Address"), "value": told["address"]},
        {"key": _("Postcode"), "value": told["postcode"]},
        {"key": _("Area"), "value": areas.get(str(told["area"]), "")},
        {"key": _("Language"), "value": languages.get(told["language"]).name},
        {"key": _("Formats"), "value": listed(_(FORMATS[key]) for key in told["formats"])},
        {"key": _("Support"), "value": told["support_text"]},
    ]
    for key, answer in told["about"].items():
        if "year" in answer:
            rows.append({"key": _(named["date_of_birth"]), "value": _born(answer)})
        else:
            rows.append({"key": _(named[key]), "value": _(asked[key][answer["value"]])})
    for purpose, given in told["consents"].items():
        rows.append({"key": _(named[f"agrees_{purpose}"]), "value": _("Yes") if given else _("No")})
    if understood.agreed_on:
        rows.append({"key": _("Day on which the person agreed"), "value": day(understood.agreed_on)})
    return [row for row in rows if row["value"]]


def _born(answer: dict[str, Any]) -> str:
    """Return a date of birth; in words where it is whole, so that a month taken for a day is seen."""
    parts = [answer[part] for part in ("year", "month", "day") if answer[part]]
    return day(dt.date(*parts)) if len(parts) == 3 else "-".join(f"{part:02}" for part in parts)


def reason(found: MemberImport, key: str, column: int | None) -> str:
    """Return why a row is not taken in, and where."""
    return _("%(reason)s (%(column)s)", reason=_(REASONS[key]), column=heading(found, column))


def report_rows(found: MemberImport, rows: Iterable[ImportRow]) -> list[list[Any]]:
    """Return the lines of the table of rows that are not taken in."""
    return [[row.number, _(OUTCOMES[row.outcome]), _(REASONS[row.reason]), heading(found, row.column)] for row in rows]


def _safe(cell: Any) -> Any:
    return "'" + cell if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell


def report_csv(found: MemberImport, rows: Iterable[tuple[int, str, str, int | None]]) -> Iterator[str]:
    """Yield what came of every row as CSV: nothing of what the rows said, and nothing a spreadsheet would run."""
    # The mark tells spreadsheets that this is UTF-8.
    yield "\ufeff"
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_("Row"), _("What came of it"), _("Reason"), _("Column")])
    for number, outcome, key, column in rows:
        why = _(REASONS[key]) if key else ""
        where = _safe(heading(found, column)) if key else ""
        writer.writerow([number, _(OUTCOMES[outcome]) if outcome else "", why, where])
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
