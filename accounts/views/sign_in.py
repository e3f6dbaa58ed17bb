"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accounts import current, services
from accounts.views import blueprint
from core import access
from core.database import commit


@blueprint.get("/staff/sign-in")
@access.public
def sign_in() -> str:
    """Ask for e-mail address and password."""
    return render_template("accounts/sign_in.html")


@blueprint.post("/staff/sign-out")
@access.signed_in_staff
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    found = current.staff_session()
    if found is not None:
        services.end_session(found)
    commit()
    current.forget()
    return redirect(url_for("accounts.sign_in"), 303)
