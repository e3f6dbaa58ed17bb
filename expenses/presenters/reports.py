"""The reports as tables: the same rows for the page, the CSV and the workbook, with small numbers hidden in all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from core.errors import N_
from engagements.models import Engagement
from expenses import figures
from expenses.figures import Cell
from expenses.models import Budget
from expenses.periods import MONTHS, QUARTERS, WHOLE, Period
from expenses.queries import reports
from expenses.queries.reports import Matrix, Speed, Spend
from i18n.web import day, money, number, percent
from panel import characteristics

#: Report -> its title.
REPORTS: dict[str, str] = {
    "spend": N_("What was spent"),
    "speed": N_("How fast people were paid"),
    "people": N_("Whether cost stops people"),
    "forecast": N_("What is planned"),
}


@dataclass(frozen=True)
class Figure:
    """One cell: `value` for files (None: hidden), `words` for the page."""

    value: int | float | None
    words: str


@dataclass(frozen=True)
class Table:
    """A table: its caption, the heads of its columns, and rows of a name and its figures."""

    caption: str
    head: list[str]
    rows: list[tuple[str, list[Figure]]] = field(default_factory=list)


def _hidden() -> str:
    return _("hidden")


def _people(count: int | None) -> Figure:
    return Figure(count, _hidden() if count is None else number(count))


def _money(pence: int | None) -> Figure:
    return Figure(None if pence is None else pence / 100, _hidden() if pence is None else money(pence))


def _share(value: float | None) -> Figure:
    return Figure(None if value is None else round(value, 3), _hidden() if value is None else percent(value))


@dataclass(frozen=True)
class Names:
    """What rows are called: engagements and areas by number, kinds of cost by key."""

    engagements: Mapping[int, str]
    areas: Mapping[int, str]
    kinds: Mapping[str, str]

    def of(self, dimension: str) -> tuple[str, str, Mapping[str, str], str]:
        """Return caption, head of the first column, names of the rows, and what stands for none."""
        unknown = _("Not known")
        if dimension == "engagement":
            named = {str(key): words for key, words in self.engagements.items()}
            return _("By engagement"), _("Engagement"), named, _("No engagement")
        if dimension == "area":
            return _("By area"), _("Area"), {str(key): words for key, words in self.areas.items()}, unknown
        kinds = {**self.kinds, reports.ADVANCED: _("Paid in advance before")}
        return _("By kind of cost"), _("Kind of cost"), kinds, unknown


def part_name(period: Period) -> str:
    """Return a year, a quarter or a month in words."""
    if period.part in MONTHS:
        return format_date(period.since, "LLLL y", rebase=False)
    if period.part in QUARTERS:
        last = period.until - dt.timedelta(days=1)
        first, last_words = (format_date(day_, "LLLL y", rebase=False) for day_ in (period.since, last))
        return _("%(first)s to %(last)s", first=first, last=last_words)
    return _("The whole year")


def spend_tables(found: Spend, parts: Mapping[str, tuple[int, int]], year: int, names: Names) -> list[Table]:
    """Return the breakdowns of a year's spend, each with the whole as its last row; first by quarter and by month."""
    hidden = figures.hidden_parts({part: people for part, (people, _pence) in parts.items()})
    whole = figures.shown_whole(*found.whole)
    tables = []
    for caption, what, columns in ((_("By quarter"), _("Quarter"), QUARTERS), (_("By month"), _("Month"), MONTHS)):
        cells = [(part, figures.shown_part(parts.get(part, (0, 0)), part in hidden)) for part in columns]
        rows = [(part_name(Period(year, part)), _cells(cell)) for part, cell in cells]
        tables.append(_table(caption, what, rows, whole))
    for dimension, broken_down in found.broken_down.items():
        tables.append(_breakdown(dimension, names, figures.spend(broken_down, found.whole)[0], whole))
    return tables


def breakdowns() -> list[tuple[str, str]]:
    """Return (key, words) of what a quarter or month can be broken down by."""
    return [("engagement", _("By engagement")), ("kind", _("By kind of cost")), ("area", _("By area"))]


def period_tables(
    by: str, found: Matrix, parts: Mapping[str, tuple[int, int]], period: Period, names: Names
) -> list[Table]:
    """Return the breakdown of a quarter's or month's spend; nothing where its whole is hidden."""
    if period.part in figures.hidden_parts({part: people for part, (people, _pence) in parts.items()}):
        return []
    people = parts[WHOLE][0] if WHOLE in parts else 0
    whole = figures.shown_whole(*parts.get(period.part, (0, 0)))
    return [_breakdown(by, names, figures.spend_in(found, period.part, people), whole)]


