"""What taking part costs: spend, speed, people, plans; as pages and as files, with small numbers hidden in both."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, render_template, request
from flask_babel import gettext as _

from core import access, clock
from expenses.figures import hidden_parts
from expenses.periods import PARTS, WHOLE, Period
from expenses.presenters import reports as presenters
from expenses.presenters.deciding import category_names
from expenses.presenters.reports import REPORTS, Names, Table
from expenses.queries import policy
from expenses.queries import reports as queries
from expenses.views import staff
from expenses.views.deciding import titles_of
from panel import queries as panel_queries
from panel.representation import downloads

_ANY = "any(" + ", ".join(REPORTS) + ")"


@staff.get("/figures", defaults={"report": "spend"})
@staff.get(f"/figures/<{_ANY}:report>")
@access.requires("claims.figures")
def figures(report: str) -> str:
    """One report as a page."""
    period, years = _period()
    has_periods = report in {"spend", "speed"}
    return render_template(
        "expenses/deciding/figures.html",
        tables=_tables(report, period),
        report=report,
        reports=[(key, _(words)) for key, words in REPORTS.items()],
        heading=_(REPORTS[report]),
        period=period,
        years=[(y, year_name(y)) for y in years] if has_periods else [],
        by=_by() if report == "spend" and period.part else "",
        breakdowns=presenters.breakdowns(),
        parts=[(part, presenters.part_name(Period(period.year, part))) for part in PARTS] if has_periods else [],
    )


@staff.get(f"/figures/<{_ANY}:report>.csv")
@access.requires("claims.figures")
def figures_csv(report: str) -> Response:
    """One report as CSV."""
    period, _years = _period()
    return downloads.as_csv(presenters.file_rows(_tables(report, period)), f"expenses-{report}-{period.key}")


@staff.get(f"/figures/<{_ANY}:report>.xlsx")
@access.requires("claims.figures")
def figures_xlsx(report: str) -> Response:
    """One report as a workbook."""
    period, _years = _period()
    return downloads.as_xlsx(presenters.file_rows(_tables(report, period)), f"expenses-{report}-{period.key}")


def year_name(year: int) -> str:
    """Return a financial year as people write it: 2026/27."""
    return f"{year}/{(year + 1) % 100:02d}"


def _period() -> tuple[Period, list[int]]:
    """Return what is asked for, the latest year where that is none there is, and the years there are."""
    years = queries.years()
    year, part = request.args.get("year", type=int), request.args.get("part", WHOLE)
    return Period(year if year in years else years[0], part if part in PARTS else WHOLE), years


def _tables(report: str, period: Period) -> list[Table]:
    if report == "speed":
        promise = policy.find_promise(clock.today())
        return [
            presenters.speed_table(queries.speed(period), promise.days if promise else None, hidden=_hidden(period))
        ]
    if report == "people":
        areas = {area.id: area.name for area in panel_queries.list_areas(2)}
        return presenters.people_tables(queries.who(), areas, queries.declined())
    if report == "forecast":
        found = queries.planned()
        return [presenters.forecast_table(found, titles_of([engagement.id for engagement, _budget in found]))]
    return _spend(period)


def _parts(year: int) -> dict[str, tuple[int, int]]:
    return queries.matrix("all", year).get("", {})


def _hidden(period: Period) -> bool:
    """Return whether nothing is shown of a quarter or month, however it is broken down."""
    if period.part == WHOLE:
        return False
    return period.part in hidden_parts({part: people for part, (people, _pence) in _parts(period.year).items()})


def _spend(period: Period) -> list[Table]:
    parts = _parts(period.year)
    if period.part == WHOLE:
        spend = queries.spend(period.year)
        return presenters.spend_tables(spend, parts, period.year, _names(spend.by_engagement))
    by = _by()
    found = queries.matrix(by, period.year)
    return presenters.period_tables(by, found, parts, period, _names(found if by == "engagement" else []))


def _by() -> str:
    """Return by what a quarter or month is broken down: one at a time, because each reads all of its year."""
    asked = request.args.get("by", "")
    return asked if asked in queries.DIMENSIONS else queries.DIMENSIONS[0]


def _names(engagements: Iterable[str]) -> Names:
    return Names(
        titles_of([int(key) for key in engagements if key]),
        {area.id: area.name for area in panel_queries.list_areas()},
        category_names(policy.list_categories(active=False)),
    )
