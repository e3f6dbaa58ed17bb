"""Bank details: a person gives their own; a payer sees them, on record, and tells people of changes."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.current import signed_in
from core import access, clock
from core.database import commit, db
from core.errors import DomainError, NotFoundError
from core.limits import limiter
from expenses import bank, sealed
from expenses.forms.bank import BankDetailsForm
from expenses.models import ClaimState, Payee
from expenses.presenters import paying as presenters
from expenses.queries import bank_details as queries
from expenses.queries import choices as choice_queries
from expenses.queries import claims
from expenses.services import bank_details, choices, payees
from expenses.views import own, staff
from i18n.web import words
from panel import current
from panel.models import Member


def _me() -> Member:
    member = current.member()
    if member is None:  # the guard lets nobody else in
        abort(403)
    return member


@own.get("/bank-details")
@access.member_only
def own_bank_details() -> str:
    """What a person told us of their account, as much as they need to know it again."""
    payee = payees.find_for_member(_me().id)
    details = queries.find_current(payee.id) if payee else None
    return render_template(
        "expenses/bank/own.html",
        details=details,
        shown=bank.masked(bank_details.read_numbers(details)) if details else "",
        holder=sealed.read(details, "holder") if details else "",
        held=details is not None and details.is_held(clock.now()),
    )


@own.route("/bank-details/change", methods=["GET", "POST"])
@access.member_only
@limiter.limit("20 per hour", methods=["POST"])
def change_bank_details() -> ResponseReturnValue:
    """Give an account, or another one."""
    member = _me()
    form, onward = BankDetailsForm(), _own_onward(member.id)
    if form.validate_on_submit():
        try:
            bank_details.give(
                payees.for_member(member), form.numbers(), form.holder.data or "", by=f"member:{member.id}"
            )
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("Your bank details are saved."), "success")
            return redirect(onward, 303)
    page = render_template("expenses/bank/change.html", form=form, for_claim="claim" in request.args, onward=onward)
    return page, 422 if form.errors else 200


def _own_onward(member_id: int) -> str:
    """Return where a person goes on after their bank details: the claim they came from, as far as it is theirs."""
    reference = request.args.get("claim", "")
    if not reference:
        return url_for("claims.own_bank_details")
    claim = claims.get_own(reference, member_id)
    return url_for("claims.check" if claim.state == ClaimState.DRAFT else "claims.show", reference=reference)


@staff.get("/payees/<int:payee_id>/bank-details")
@access.requires("payments.pay")
def payee_bank_details(payee_id: int) -> str:
    """Whether a payee has an account that can be paid into; its numbers only after a click that is on record."""
    payee = _payee(payee_id)
    details = queries.find_current(payee.id)
    return render_template(
        "expenses/bank/payee.html", payee=payee, details=details, held=details and details.is_held(clock.now())
    )


@staff.post("/payees/<int:payee_id>/bank-details/read")
@access.requires("payments.pay")
def read_bank_details(payee_id: int) -> ResponseReturnValue:
    """Show the numbers; that they were read is recorded first."""
    payee = _payee(payee_id)
    details = queries.find_current(payee.id)
    if details is None:
        return redirect(url_for("expenses.payee_bank_details", payee_id=payee_id), 303)
    numbers = bank_details.reveal(details, signed_in())
    commit()
    return render_template(
        "expenses/bank/payee.html",
        payee=payee,
        details=details,
        held=details.is_held(clock.now()),
        numbers=numbers,
        holder=sealed.read(details, "holder"),
    )


@staff.route("/payees/<int:payee_id>/bank-details/change", methods=["GET", "POST"])
@access.requires("claims.enter")
def enter_bank_details(payee_id: int) -> ResponseReturnValue:
    """Enter an account for a person, from paper or the phone, or for an organisation."""
    payee = _payee(payee_id)
    form, onward = BankDetailsForm(), _entered_onward(payee)
    if form.validate_on_submit():
        try:
            bank_details.give(payee, form.numbers(), form.holder.data or "", by=f"staff:{signed_in().id}")
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The bank details are kept."), "success")
            return redirect(onward or url_for("accounts.dashboard"), 303)
    page = render_template("expenses/bank/enter.html", form=form, payee=payee, onward=onward)
    return page, 422 if form.errors else 200


def _entered_onward(payee: Payee) -> str:
    """Return the claim that is being entered for this payee, where staff came from it."""
    reference = request.args.get("claim", "")
    if not reference:
        return ""
    claim = claims.get_by_reference(reference)
    if claim.payee_id != payee.id:
        raise NotFoundError
    if claim.authorised_by is not None:  # from a payment that came back
        return url_for("expenses.list_came_back")
    if claim.made_by != signed_in().id:
        raise NotFoundError
    return url_for("expenses.enter_check", reference=reference) if claim.state == ClaimState.DRAFT else ""


@staff.get("/bank-changes")
@access.requires("payments.pay")
def bank_changes() -> str:
    """People who must be told by phone or letter that their account was changed."""
    found, ways = queries.list_to_tell(), choice_queries.list_to_tell()
    reached = payees.contacts([payee.id for _what, payee in (*found, *((row[0], row[-1]) for row in ways))])
    return render_template(
        "expenses/bank/changes.html",
        rows=[presenters.change_row(details, payee, reached[payee.id]) for details, payee in found],
        ways=[presenters.way_row(notice, choice, payee, reached[payee.id]) for notice, choice, payee in ways],
    )


@staff.post("/bank-changes/ways/<int:choice_id>/told")
@access.requires("payments.pay")
def told_of_way(choice_id: int) -> ResponseReturnValue:
    """Note that somebody was told how staff noted that they want to be paid."""
    choices.mark_told(choice_queries.get_notice(choice_id), signed_in())
    commit()
    flash(_("Noted."), "success")
    return redirect(url_for("expenses.bank_changes"), 303)


@staff.post("/bank-changes/<int:details_id>/told")
@access.requires("payments.pay")
def told_of_change(details_id: int) -> ResponseReturnValue:
    """Note that somebody was told."""
    bank_details.mark_told(queries.get(details_id), signed_in())
    commit()
    flash(_("Noted. The bank details can be used once a day has passed."), "success")
    return redirect(url_for("expenses.bank_changes"), 303)


def _payee(payee_id: int) -> Payee:
    payee = db.session.get(Payee, payee_id)
    if payee is None:
        raise NotFoundError
    return payee
