"""The way in: by a link, by a code, by an open address; and the first page, which says what it is all for."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core import access, audit, forgery, ids
from core.database import commit
from core.limits import limiter
from i18n import negotiation
from panel.draws import shown as draws
from surveys import compiled as compiler
from surveys.forms.answering import CodeForm
from surveys.presenters import answering as presenters
from surveys.queries import answering as queries
from surveys.queries import fieldwork as fieldworks
from surveys.queries.answering import Entry, Place, Visit
from surveys.services import answering as services
from surveys.services import invitations
from surveys.services.answering import ClosedError
from surveys.views import shells
from surveys.views.answering import blueprint
from surveys.views.answering.common import (
    compiled_of,
    done,
    key_of,
    not_open,
    remember,
    token_of,
    unknown,
    visit_to,
    where,
    words_of,
)


@blueprint.get("/s/<token>")
@access.public
def invited(token: str) -> Any:
    """The first page of an invited person."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return unknown()
    if entry.state == "done":
        return done(entry.place, may_withdraw=services.has_answers(entry), token=token)
    return _first_page(entry.place, url_for("answering.begin", token=token), token, entry.visit)


@blueprint.get("/s/<token>/why")
@access.public
def why(token: str) -> Any:
    """Tell somebody who was drawn by lottery why, and how likely it was."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return unknown()
    told = draws.why_for_audience(fieldworks.get_fieldwork(entry.place.id).audience, entry.member_id)
    if told is None:
        abort(404)
    back = url_for("answering.invited", token=token)
    return render_template("panel/lottery/why.html", told=told, own=False, back=back)


@blueprint.post("/s/<token>")
@access.public
def begin(token: str) -> Any:
    """Begin, or go on where this link was left."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return unknown()
    return _enter(entry, token)


def _enter(entry: Entry, token: str) -> Any:
    if entry.state == "done":
        return redirect(url_for("answering.invited", token=token), 303)
    visit = entry.visit
    if visit is None:
        try:
            services.begin(entry)
        except ClosedError:
            return not_open(entry.place)
        commit()
    elif visit.place.phase == "closed":
        return not_open(visit.place)
    remember(entry.place.slug, token)
    return redirect(where(entry.place, visit), 303)


@blueprint.post("/s/<token>/take-back")
@access.public
def take_back(token: str) -> Any:
    """Delete the answers of a confidential survey at the wish of the person who gave them."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return unknown()
    if services.withdraw(entry):
        # Nobody's name: that somebody took answers back is on record, who it was is not.
        with audit.acting_as("participant"):
            audit.record("response.taken_back", f"fieldwork:{entry.place.id}")
        commit()
    return redirect(url_for("answering.invited", token=token), 303)


@blueprint.get("/o/<slug>")
@access.public
def open_to_all(slug: str) -> Any:
    """The first page of an open survey."""
    place = queries.find_place(slug)
    if place is None or not place.is_open_to_all or place.state == "draft":
        return unknown()
    token = token_of(slug)
    visit = queries.find_visit(ids.fingerprint(token)) if token else None
    return _first_page(place, url_for("answering.begin_open", slug=slug), None, visit)


@blueprint.post("/o/<slug>")
@access.public
@limiter.limit("600 per hour")
def begin_open(slug: str) -> Any:
    """Begin an open survey, or go on in this browser."""
    place = queries.find_place(slug)
    if place is None or not place.is_open_to_all or place.state == "draft":
        return unknown()
    token = token_of(slug)
    visit = queries.find_visit(ids.fingerprint(token)) if token else None
    if visit is None:
        try:
            token = services.begin_open(place)
        except ClosedError:
            return not_open(place)
        commit()
    remember(slug, token)
    return redirect(where(place, visit), 303)


@blueprint.route("/resume", methods=["GET", "POST"])
@access.public
@limiter.limit("300 per hour", methods=["POST"])  # a whole room behind one address; a code has 60 bits
def resume() -> Any:
    """Type a code, from a letter or from another device."""
    form = CodeForm()
    if request.method == "POST" and form.validate():
        entry = queries.find_entry_by_code(form.code.data)
        if entry is not None:
            return _enter_by_code(entry)
        found = queries.find_open_token(form.code.data)
        if found is not None:
            token = services.carry_over(found[0])
            commit()
            remember(found[1], token)
            return redirect(url_for("answering.about", slug=found[1]), 303)
        form.code.errors = [gettext("We do not know this code. Check it, or ask us for help.")]
    return render_template("surveys/answer/resume.html", form=form), 422 if form.errors else 200


def _enter_by_code(entry: Entry) -> Any:
    token = invitations.token_of(entry.place.id, entry.member_id)
    if token is None:
        return done(entry.place) if entry.state == "done" else not_open(entry.place)
    return redirect(url_for("answering.invited", token=token), 303)


def _first_page(place: Place, action: str, token: str | None, visit: Visit | None, *, here: bool = False) -> Any:
    """Return the first page. With a `visit`, one goes on: by a link if this browser holds it already (`here`)."""
    if place.phase == "early" or (visit is None and place.phase != "open"):
        return not_open(place)
    briefing = queries.briefing_of(place.survey_id)

    def render(action: str, csrf: str, why: str) -> str:
        tag, compiled, words = negotiation.current().tag, compiled_of(place), words_of(place)
        return render_template(
            "surveys/answer/first.html",
            place=place,
            title=compiler.title(words),
            words=words,
            purpose=presenters.words_in(briefing, tag),
            passages=presenters.passages(briefing, tag),
            contact=briefing,
            language_decision=presenters.decision_about_language(compiled, place, tag),
            pages=len(compiled.pages),
            action=action,
            begun=visit is not None,
            here=here,
            csrf=csrf,
            why=why,
        )

    why = url_for("answering.why", token=token) if place.is_drawn and token else ""
    key = ("first", visit is not None, here, bool(why), *key_of(place), repr(briefing))
    return shells.shared(key, render, action=action, csrf=forgery.token(), why=why)


@blueprint.get("/answer/<slug>")
@access.public
def about(slug: str) -> Any:
    """The first page again, for somebody who has begun."""
    visit = visit_to(slug)
    if isinstance(visit, Response):
        return visit
    return _first_page(visit.place, where(visit.place, visit), token_of(slug), visit, here=True)
