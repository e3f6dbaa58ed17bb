"""The second signature: approved claims beside the budgets that bear them, one or several at a time."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.current import signed_in
from core import access, clock
from core.database import commit, db
from core.errors import DomainError
from expenses.forms.deciding import AuthoriseForm
from expenses.models import Claim
from expenses.presenters import budgets as budget_presenters
from expenses.presenters import deciding as presenters
from expenses.queries import budgets
from expenses.queries import deciding as queries
from expenses.queries.deciding import Place
from expenses.services import authorising, duties
from expenses.transitions import AUTHORISED, Duty
from expenses.views import staff
from expenses.views.deciding import SHOWN, declared, find, shown_of, titles_of
from expenses.views.messages import tell
from i18n.web import words


@staff.route("/authorise", methods=["GET", "POST"])
@access.requires("claims.authorise")
def to_authorise() -> ResponseReturnValue:
    """What is approved and waits for the second signature, with what each budget has left."""
    form = AuthoriseForm()
    if form.validate_on_submit():
        done, refused = _authorise(form.chosen())
        commit()
        if done:
            flash(ngettext("%(num)s claim is authorised.", "%(num)s claims are authorised.", done), "success")
        if not refused:
            return redirect(url_for("expenses.to_authorise"), 303)
        form.claims.errors = [_("Claim %(reference)s: %(reason)s", reference=r, reason=why) for r, why in refused]
    after = Place.find(request.args.get("after", type=int))
    listed = queries.list_waiting(queries.APPROVED, after=after, limit=SHOWN + 1)
    shown = listed[:SHOWN]
    titles = titles_of([claim.engagement_id or 0 for claim in shown])
    held = budgets.find_budgets([claim.engagement_id or 0 for claim in shown], clock.today())
    page = render_template(
        "expenses/deciding/authorise.html",
        form=form,
        rows=presenters.queue_rows(shown, [], titles),
        own=duties.not_for(signed_in(), Duty.AUTHORISER, [claim.id for claim in shown]),
        budgets=budget_presenters.table_rows(list(held.values()), budgets.use_of(list(held.values())), titles),
        is_later=after is not None,
        next_after=shown[-1].id if len(listed) > SHOWN else None,
    )
    return page, 422 if form.errors else 200


@staff.route("/authorise/<reference>", methods=["GET", "POST"])
@access.requires("claims.authorise")
def authorise_claim(reference: str) -> ResponseReturnValue:
    """One approved claim, what was given on each line and why, and its budget."""
    claim = find(reference)
    form = AuthoriseForm(claims=[f"{claim.id}:{claim.version}"])
    if form.validate_on_submit():
        seen = form.chosen().get(claim.id, 0)
        try:
            authorising.authorise(claim, by=signed_in(), version=seen, declared=declared())
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
            claim = find(reference)
        else:
            commit()
            tell(claim)
            return redirect(url_for("expenses.to_authorise"), 303)
    held = budgets.find_budgets([claim.engagement_id or 0], clock.today())
    page = render_template(
        "expenses/deciding/authorise_one.html",
        form=form,
        barred=bool(duties.not_for(signed_in(), Duty.AUTHORISER, [claim.id])),
        possible=claim.state in AUTHORISED.before,
        budgets=budget_presenters.table_rows(
            list(held.values()), budgets.use_of(list(held.values())), titles_of([claim.engagement_id or 0])
        ),
        **shown_of(claim, "expenses.authorise_claim"),
    )
    return page, 422 if form.errors else 200


def _authorise(chosen: dict[int, int]) -> tuple[int, list[tuple[str, str]]]:
    """Authorise each of at most a page of claims by itself; return how many, and why not the others."""
    done, refused = 0, []
    for claim_id, seen in sorted(chosen.items())[:SHOWN]:
        claim = db.session.get(Claim, claim_id)
        if claim is None:
            continue
        reference = claim.reference
        try:
            with db.session.begin_nested():
                authorising.authorise(claim, by=signed_in(), version=seen, declared=declared())
            done += 1
        except DomainError as error:
            refused.append((reference, words(error)))
    return done, refused