def _breakdown(dimension: str, names: Names, cells: Mapping[str, Cell], whole: Cell) -> Table:
    caption, what, named, unknown = names.of(dimension)
    rows = sorted(cells.items(), key=lambda pair: _order(*pair))
    return _table(caption, what, [(named.get(key, unknown), _cells(cell)) for key, cell in rows], whole)


def _table(caption: str, what: str, rows: list[tuple[str, list[Figure]]], whole: Cell) -> Table:
    return Table(caption, [what, _("People"), _("Pounds")], [*rows, (_("All"), _cells(whole))])


def _order(key: str, cell: Cell) -> tuple[int, str]:
    """The largest first where all is shown; what is hidden comes last, in no order that says anything."""
    return (-(cell.pence if cell.pence is not None else -1), key)


def _cells(cell: Cell) -> list[Figure]:
    return [_people(cell.people), _money(cell.pence)]


def speed_table(found: Speed, promise: int | None, *, hidden: bool = False) -> Table:
    """Return median, 90th percentile and the share paid in time; nothing where fewer than eight people were paid.

    `hidden`: of a quarter or month of which nothing is shown, so that it is not worked out from the others.
    """
    enough = found.people >= 8 and not hidden
    middle = figures.percentile(found.days, 0.5) if enough else None
    most = figures.percentile(found.days, 0.9) if enough else None
    kept = found.in_time / found.promised if enough and found.promised else None
    rows = [
        (_("Days until half were paid (median)"), [_people(middle)]),
        (_("Days until nine in ten were paid"), [_people(most)]),
        (_("Paid by the day that was promised"), [_share(kept)]),
    ]
    if promise:
        rows.append((_("Days promised today"), [_people(promise)]))
    return Table(_("From sending a claim to being paid"), [_("Figure"), _("Value")], rows)


def people_tables(
    found: Mapping[str, Mapping[str, tuple[int, int]]], areas: dict[int, str], declined: tuple[int, int]
) -> list[Table]:
    """Return for each characteristic who took part and who claimed, and the share who declined payment."""
    no, offered = declined
    share = figures.share(no, offered)
    tables = [
        Table(
            _("Payment for time"),
            [_("Figure"), _("Value")],
            [(_("Share of those offered payment who declined it"), [_share(share)])],
        )
    ]
    head = [_("People who took part"), _("Of them, people who claimed"), _("Share who claimed")]
    for feature, counts in found.items():
        rows = [row for row in characteristics.categories(feature, areas) if row.key in counts]
        took_part, claimed = figures.stages([{key: n[stage] for key, n in counts.items()} for stage in (0, 1)])
        name = _(characteristics.ALL[feature])
        tables.append(
            Table(
                name,
                [name, *head],
                [
                    (row.label if row.is_data else _(row.label), _group(took_part[row.key], claimed[row.key]))
                    for row in rows
                ],
            )
        )
    return tables


def _group(took_part: int | None, claimed: int | None) -> list[Figure]:
    share = min(1.0, claimed / took_part) if took_part and claimed is not None else None
    return [_people(took_part), _people(claimed), _share(share)]


def forecast_table(found: Iterable[tuple[Engagement, Budget]], titles: Mapping[int, str]) -> Table:
    """Return what planned and open engagements are expected to cost: plans of staff, about nobody in particular."""
    rows, expected_all, set_all = [], 0, 0
    for engagement, budget in found:
        expected = (budget.expected_people or 0) * (budget.expected_each_pence or 0)
        expected_all, set_all = expected_all + expected, set_all + budget.set_pence
        name = _("%(title)s, until %(day)s", title=titles.get(engagement.id, ""), day=day(budget.ends_on))
        rows.append((name, [_people(budget.expected_people or 0), _money(expected), _money(budget.set_pence)]))
    rows.append((_("All"), [Figure(None, ""), _money(expected_all), _money(set_all)]))
    head = [_("Engagement"), _("People expected"), _("Expected cost"), _("Budget")]
    return Table(_("Planned and open engagements"), head, rows)


def file_rows(tables: Sequence[Table]) -> Iterable[list[Any]]:
    """Yield the rows of a file: each table by its caption, then its head and rows, with an empty line between."""
    for table in tables:
        yield [table.caption]
        yield list(table.head)
        for name, cells in table.rows:
            yield [name, *(cell.words if cell.value is None else cell.value for cell in cells)]
        yield []
