"""A member of staff's own account."""

from __future__ import annotations

from flask import render_template

from accounts.views import blueprint
from core import access


@blueprint.get("/staff/account")
@access.signed_in_staff
def own_account() -> str:
    """Show what the person can change about their own account."""
    return render_template("accounts/account.html")
