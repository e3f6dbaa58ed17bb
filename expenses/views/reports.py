"""What taking part costs: spend, speed, people, plans; as pages and as files, with small numbers hidden in both."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext as _

from core import access, clock
from expenses.presenters import reports as presenters
from expenses.presenters.deciding import category_names
from expenses.presenters.reports import REPORTS, Table
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
    year, years = _year()
    return render_template(
        "expenses/deciding/figures.html",
        tables=_tables(report, year),
        report=report,
        reports=[(key, _(words)) for key, words in REPORTS.items()],
        heading=_(REPORTS[report]),
        year=year,
        years=[(y, year_name(y)) for y in years] if report in {"spend", "speed"} else [],
    )


@staff.get(f"/figures/<{_ANY}:report>.csv")
@access.requires("claims.figures")
def figures_csv(report: str) -> Response:
    """One report as CSV."""
    year, _years = _year()
    return downloads.as_csv(presenters.file_rows(_tables(report, year)), f"expenses-{report}-{year}")


@staff.get(f"/figures/<{_ANY}:report>.xlsx")
@access.requires("claims.figures")
def figures_xlsx(report: str) -> Response:
    """One report as a workbook."""
    year, _years = _year()
    return downloads.as_xlsx(presenters.file_rows(_tables(report, year)), f"expenses-{report}-{year}")


def year_name(year: int) -> str:
    """Return a financial year as people write it: 2026/27."""
    return f"{year}/{(year + 1) % 100:02d}"


def _year() -> tuple[int, list[int]]:
    years = queries.years()
    asked = request.args.get("year", type=int)
    return (asked if asked in years else years[0]), years


def _tables(report: str, year: int) -> list[Table]:
    if report == "speed":
        promise = policy.find_promise(clock.today())
        return [presenters.speed_table(queries.speed(year), promise.days if promise else None)]
    if report == "people":
        areas = {area.id: area.name for area in panel_queries.list_areas(2)}
        return presenters.people_tables(queries.who(), areas, queries.declined())
    if report == "forecast":
        found = queries.planned()
        return [presenters.forecast_table(found, titles_of([engagement.id for engagement, _budget in found]))]
    spend = queries.spend(year)
    areas = {area.id: area.name for area in panel_queries.list_areas()}
    titles = titles_of([int(key) for key in spend.by_engagement if key])
    return presenters.spend_tables(spend, titles, areas, category_names(policy.list_categories(active=False)))
