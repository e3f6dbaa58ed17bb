"""Pages that links in messages lead to. Each GET shows a button, the POST behind it does the thing and works once:
mail scanners follow links, but press no buttons."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from core.limits import limiter
from panel import current
from panel.services import joining, links, membership, reviews, sessions
from panel.views.blueprint import blueprint

_STAY_ANSWERS = ("stay", "pause", "leave")


def _button(token: str, purpose: str) -> ResponseReturnValue:
    if links.find(token, purpose) is None:
        return _gone(purpose)
    return render_template(f"panel/links/{purpose}.html")


def _gone(purpose: str) -> ResponseReturnValue:
    return render_template("panel/links/gone.html", purpose=purpose), 410


@blueprint.get("/confirm/<token>")
@access.public
def confirm_address(token: str) -> ResponseReturnValue:
    """Show the button that confirms an address."""
    return _button(token, "confirm")


@blueprint.post("/confirm/<token>")
@access.public
@limiter.limit("120 per hour")
def confirm_address_now(token: str) -> ResponseReturnValue:
    """Begin the membership."""
    try:
        joining.confirm_by_link(token)
    except DomainError:
        return _gone("confirm")
    commit()
    return redirect(url_for("panel.welcome"), 303)


@blueprint.get("/join/welcome")
@access.public
def welcome() -> ResponseReturnValue:
    """Greet a new member."""
    return render_template("panel/join/welcome.html")


@blueprint.get("/sign-in/<token>")
@access.public
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Show the button that signs in."""
    return _button(token, "sign_in")


@blueprint.post("/sign-in/<token>")
@access.public
@limiter.limit("120 per hour")
def sign_in_now(token: str) -> ResponseReturnValue:
    """Sign this browser in."""
    try:
        session_token = sessions.sign_in(token)
    except DomainError:
        return _gone("sign_in")
    commit()
    current.begin(session_token)
    return redirect(current.asked_for(), 303)


@blueprint.get("/stay/<token>")
@access.public
def still_here(token: str) -> ResponseReturnValue:
    """Show three buttons to somebody not heard from for long."""
    return _button(token, "stay")


@blueprint.post("/stay/<token>")
@access.public
@limiter.limit("120 per hour")
def answer_still_here(token: str) -> ResponseReturnValue:
    """Do what was pressed; leaving is asked about once more, on the same page."""
    answer = request.form.get("answer", "")
    if answer not in _STAY_ANSWERS:
        return _button(token, "stay")
    if answer == "leave" and request.form.get("sure") != "yes":
        if links.find(token, "stay") is None:
            return _gone("stay")
        return render_template("panel/links/stay_leave.html")
    try:
        reviews.answer_by_link(token, answer)
    except DomainError:
        return _gone("stay")
    commit()
    return redirect(url_for("panel.said_what_they_want", answer=answer), 303)


@blueprint.get("/stay/done/<any(stay, pause, leave):answer>")
@access.public
def said_what_they_want(answer: str) -> str:
    """Say what happens now."""
    return render_template("panel/links/stay_done.html", answer=answer)


@blueprint.get("/new-address/<token>")
@access.public
def confirm_new_address(token: str) -> ResponseReturnValue:
    """Show the button that confirms a changed address."""
    return _button(token, "change_email")


@blueprint.post("/new-address/<token>")
@access.public
@limiter.limit("120 per hour")
def confirm_new_address_now(token: str) -> ResponseReturnValue:
    """Put the new address in place."""
    try:
        membership.change_email(token)
    except DomainError:
        return _gone("change_email")
    commit()
    flash(_("Your e-mail address has been changed."), "success")
    # Whoever opened the link need not be signed in here: the home page thanks either.
    return redirect(url_for("panel.own_page") if current.token() else url_for("home"), 303)
