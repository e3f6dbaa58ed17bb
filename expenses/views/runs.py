"""Payment runs: prepare, have confirmed, take the files out, say that they were sent."""

from __future__ import annotations

import io

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.current import signed_in
from core import access, audit, clock
from core.database import commit, db
from core.errors import DomainError
from expenses import processing_days
from expenses.forms.paying import FailedForm, RunForm
from expenses.models import PaymentRun, PaymentState, RunState
from expenses.presenters import paying as presenters
from expenses.queries import payable, payments
from expenses.queries import runs as queries
from expenses.services import duties, files, runs
from expenses.transitions import Duty
from expenses.views import staff
from i18n.web import words

#: Claims on the page where a run is put together, and payments on a page of a run.
_SHOWN = 200


def _to(run: PaymentRun) -> ResponseReturnValue:
    return redirect(url_for("expenses.show_run", run_id=run.id), 303)


@staff.get("/runs")
@access.requires("payments.pay")
def list_runs() -> str:
    """What waits to be paid, and the runs so far."""
    return render_template(
        "expenses/paying/runs.html",
        waiting=payable.count_waiting(),
        runs=[presenters.run_row(run) for run in payments.list_runs()],
        account=queries.payer_account(),
    )


@staff.route("/runs/new", methods=["GET", "POST"])
@access.requires("payments.pay")
def new_run() -> ResponseReturnValue:
    """Put a run together."""
    form = RunForm(pay_on=processing_days.next_day(clock.today()))
    waiting = payable.list_waiting(_SHOWN)
    not_mine = duties.not_for(signed_in(), Duty.PAYER, [claim.id for claim in waiting])
    ready = [claim for claim in waiting if claim.is_ready and claim.id not in not_mine]
    if form.validate_on_submit():
        chosen = list(form.claims.data or []) if form.which.data == "some" else _all_ready()
        try:
            run = runs.prepare(chosen, by=signed_in(), pay_on=form.pay_on.data)
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            return _to(run)
    html = render_template(
        "expenses/paying/new_run.html",
        form=form,
        ready=ready,
        totals=payable.count_waiting(),
        left_out=presenters.left_out(waiting, not_mine),
    )
    return html, 422 if form.errors else 200


def _all_ready() -> list[int]:
    """Return all claims that can be paid, but for those this payer took part in."""
    found = payable.ready_ids()
    mine: set[int] = set()
    for start in range(0, len(found), 500):
        mine |= duties.not_for(signed_in(), Duty.PAYER, found[start : start + 500])
    return [claim_id for claim_id in found if claim_id not in mine]


@staff.get("/runs/<int:run_id>")
@access.requires("payments.pay")
def show_run(run_id: int) -> str:
    """One run: totals, payments, and what can be done."""
    run = payments.get_run(run_id)
    after = request.args.get("after", 0, type=int)
    listed = queries.list_payments(run_id, limit=_SHOWN + 1, after=after)
    shown = listed[:_SHOWN]
    return render_template(
        "expenses/paying/run.html",
        run=run,
        row=presenters.run_row(run),
        totals=presenters.totals(queries.totals(run_id)),
        payments=[presenters.payment_row(payment, reference) for payment, reference in shown],
        next_page=url_for("expenses.show_run", run_id=run_id, after=shown[-1][0].id) if len(listed) > _SHOWN else "",
        mine=run.prepared_by == signed_in().id,
        files=presenters.files(run, queries.totals(run_id)),
    )


@staff.post("/runs/<int:run_id>/confirm")
@access.requires("payments.confirm")
def confirm_run(run_id: int) -> ResponseReturnValue:
    """The second payer agrees."""
    run = payments.get_run(run_id)
    try:
        runs.confirm(run, by=signed_in())
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
    else:
        commit()
        flash(_("You have confirmed the run. Its files can be taken out now."), "success")
    return _to(run)


@staff.post("/runs/<int:run_id>/cancel")
@access.requires("payments.pay")
def cancel_run(run_id: int) -> ResponseReturnValue:
    """Call a run off."""
    run = payments.get_run(run_id)
    try:
        runs.cancel(run, by=signed_in())
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
        return _to(run)
    commit()
    flash(_("The run is called off. Its claims wait for another."), "success")
    return redirect(url_for("expenses.list_runs"), 303)


# A POST, although it only reads: the file holds bank details, and who took it out is recorded.
@staff.post("/runs/<int:run_id>/files/<kind>")
@access.requires("payments.pay")
def take_file(run_id: int, kind: str) -> ResponseReturnValue:
    """Take out one of the files of a confirmed run."""
    run = payments.get_run(run_id)
    if kind not in files.NAMES:
        abort(404)
    try:
        content = files.make(run, kind)
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
        return _to(run)
    audit.record("payment_run.file_taken", f"payment_run:{run.id}", after={"file": kind, "sha256": run.checksums[kind]})
    commit()
    response = send_file(
        io.BytesIO(content),
        "text/plain" if kind == "bacs" else "text/csv",
        as_attachment=True,
        download_name=files.NAMES[kind].format(run=run.id),
        max_age=0,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@staff.post("/runs/<int:run_id>/sent")
@access.requires("payments.pay")
def run_sent(run_id: int) -> ResponseReturnValue:
    """Say that the bank has the file: the claims count as paid, and everybody is told."""
    run = payments.get_run(run_id)
    try:
        files.make_all(run)
        runs.mark_exported(run, run.checksums)
        told = runs.mark_paid(run, paid_on=run.pay_on, by=signed_in())
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
        return _to(run)
    commit()
    flash(ngettext("%(num)s claim counts as paid.", "%(num)s claims count as paid.", told), "success")
    return _to(run)


@staff.route("/payments/<int:payment_id>/failed", methods=["GET", "POST"])
@access.requires("payments.pay")
def payment_failed(payment_id: int) -> ResponseReturnValue:
    """Say that a payment came back."""
    payment, reference = queries.get_payment(payment_id)
    run = payments.get_run(payment.run_id)
    if run.state != RunState.EXPORTED or payment.state != PaymentState.PAID:
        flash(_("Only a payment that was sent can come back."), "error")
        return _to(run)
    form = FailedForm()
    if form.validate_on_submit():
        try:
            runs.fail(payment, form.code.data, by=signed_in())
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("Noted. The person is asked for other bank details."), "success")
            return _to(run)
    html = render_template(
        "expenses/paying/failed.html", form=form, run=run, row=presenters.payment_row(payment, reference)
    )
    return html, 422 if form.errors else 200
