"""Telling people about their claims by letter or on the phone, where e-mail does not reach them."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from core.limits import limiter
from expenses.presenters import telling as presenter
from expenses.services import payees
from expenses.views import staff
from i18n.web import words
from mail import by_hand
from mail.models import OutboxMessage

PAGE = 50


@staff.get("/telling")
@access.requires("claims.enter")
def list_telling() -> str:
    """Messages that wait for a letter or a call, the oldest first."""
    after = max(0, request.args.get("after", 0, type=int))
    found = by_hand.list_waiting(presenter.SOURCE, after, PAGE + 1)
    reached = payees.contacts([presenter.payee_of(message) for message in found[:PAGE]])
    return render_template(
        "expenses/telling/list.html",
        rows=[presenter.row(message, reached) for message in found[:PAGE]],
        older=url_for("expenses.list_telling", after=found[PAGE - 1].id) if len(found) > PAGE else "",
    )


@staff.get("/telling/<int:message_id>")
@access.requires("claims.enter")
def show_telling(message_id: int) -> str:
    """What to say to whom, in their language."""
    return _page(by_hand.get_waiting(presenter.SOURCE, message_id))


def _page(message: OutboxMessage, refused: str = "") -> str:
    shown = presenter.row(message, payees.contacts([presenter.payee_of(message)]))
    errors = [("", refused)] if refused else []
    return render_template("expenses/telling/show.html", row=shown, said=by_hand.words(message), errors=errors)


@staff.get("/telling/<int:message_id>/letter.pdf")
@access.requires("claims.enter")
@limiter.limit("600 per hour")
def letter(message_id: int) -> Response:
    """The words as a letter to print: in the person's language, as large as they asked for."""
    message = by_hand.get_waiting(presenter.SOURCE, message_id)
    reached = payees.contacts([presenter.payee_of(message)])
    response = Response(presenter.letter_pdf(message, reached), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="letter-{message.id}.pdf"'
    return response


@staff.post("/telling/<int:message_id>")
@access.requires("claims.enter")
def settle_telling(message_id: int) -> ResponseReturnValue:
    """Note that somebody was told, or that they cannot be reached."""
    message = by_hand.get_waiting(presenter.SOURCE, message_id)
    try:
        by_hand.settle(message, told=request.form.get("result") != "unreached")
    except DomainError as error:
        return _page(message, words(error)), 409
    commit()
    flash(_("Noted."), "success")
    return redirect(url_for("expenses.list_telling"), 303)
