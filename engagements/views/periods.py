"""Pre-election periods: in which nothing opens without a reason."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from engagements import forms, queries, services
from engagements.models import PreElectionPeriod
from engagements.views import blueprint
from i18n.web import words as error_words


@blueprint.get("/pre-election-periods", endpoint="periods")
@access.requires("engagements.read")
def periods() -> str:
    """List the declared periods."""
    return render_template("engagements/periods.html", periods=queries.list_pre_election_periods())


@blueprint.get("/pre-election-periods/new", endpoint="new_period")
@blueprint.post("/pre-election-periods/new", endpoint="create_period")
@access.requires("engagements.edit")
def new_period() -> ResponseReturnValue:
    """Declare a period."""
    return _edit(None)


@blueprint.get("/pre-election-periods/<int:period_id>", endpoint="period")
@blueprint.post("/pre-election-periods/<int:period_id>", endpoint="save_period")
@access.requires("engagements.edit")
def period(period_id: int) -> ResponseReturnValue:
    """Change a period."""
    return _edit(_find(period_id))


@blueprint.get("/pre-election-periods/<int:period_id>/delete", endpoint="ask_delete_period")
@blueprint.post("/pre-election-periods/<int:period_id>/delete", endpoint="delete_period")
@access.requires("engagements.edit")
def delete_period(period_id: int) -> ResponseReturnValue:
    """Ask whether to take a period back, then do it."""
    form, period = forms.EmptyForm(), _find(period_id)
    if form.validate_on_submit():
        services.delete_pre_election_period(period)
        commit()
        flash(_("The pre-election period is deleted."), "success")
        return redirect(url_for("engagements.periods"), 303)
    return render_template("engagements/delete_period.html", form=form, period=period)


def _find(period_id: int) -> PreElectionPeriod:
    try:
        return queries.get_pre_election_period(period_id)
    except DomainError:
        abort(404)


def _edit(period: PreElectionPeriod | None) -> ResponseReturnValue:
    form = forms.PeriodForm(obj=period)
    if form.validate_on_submit():
        try:
            services.save_pre_election_period(
                period, name=form.name.data, starts_on=form.starts_on.data, ends_on=form.ends_on.data
            )
            commit()
            flash(_("The pre-election period is saved."), "success")
            return redirect(url_for("engagements.periods"), 303)
        except DomainError as error:
            form.refuse(error, error_words(error))
    return render_template("engagements/period.html", form=form, period=period), 422 if form.errors else 200
