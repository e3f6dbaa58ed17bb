"""The bank's list of payments that came back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from accounts.current import signed_in
from core import access
from core.database import commit, db
from core.errors import DomainError
from expenses import returns
from expenses.forms.paying import FileForm
from expenses.services import reconciling
from expenses.views import staff
from i18n.web import words


@staff.route("/returns", methods=["GET", "POST"])
@access.requires("payments.pay")
def read_returns() -> ResponseReturnValue:
    """Read a list: all of it or nothing."""
    form = FileForm()
    report = None
    if form.validate_on_submit():
        try:
            report = reconciling.reconcile(returns.read(form.file.data.read()), signed_in())
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            if report.is_clean:
                commit()
                failed = len(report.failed)
                flash(ngettext("%(num)s payment came back.", "%(num)s payments came back.", failed), "success")
                return redirect(url_for("expenses.list_runs"), 303)
            db.session.rollback()
    html = render_template("expenses/paying/returns.html", form=form, report=report)
    return html, 422 if form.errors or report else 200
