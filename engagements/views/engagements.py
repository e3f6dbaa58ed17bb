"""The list of engagements, one engagement with its state and next steps, and its moves from state to state."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current
from core import access
from core.database import commit
from core.errors import DomainError
from engagements import forms, presenters, queries, services
from engagements.models import Engagement, EngagementState
from engagements.views import blueprint
from i18n.web import words as error_words

PAGE_SIZE = 25


@blueprint.get("/")
@access.requires("engagements.read")
def index() -> str:
    """List engagements, newest first; archived ones apart."""
    archived = request.args.get("show") == "archived"
    page = max(request.args.get("page", 1, type=int), 1)
    states: list[str] | None = [EngagementState.ARCHIVED] if archived else None
    found = queries.list_engagements(states, limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE)
    rows = presenters.rows(found[:PAGE_SIZE])
    return render_template(
        "engagements/index.html", rows=rows, archived=archived, page=page, more=len(found) > PAGE_SIZE
    )


@blueprint.get("/new", endpoint="new")
@blueprint.post("/new", endpoint="create")
@access.requires("engagements.edit")
def new() -> ResponseReturnValue:
    """Begin an engagement with its title."""
    form = forms.NewForm()
    if form.validate_on_submit():
        person = current.staff()
        engagement = services.create_engagement(form.title.data or "", person.id if person else None)
        commit()
        flash(_("The engagement is made. Now fill in its plan."), "success")
        return redirect(url_for("engagements.show", engagement_id=engagement.id), 303)
    return render_template("engagements/new.html", form=form), 422 if form.errors else 200


def find(engagement_id: int) -> Engagement:
    """Return the engagement or answer with “not found”."""
    try:
        return queries.get_engagement(engagement_id)
    except DomainError:
        abort(404)


@blueprint.get("/<int:engagement_id>")
@access.requires("engagements.read")
def show(engagement_id: int) -> str:
    """Show one engagement: where it stands, what comes next, its plan and what other rooms add."""
    engagement = find(engagement_id)
    return render_template("engagements/show.html", page=presenters.page(engagement), engagement=engagement)


_MOVES: dict[str, Callable[[Engagement], None]] = {
    "open": services.open_engagement,
    "close": services.close_engagement,
    "archive": services.archive,
    "unarchive": services.take_out_of_archive,
}


@blueprint.get("/<int:engagement_id>/<any(open, close, archive, unarchive):move>", endpoint="ask_move")
@blueprint.post("/<int:engagement_id>/<any(open, close, archive, unarchive):move>", endpoint="move")
@access.requires("engagements.edit")
def move(engagement_id: int, move: str) -> ResponseReturnValue:
    """Ask whether to open, close or archive; then do it, or say why it cannot be done."""
    engagement, form, status = find(engagement_id), forms.EmptyForm(), 200
    if form.validate_on_submit():
        try:
            _MOVES[move](engagement)
            commit()
            flash(presenters.moved(move), "success")
            return redirect(url_for("engagements.show", engagement_id=engagement.id), 303)
        except DomainError as error:
            form.refuse(error, error_words(error))
            status = 409
    question = presenters.move_question(engagement, move)
    return render_template("engagements/move.html", form=form, engagement=engagement, question=question), status
