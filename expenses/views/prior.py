"""Asking before the day, for people who cannot pay first, and the answers of staff."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.current import signed_in
from core import access, clock
from core.database import commit
from core.limits import limiter
from expenses.forms.claiming import EmptyForm
from expenses.forms.entering import DecideForm
from expenses.forms.prior import AskForm
from expenses.presenters import claiming as presenter
from expenses.presenters import prior as words
from expenses.queries import policy
from expenses.queries import prior as queries
from expenses.services import payees, prior
from expenses.views import own, staff
from expenses.views.sides import me, saved


@own.route("/before", methods=["GET", "POST"])
@access.member_only
@limiter.limit("30 per hour", methods=["POST"])
def ask_before() -> ResponseReturnValue:
    """Ask about a cost of a day to come."""
    form = AskForm()
    listed = [c for c in policy.list_categories() if c.key in policy.on(clock.today())]
    named = presenter.names(listed)
    form.category.choices = [("", _("Choose one")), *((c.key, named[c.key]) for c in listed)]
    if form.validate_on_submit():
        member = me()

        def ask() -> None:
            prior.ask(
                payees.for_member(member),
                form.kind.data,
                form.category.data,
                form.day.data,
                pence=form.asked_pence.data,
                words=form.words.data or "",
            )

        if saved(form, ask):
            commit()
            flash(_("We have your question. We answer you before the day."), "success")
            return redirect(url_for("claims.index"), 303)
    return render_template("expenses/prior/ask.html", form=form), 422 if form.errors else 200


@own.get("/before/<int:request_id>")
@access.member_only
def asked(request_id: int) -> str:
    """One question and what became of it."""
    row = queries.get_own(request_id, me().id)
    return render_template("expenses/prior/show.html", form=EmptyForm(), row=row, told=words.told(row, _names()))


@own.post("/before/<int:request_id>/take-back")
@access.member_only
def take_back_question(request_id: int) -> ResponseReturnValue:
    """Take a question back that nobody has answered."""
    row = queries.get_own(request_id, me().id)
    form = EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: prior.withdraw(row)):
        commit()
        flash(_("You have taken your question back."), "success")
    return redirect(url_for("claims.asked", request_id=request_id), 303)


@staff.get("/before")
@access.requires("claims.approve")
def list_before() -> str:
    """What people ask before the day, the nearest day first."""
    page = max(0, request.args.get("page", 0, type=int))
    rows = queries.list_asked(limit=51, offset=page * 50)
    return render_template(
        "expenses/prior/list.html",
        rows=[words.told(row, _names()) for row in rows[:50]],
        more=len(rows) > 50,
        page=page,
    )


@staff.route("/before/<int:request_id>", methods=["GET", "POST"])
@access.requires("claims.approve")
def decide_before(request_id: int) -> ResponseReturnValue:
    """Agree up to an amount, or say no and why."""
    row = queries.get(request_id)
    form = DecideForm(data={"pence": row.asked_pence})
    if form.validate_on_submit():
        said, by = form.words.data or "", signed_in()

        def decide() -> None:
            if form.decision.data == "agree":
                prior.agree(row, form.pence.data, said, by=by)
            else:
                prior.refuse(row, said, by=by)

        if saved(form, decide):
            commit()
            flash(_("Your answer is kept."), "success")
            return redirect(url_for("expenses.list_before"), 303)
    page = render_template("expenses/prior/decide.html", form=form, row=row, told=words.told(row, _names()))
    return page, 422 if form.errors else 200


def _names() -> dict[str, str]:
    return presenter.names(policy.list_categories(active=False))
