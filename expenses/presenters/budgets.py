"""Budgets in figures: what is set, committed, spent, expected in the end, and left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from expenses.models import Budget
from expenses.queries.budgets import Use
from i18n.web import day


@dataclass(frozen=True)
class BudgetRow:
    """One budget; amounts in whole pence."""

    budget: Budget
    title: str
    period: str
    set: int
    spent: int
    committed: int
    asked: int
    forecast: int
    left: int


def forecast(budget: Budget, use: Use) -> int:
    """Return what the budget will have paid in the end: what is known of, or what was expected where that is more."""
    known = use.spent + use.committed + use.asked
    return max(known, (budget.expected_people or 0) * (budget.expected_each_pence or 0))


def table_rows(budgets: Sequence[Budget], uses: Mapping[int, Use], titles: Mapping[int, str]) -> list[BudgetRow]:
    """Return the rows of a table of budgets."""
    found = []
    for budget in budgets:
        use = uses.get(budget.id, Use())
        found.append(
            BudgetRow(
                budget,
                titles.get(budget.engagement_id, ""),
                _("%(start)s to %(end)s", start=day(budget.starts_on), end=day(budget.ends_on)),
                budget.set_pence,
                use.spent,
                use.committed,
                use.asked,
                forecast(budget, use),
                budget.set_pence - use.spent - use.committed,
            )
        )
    return found
