"""Setting a password by link, the authenticator app, and the recovery codes."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accounts import current, pending, presenters, queries
from accounts.errors import LinkSpentError
from accounts.forms import CodeForm, ForgottenPasswordForm, NewPasswordForm
from accounts.models import Staff
from accounts.services import attempts, people, second_step
from accounts.views import blueprint
from accounts.views.sign_in import account_typed, let_in, second_step_of, start_again
from core import access, audit, limits
from core.database import commit
from core.errors import DomainError
from core.limits import limiter
from i18n.web import words


@blueprint.get("/staff/forgotten-password")
@access.public
def forgotten_password() -> str:
    """Ask for the address to which a link is to go."""
    return render_template("accounts/forgotten_password.html", form=ForgottenPasswordForm())


@blueprint.post("/staff/forgotten-password")
@access.public
@limiter.limit("10 per 15 minutes")
@limiter.limit("5 per 15 minutes", key_func=account_typed)
def send_forgotten_password_link() -> ResponseReturnValue:
    """Send a link if there is such an account; the answer is the same if there is none."""
    form = ForgottenPasswordForm()
    if not form.validate():
        return render_template("accounts/forgotten_password.html", form=form), 422
    people.ask_for_new_password(form.email.data or "")
    commit()
    return redirect(url_for("accounts.forgotten_password_sent"), 303)


@blueprint.get("/staff/forgotten-password/sent")
@access.public
def forgotten_password_sent() -> str:
    """Say what happens next."""
    return render_template("accounts/forgotten_password_sent.html")


@blueprint.get("/staff/set-password/<token>")
@access.public
def set_password(token: str) -> ResponseReturnValue:
    """Ask for a new password; following the link changes nothing."""
    staff = queries.find_by_link(token)
    if staff is None:
        return render_template("accounts/link_spent.html"), 410
    return render_template("accounts/set_password.html", form=NewPasswordForm(), staff=staff)


@blueprint.post("/staff/set-password/<token>")
@access.public
@limiter.limit("60 per 15 minutes")
def save_password(token: str) -> ResponseReturnValue:
    """Set the password and go on to the second step."""
    staff = queries.find_by_link(token)
    if staff is None:
        return render_template("accounts/link_spent.html"), 410
    form = NewPasswordForm()
    if not form.validate():
        return render_template("accounts/set_password.html", form=form, staff=staff), 422
    try:
        with audit.acting_as(f"staff:{staff.id}"):
            people.set_password_by_link(token, form.password.data or "")
    except LinkSpentError:
        return render_template("accounts/link_spent.html"), 410
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("accounts/set_password.html", form=form, staff=staff), 422
    commit()
    pending.begin(staff)
    return second_step_of(staff)


def _person() -> Staff | None:
    """Return who sets up the second step: somebody half signed in, or signed in and changing their app."""
    if (staff := current.staff()) is not None:
        return staff
    staff = pending.person()
    # Somebody who has only the password may set up a first app, never replace one.
    return staff if staff and staff.totp_secret is None else None


def _page(staff: Staff, secret: str, form: CodeForm) -> str:
    return render_template(
        "accounts/set_up.html",
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        qr_code=presenters.qr_code(second_step.address_for_app(secret, staff.email)),
    )


@blueprint.get("/staff/second-step")
@access.public
def set_up_second_step() -> ResponseReturnValue:
    """Show the QR code and the secret, and ask for a first code."""
    staff = _person()
    secret = pending.secret(staff) if staff else None
    if staff is None or secret is None:
        return start_again()
    return _page(staff, secret, CodeForm())


@blueprint.post("/staff/second-step")
@access.public
@limiter.limit("60 per 15 minutes")
def save_second_step() -> ResponseReturnValue:
    """Keep the secret once a code shows that the app has it."""
    staff = _person()
    secret = pending.secret(staff) if staff else None
    if staff is None or secret is None:
        return start_again()
    form = CodeForm()
    if not form.validate():
        return _page(staff, secret, form), 422
    try:
        attempts.note(staff.email, limits.address())
        commit()
        with audit.acting_as(f"staff:{staff.id}"):
            codes = second_step.set_up(staff, secret, form.code.data or "")
    except DomainError as error:
        form.refuse(error, words(error))
        return _page(staff, secret, form), 422
    return _show_codes(staff, codes)


def _show_codes(staff: Staff, codes: list[str]) -> ResponseReturnValue:
    target = url_for("accounts.show_recovery_codes")
    if current.staff() is None:
        response = let_in(staff, target)
    else:
        commit()
        response = redirect(target, 303)
    pending.forget_secret()
    pending.keep_codes(staff, codes)
    return response


@blueprint.get("/staff/recovery-codes")
@access.signed_in_staff
def show_recovery_codes() -> ResponseReturnValue:
    """Show new recovery codes until their owner says that they have them."""
    staff = current.signed_in()
    codes = pending.codes(staff)
    if not codes:
        return redirect(url_for("accounts.own_account"), 303)
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.post("/staff/recovery-codes")
@access.signed_in_staff
def recovery_codes_kept() -> ResponseReturnValue:
    """Show the codes no more."""
    pending.forget_codes()
    return redirect(url_for("accounts.dashboard"), 303)
