"""Budgets: all of them with what they have left, and the pages on which one is set and changed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts import queries as staff_queries
from core import access
from core.database import commit, db
from core.errors import DomainError
from engagements import queries as engagement_queries
from expenses.forms.budgets import BudgetForm
from expenses.presenters import budgets as presenters
from expenses.queries import budgets as queries
from expenses.services import budgets as services
from expenses.views import staff
from expenses.views.deciding import titles_of
from i18n.web import words

_SHOWN = 50


@staff.get("/budgets")
@access.requires("budgets.edit")
def list_budgets() -> str:
    """Every budget with what is set, committed, spent, expected and left; engagements that have none."""
    listed = queries.list_budgets(limit=_SHOWN + 1, after=request.args.get("after", 0, type=int))
    shown = listed[:_SHOWN]
    without = engagement_queries.list_engagements()
    titles = titles_of([*(budget.engagement_id for budget in shown), *(e.id for e in without)])
    return render_template(
        "expenses/deciding/budgets.html",
        rows=presenters.table_rows(shown, queries.use_of(shown), titles),
        engagements=[(engagement.id, titles[engagement.id]) for engagement in without],
        next_after=shown[-1].id if len(listed) > _SHOWN else None,
    )


@staff.get("/budgets/<int:budget_id>")
@access.requires("budgets.edit")
def show_budget(budget_id: int) -> str:
    """One budget in figures."""
    budget = queries.get_budget(budget_id)
    titles = titles_of([budget.engagement_id])
    [row] = presenters.table_rows([budget], queries.use_of([budget]), titles)
    holder = staff_queries.get_staff(budget.holder_id)
    return render_template("expenses/deciding/budget.html", row=row, holder=holder.name)


@staff.route("/engagements/<int:engagement_id>/budget", methods=["GET", "POST"])
@access.requires("budgets.edit")
def new_budget(engagement_id: int) -> ResponseReturnValue:
    """Set a budget for an engagement."""
    engagement = engagement_queries.get_engagement(engagement_id)
    form = _form(BudgetForm(starts_on=engagement.starts_on, ends_on=engagement.ends_on))
    if form.validate_on_submit():
        values = form.values()
        try:
            budget = services.add(engagement_id, values.pop("starts_on"), values.pop("ends_on"), **values)
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The budget is set."), "success")
            return redirect(url_for("expenses.show_budget", budget_id=budget.id), 303)
    heading = _("Set a budget for “%(title)s”", title=titles_of([engagement_id]).get(engagement_id, ""))
    return _page(form, heading, url_for("expenses.list_budgets"), None)


@staff.route("/budgets/<int:budget_id>/change", methods=["GET", "POST"])
@access.requires("budgets.edit")
def change_budget(budget_id: int) -> ResponseReturnValue:
    """Change a budget."""
    budget = queries.get_budget(budget_id)
    form = _form(BudgetForm(obj=budget))
    if form.validate_on_submit():
        try:
            services.change(budget, request.form.get("revision", 0, type=int), **form.values())
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The budget is changed."), "success")
            return redirect(url_for("expenses.show_budget", budget_id=budget_id), 303)
    heading = _("Change the budget for “%(title)s”", title=titles_of([budget.engagement_id])[budget.engagement_id])
    return _page(form, heading, url_for("expenses.show_budget", budget_id=budget_id), budget.revision)


def _form(form: BudgetForm) -> BudgetForm:
    holders = [person for person in staff_queries.list_staff() if person.active and person.may("budgets.hold")]
    form.holder_id.choices = [SelectChoice(value="", label=_("Choose a person"))] + [
        SelectChoice(value=str(person.id), label=person.name) for person in holders
    ]
    return form


def _page(form: BudgetForm, heading: str, back: str, revision: int | None) -> ResponseReturnValue:
    page = render_template(
        "expenses/deciding/budget_form.html", form=form, heading=heading, back=back, revision=revision
    )
    return page, 422 if form.errors else 200
