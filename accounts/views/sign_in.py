"""Signing in and out: the password, then the second step."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current, demo, pending, presenters, queries
from accounts.errors import TooManyTriesError, WrongSignInError
from accounts.forms import CodeForm, RecoveryCodeForm, SignInForm
from accounts.models import Staff
from accounts.services import attempts, passwords, people, second_step, sessions
from accounts.views import blueprint
from core import access, audit, config, crypto, limits
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from core.limits import limiter
from i18n.web import words


def account_typed() -> str:
    """Return the account a try is counted for: a keyed index, because counters may lie in another server's memory."""
    email = people.normalise_email(request.form.get("email", ""))
    return crypto.keyring().index(email, "sign-in account")


def _refused(template: str, form: Form, error: DomainError, **context: object) -> ResponseReturnValue:
    form.refuse(error, words(error))
    status = 429 if isinstance(error, TooManyTriesError) else 422
    return render_template(template, form=form, **context), status


@blueprint.get("/staff/sign-in")
@access.public
def sign_in() -> ResponseReturnValue:
    """Ask for e-mail address and password."""
    if current.staff() is not None:
        return redirect(url_for("accounts.dashboard"), 303)
    return render_template("accounts/sign_in.html", form=SignInForm(), demo=_demo())


def _demo() -> list[demo.SignIn]:
    return demo.sign_ins() if config.settings().demo else []


@blueprint.post("/staff/sign-in")
@access.public
@limiter.limit("60 per 15 minutes")
@limiter.limit("30 per 15 minutes", key_func=account_typed)
def check_password() -> ResponseReturnValue:
    """Look at the password and go on to the second step."""
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form, demo=_demo()), 422
    email = people.normalise_email(form.email.data or "")
    try:
        staff = _staff_of(email, form.password.data or "")
    except DomainError as error:
        return _refused("accounts/sign_in.html", form, error, demo=_demo())
    pending.begin(staff)
    return second_step_of(staff)


def _staff_of(email: str, password: str) -> Staff:
    """Return whose password this is. Raises TooManyTriesError or WrongSignInError."""
    attempts.note(email, limits.address())
    found = queries.find_by_email(email)
    kept = found.password_hash if found and found.active else None
    # The try counts before the password is looked at, and the slow hash holds no lock.
    commit()
    if not passwords.matches(kept, password) or found is None:
        raise WrongSignInError
    return found


def second_step_of(staff: Staff) -> ResponseReturnValue:
    """Lead to the code, or, when there is no second step yet, to setting it up."""
    if staff.totp_secret is not None:
        return redirect(url_for("accounts.enter_code"), 303)
    pending.keep_secret(staff, second_step.new_secret())
    return redirect(url_for("accounts.set_up_second_step"), 303)


def start_again() -> ResponseReturnValue:
    """Lead somebody whose half-done sign-in is gone back to its beginning."""
    flash(_("Please sign in again. There is a time limit of 10 minutes."), "error")
    return redirect(url_for("accounts.sign_in"), 303)


def let_in(staff: Staff, target: str | None = None) -> ResponseReturnValue:
    """Begin a session of `staff`, commit, and lead to `target` or to the page sign-in interrupted."""
    target = target or current.asked_for()
    attempts.forget(staff.email)
    token = sessions.start(staff, presenters.browser_name(request.user_agent.string))
    with audit.acting_as(f"staff:{staff.id}"):
        audit.record("staff.signed_in", f"staff:{staff.id}")
    commit()
    current.begin(token)
    return redirect(target, 303)


@blueprint.get("/staff/sign-in/code")
@access.public
def enter_code() -> ResponseReturnValue:
    """Ask for the code of the app."""
    staff = pending.person()
    if staff is None:
        return start_again()
    return render_template("accounts/code.html", form=CodeForm(), demo_code=demo.code_of(staff))


@blueprint.post("/staff/sign-in/code")
@access.public
@limiter.limit("60 per 15 minutes")
def check_code() -> ResponseReturnValue:
    """Look at the code and let the person in."""
    staff = pending.person()
    if staff is None:
        return start_again()
    form = CodeForm()
    if not form.validate():
        return render_template("accounts/code.html", form=form, demo_code=demo.code_of(staff)), 422
    try:
        attempts.note(staff.email, limits.address())
        commit()
        second_step.use_code(staff, form.code.data or "")
    except DomainError as error:
        return _refused("accounts/code.html", form, error, demo_code=demo.code_of(staff))
    return let_in(staff)


@blueprint.get("/staff/sign-in/recovery-code")
@access.public
def enter_recovery_code() -> ResponseReturnValue:
    """Ask for a recovery code instead."""
    if pending.person() is None:
        return start_again()
    return render_template("accounts/recovery_code.html", form=RecoveryCodeForm())


@blueprint.post("/staff/sign-in/recovery-code")
@access.public
@limiter.limit("60 per 15 minutes")
def check_recovery_code() -> ResponseReturnValue:
    """Look at the recovery code and let the person in."""
    staff = pending.person()
    if staff is None:
        return start_again()
    form = RecoveryCodeForm()
    if not form.validate():
        return render_template("accounts/recovery_code.html", form=form), 422
    try:
        attempts.note(staff.email, limits.address())
        commit()
        with audit.acting_as(f"staff:{staff.id}"):
            left = second_step.use_recovery_code(staff, form.code.data or "")
    except DomainError as error:
        return _refused("accounts/recovery_code.html", form, error)
    response = let_in(staff, url_for("accounts.own_account"))
    flash(
        _("You have used a recovery code. You have %(count)s left. You can make new ones on this page.", count=left),
        "success",
    )
    return response


@blueprint.post("/staff/sign-out")
@access.signed_in_staff
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    found = current.staff_session()
    if found is not None:
        sessions.end(found)
    commit()
    current.forget()
    flash(_("You have signed out."), "success")
    return redirect(url_for("accounts.sign_in"), 303)
