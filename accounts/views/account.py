"""A member of staff's own account: details, password, second step, and where they are signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current, pending, presenters, queries
from accounts.errors import PasswordUnchangedError, WrongPasswordError
from accounts.forms import ChangePasswordForm, ConfirmPasswordForm, OwnDetailsForm
from accounts.models import Staff
from accounts.services import attempts, passwords, second_step, sessions
from accounts.views import blueprint
from core import access, audit, limits
from core.database import commit
from core.errors import DomainError
from core.limits import limiter
from i18n.web import words


@blueprint.get("/staff/account")
@access.signed_in_staff
def own_account() -> str:
    """Show what the person can change about their own account."""
    staff = current.signed_in()
    return render_template(
        "accounts/account.html",
        staff=staff,
        roles=presenters.role_names(staff),
        language=presenters.language_name(staff.language),
        codes_left=second_step.count_recovery_codes(staff),
        sessions=presenters.session_rows(list(queries.list_sessions(staff.id)), current.staff_session()),
    )


@blueprint.route("/staff/account/details", methods=["GET", "POST"])
@access.signed_in_staff
def own_details() -> ResponseReturnValue:
    """Change one's name and language."""
    staff = current.signed_in()
    form = OwnDetailsForm(obj=staff)
    form.language.choices = presenters.language_choices()
    if request.method == "GET":
        return render_template("accounts/details.html", form=form)
    if not form.validate():
        return render_template("accounts/details.html", form=form), 422
    before = {"language": staff.language}
    form.populate_obj(staff)
    # Names stay out of the record: it is kept longer than accounts are.
    audit.record("staff.details_changed", f"staff:{staff.id}", before, {"language": staff.language})
    commit()
    flash(_("Your details have been changed."), "success")
    return redirect(url_for("accounts.own_account"), 303)


def _check_own_password(staff: Staff, typed: str) -> None:
    """Raise WrongPasswordError unless `typed` is the password of `staff`; tries count as at sign-in.

    Somebody who finds a screen unlocked must not be able to make the account theirs.
    """
    kept, email = staff.password_hash, staff.email
    attempts.note(email, limits.address())
    commit()
    if not passwords.matches(kept, typed):
        raise WrongPasswordError
    attempts.forget(email)


@blueprint.route("/staff/account/password", methods=["GET", "POST"])
@access.signed_in_staff
@limiter.limit("60 per 15 minutes", methods=["POST"])
def change_password() -> ResponseReturnValue:
    """Change one's password; every other browser is signed out."""
    staff = current.signed_in()
    form = ChangePasswordForm()
    if request.method == "GET":
        return render_template("accounts/change_password.html", form=form, staff=staff)
    if not form.validate():
        return render_template("accounts/change_password.html", form=form, staff=staff), 422
    try:
        _check_own_password(staff, form.current_password.data or "")
        if passwords.normalise(form.password.data or "") == passwords.normalise(form.current_password.data or ""):
            raise PasswordUnchangedError
        passwords.set_password(staff, form.password.data or "")
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("accounts/change_password.html", form=form, staff=staff), 422
    sessions.end_all(staff)
    token = sessions.start(staff, presenters.browser_name(request.user_agent.string))
    commit()
    current.begin(token)
    flash(_("Your password has been changed. You are signed out everywhere else."), "success")
    return redirect(url_for("accounts.own_account"), 303)


def _confirmed() -> tuple[Staff, ConfirmPasswordForm, bool]:
    """Return the person, the form, and whether they have just given their password."""
    staff, form = current.signed_in(), ConfirmPasswordForm()
    if request.method == "GET" or not form.validate():
        return staff, form, False
    try:
        _check_own_password(staff, form.current_password.data or "")
    except DomainError as error:
        form.refuse(error, words(error))
        return staff, form, False
    return staff, form, True


@blueprint.route("/staff/account/recovery-codes", methods=["GET", "POST"])
@access.signed_in_staff
@limiter.limit("60 per 15 minutes", methods=["POST"])
def new_recovery_codes() -> ResponseReturnValue:
    """Replace one's recovery codes."""
    staff, form, confirmed = _confirmed()
    if not confirmed:
        return render_template("accounts/confirm_codes.html", form=form, staff=staff), 422 if form.errors else 200
    codes = second_step.make_recovery_codes(staff)
    commit()
    pending.keep_codes(staff, codes)
    return redirect(url_for("accounts.show_recovery_codes"), 303)


@blueprint.route("/staff/account/app", methods=["GET", "POST"])
@access.signed_in_staff
@limiter.limit("60 per 15 minutes", methods=["POST"])
def new_app() -> ResponseReturnValue:
    """Set up another authenticator app; the present one works until the new one has shown a code."""
    staff, form, confirmed = _confirmed()
    if not confirmed:
        return render_template("accounts/confirm_app.html", form=form, staff=staff), 422 if form.errors else 200
    commit()
    pending.keep_secret(staff, second_step.new_secret())
    return redirect(url_for("accounts.set_up_second_step"), 303)


@blueprint.post("/staff/account/sessions/<int:session_id>/end")
@access.signed_in_staff
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign one other browser out."""
    if sessions.end_one(current.signed_in(), session_id):
        flash(_("That browser is signed out."), "success")
    commit()
    return redirect(url_for("accounts.own_account"), 303)


@blueprint.post("/staff/account/sessions/end")
@access.signed_in_staff
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other browser out."""
    sessions.end_all(current.signed_in(), keep=current.staff_session())
    commit()
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("accounts.own_account"), 303)
