"""Payments that came back: staff note for somebody who rings or writes how they want to be paid now."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.current import signed_in
from core import access
from core.database import commit
from core.limits import limiter
from expenses.forms import they
from expenses.models import Claim, ClaimState, PayeeKind, PaymentMethod
from expenses.presenters import claiming as presenter
from expenses.queries import choices as choice_queries
from expenses.queries import claims as queries
from expenses.queries import payable
from expenses.services import choices, duties, payees
from expenses.views import staff
from expenses.views.mine import charity_of, payment_form
from expenses.views.sides import saved
from i18n import negotiation

PAGE = 50


@staff.get("/came-back")
@access.requires("claims.enter")
def list_came_back() -> str:
    """Claims whose payment came back, the oldest first."""
    page = max(0, request.args.get("page", 0, type=int))
    found = queries.list_in([ClaimState.FAILED], limit=PAGE + 1, offset=page * PAGE)
    chosen = choice_queries.choices_of([claim.id for claim in found])
    return render_template(
        "expenses/entering/came_back.html",
        rows=[
            (claim, _address(claim), presenter.payment(chosen.get(claim.id), of_them=True)) for claim in found[:PAGE]
        ],
        newer=url_for("expenses.list_came_back", page=page - 1) if page else "",
        older=url_for("expenses.list_came_back", page=page + 1) if len(found) > PAGE else "",
    )


def _address(claim: Claim) -> str:
    """Return where it is mended: an organisation gives other bank details."""
    if claim.payee.kind == PayeeKind.MEMBER:
        return url_for("expenses.another_way", reference=claim.reference)
    return url_for("expenses.enter_bank_details", payee_id=claim.payee_id, claim=claim.reference)


@staff.route("/came-back/<reference>", methods=["GET", "POST"])
@access.requires("claims.enter")
@limiter.limit("120 per hour", methods=["POST"])
def another_way(reference: str) -> ResponseReturnValue:
    """Note how the person wants to be paid now."""
    claim = _find(reference)
    form = payment_form(claim)
    they.speak_of_them(form)
    if form.validate_on_submit() and saved(form, lambda: _choose(claim, form)):
        commit()
        flash(_("Noted. The person is told."), "success")
        return redirect(_onward(claim), 303)
    claim = _find(reference)
    page = render_template(
        "expenses/entering/another_way.html",
        form=form,
        claim=claim,
        person=payees.contacts([claim.payee_id])[claim.payee_id],
        chosen=presenter.payment(choice_queries.find_choice(claim.id), of_them=True) or _("Into a bank account"),
        hints=presenter.method_hints(of_them=True),
        barred=bool(duties.signed(signed_in(), [claim.id])),
    )
    return page, 422 if form.errors else 200


def _choose(claim: Claim, form: they.forms.PaymentForm) -> None:
    language = negotiation.current().tag
    choices.choose_for(claim, form.method.data, language=language, by=signed_in(), charity_id=charity_of(form))


def _onward(claim: Claim) -> str:
    """Return where to go on: bank details come next where the money is to go into an account."""
    by_bank = choice_queries.find_choice(claim.id)
    into_account = by_bank is not None and by_bank.method == PaymentMethod.BANK
    if into_account and (claim.state == ClaimState.FAILED or payable.lacks_account(claim)):
        return url_for("expenses.enter_bank_details", payee_id=claim.payee_id, claim=claim.reference)
    return url_for("expenses.list_came_back")


def _find(reference: str) -> Claim:
    """Return a claim of a member whose payment came back, or which they gave up after that."""
    claim = queries.get_by_reference(reference)
    open_ = claim.authorised_by is not None and claim.state in choices.OPEN
    if not open_ or claim.payee.kind != PayeeKind.MEMBER:
        abort(404)
    return claim
