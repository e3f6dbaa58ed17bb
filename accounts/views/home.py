"""The common home of staff: what waits for the person signed in."""

from __future__ import annotations

from flask import render_template

from accounts import cards, current
from accounts.views import blueprint
from core import access


@blueprint.get("/staff/")
@access.signed_in_staff
def dashboard() -> str:
    """Show the cards this person's permissions open."""
    return render_template("accounts/dashboard.html", cards=cards.shown_to(current.signed_in()))
