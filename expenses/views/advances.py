"""What is left of money given before the day: staff note what became of it, and say how it is given back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.current import signed_in
from core import access
from core.config import settings
from core.database import commit
from expenses import sealed
from expenses.advice import GIVE_BACK
from expenses.forms.advances import CloseForm, GiveBackForm
from expenses.models import ClaimKind
from expenses.queries import advances as queries
from expenses.queries import claims
from expenses.services import advances
from expenses.views import staff
from expenses.views.sides import saved
from i18n import languages


@staff.route("/advances/<reference>/left", methods=["GET", "POST"])
@access.requires("claims.approve")
def close_advance(reference: str) -> ResponseReturnValue:
    """Note that what was left of an advance was given back, or need not be and why."""
    advance = claims.get_by_reference(reference)
    rest = queries.find_rest(advance)
    if rest is None or advance.kind != ClaimKind.ADVANCE:
        abort(404)
    form = CloseForm()
    if form.validate_on_submit():
        outcome, reason = form.outcome.data, form.reason.data or ""
        if saved(form, lambda: advances.close(advance, outcome, by=signed_in(), reason=reason)):
            commit()
            flash(_("It is noted what became of the money."), "success")
            return redirect(url_for("expenses.list_before"), 303)
        rest = queries.find_rest(claims.get_by_reference(reference)) or rest
    why = sealed.read(rest.settled, "reason") if rest.settled else ""
    page = render_template("expenses/prior/left.html", form=form, rest=rest, reference=reference, why=why)
    return page, 422 if form.errors else 200


@staff.route("/policy/give-back/<tag>", methods=["GET", "POST"])
@access.requires("policy.edit")
def word_give_back(tag: str) -> ResponseReturnValue:
    """Say in one language to whom and how money is given back."""
    if tag not in languages.BY_TAG:
        abort(404)
    language = languages.get(tag)
    form = GiveBackForm(data={"words": advances.own_words().get(tag, "")})
    if form.validate_on_submit():
        advances.set_own_words(tag, form.words.data or "")
        commit()
        flash(_("The words are saved."), "success")
        return redirect(url_for("expenses.policy"), 303)
    page = render_template(
        "expenses/policy/form.html",
        form=form,
        heading=_("How money is given back, in %(language)s", language=_(language.english_name)),
        back=url_for("expenses.policy"),
        source=[GIVE_BACK % {"phone": settings().contact_phone, "email": settings().contact_email}],
        language=language,
    )
    return page, 422 if form.errors else 200
