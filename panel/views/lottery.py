"""Draws for everybody: what was fixed before, what came of it, how to check it; and "why me" for who was drawn."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access, pdf
from core.database import commit, db
from core.errors import DomainError
from core.limits import limiter
from i18n import negotiation
from i18n.web import words
from panel import current
from panel.draws import people, planning, shown
from panel.models import Draw, DrawnPerson, DrawState, Reply, Role

blueprint = Blueprint("lottery", __name__)


@blueprint.get("/lottery")
@access.public
def index() -> str:
    """List the draws that have been fixed, and say how a draw goes."""
    page = max(request.args.get("page", 1, type=int), 1)
    found = shown.list_public((page - 1) * shown.PAGE_SIZE)
    rows = [shown.row(draw) for draw in found[: shown.PAGE_SIZE]]
    return render_template("panel/lottery/index.html", rows=rows, page=page, more=len(found) > shown.PAGE_SIZE)


@blueprint.get("/lottery/<int:draw_id>")
@access.public
def show(draw_id: int) -> str:
    """One draw: before it is held what it will be held with, afterwards the audit sheet."""
    return render_template("panel/lottery/show.html", **shown.page(planning.get_public(draw_id)))


@blueprint.get("/lottery/<int:draw_id>/audit-<int:number>.json")
@access.public
def audit_file(draw_id: int, number: int) -> Response:
    """Give an audit sheet as a file for `flask panel verify-draw`."""
    text = shown.file_of(planning.get_public(draw_id), number)
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename=audit-{draw_id}-{number}.json"
    return response


@blueprint.get("/lottery/<int:draw_id>/before.json")
@access.public
def commitment_file(draw_id: int) -> Response:
    """Give what was fixed before the draw as a file, to keep and compare."""
    response = Response(shown.commitment_of(planning.get_public(draw_id)), mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename=before-{draw_id}.json"
    return response


@blueprint.get("/lottery/<int:draw_id>/audit.pdf")
@access.public
@limiter.limit("30 per hour")
def audit_pdf(draw_id: int) -> Response:
    """Give the audit sheet as a tagged PDF."""
    draw = planning.get_public(draw_id)
    if draw.state != DrawState.PUBLISHED:
        abort(404)
    html = render_template("panel/lottery/pdf.html", language=negotiation.current(), **shown.page(draw))
    response = Response(pdf.draw(html), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename=lottery-{draw_id}.pdf"
    return response


def _mine(draw_id: int) -> tuple[Draw, DrawnPerson]:
    """Return a published draw that has found who is signed in, or end the request with "not found"."""
    member, draw = current.member(), planning.get_public(draw_id)
    person = people.find(draw.id, member.id) if member else None
    if person is None or draw.state != DrawState.PUBLISHED or person.role == Role.RESERVE:
        abort(404)
    return draw, person


@blueprint.get("/me/lottery/<int:draw_id>")
@access.member_only
def why(draw_id: int) -> str:
    """Tell somebody who was drawn why, and how likely it was."""
    draw, person = _mine(draw_id)
    return render_template("panel/lottery/why.html", told=shown.why(draw, person), own=True)


@blueprint.post("/me/lottery/<int:draw_id>/<any(yes,declined):reply>")
@access.member_only
def say(draw_id: int, reply: str) -> ResponseReturnValue:
    """Say yes or no to taking part."""
    draw, person = _mine(draw_id)
    try:
        people.answer(draw, person.member_id, Reply(reply))
    except DomainError:
        db.session.rollback()
        flash(words(people.PlaceGivenError()), "error")
        return redirect(url_for("lottery.why", draw_id=draw_id), 303)
    commit()
    flash(_("Thank you. We have noted your answer."), "success")
    return redirect(url_for("lottery.why", draw_id=draw_id), 303)
