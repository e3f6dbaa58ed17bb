"""What has been kept long enough: shown first, then deleted by the worker when somebody says so."""

from __future__ import annotations

import datetime as dt

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access, clock, tasks
from core.database import commit, db
from core.errors import DomainError
from expenses.forms.policy import EmptyForm
from expenses.queries import retention as queries
from expenses.services import retention
from expenses.views import staff
from i18n.web import words


@staff.get("/old")
@access.requires("claims.delete")
def old_claims() -> str:
    """How many claims would be deleted, from before which day, and how the last deletion stands."""
    return _page(EmptyForm())


@staff.post("/old")
@access.requires("claims.delete")
def delete_old_claims() -> ResponseReturnValue:
    """Let the worker delete what was shown."""
    form = EmptyForm()
    try:
        retention.ask(_shown_day())
    except DomainError as error:
        db.session.rollback()
        form.refuse(error, words(error))
        return _page(form), 422
    commit()
    flash(_("The old claims are being deleted."), "success")
    return redirect(url_for("expenses.old_claims"), 303)


def _page(form: EmptyForm) -> str:
    return render_template(
        "expenses/deciding/old.html",
        form=form,
        due=queries.count_due(queries.cutoff(clock.today())),
        task=tasks.find_latest(retention.DELETE, retention.SUBJECT),
        years=queries.YEARS,
    )


def _shown_day() -> dt.date:
    """Return the day that stood on the page; anything else is no day on which something is over."""
    try:
        return dt.date.fromisoformat(request.form.get("before", ""))
    except ValueError:
        return dt.date.min
