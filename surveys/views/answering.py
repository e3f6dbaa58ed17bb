"""Answering: the way in, one page after the other, the check, done. A GET changes nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from core import access, audit, config, ids
from core.database import commit, db
from core.limits import limiter
from i18n import languages, negotiation
from i18n.web import words as error_words
from surveys import compiled as compiler
from surveys import rendering
from surveys.compiled import Compiled, Words
from surveys.forms.answering import AboutYouForm, CodeForm
from surveys.presenters import answering as presenters
from surveys.queries import answering as queries
from surveys.queries import fieldwork as fieldworks
from surveys.queries.answering import Entry, Place, Visit
from surveys.services import answering as services
from surveys.services import invitations
from surveys.services.answering import AnswersMissingError, ClosedError
from surveys.views import shells

blueprint = Blueprint("answering", __name__)

#: In the signed cookie: {slug: token} of visits, and the slugs this browser has sent.
_VISITS, _SENT = "answering", "answered"
#: A browser keeps the latest few.
_KEPT = 5


# The way in ------------------------------------------------------------------------------------------------------


@blueprint.get("/s/<token>")
@access.public
def invited(token: str) -> Any:
    """The first page of an invited person."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return render_template("surveys/answer/unknown.html"), 404
    if entry.state == "done":
        return _done(entry.place, may_withdraw=services.has_answers(entry), token=token)
    return _first_page(entry.place, url_for("answering.begin", token=token))


@blueprint.post("/s/<token>")
@access.public
def begin(token: str) -> Any:
    """Begin, or go on where this link was left."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return render_template("surveys/answer/unknown.html"), 404
    return _enter(entry, token)


def _enter(entry: Entry, token: str) -> Any:
    if entry.state == "done":
        return redirect(url_for("answering.invited", token=token), 303)
    visit = queries.find_visit(entry.token_hash)
    if visit is None:
        try:
            services.begin(entry)
        except ClosedError:
            return _not_open(entry.place)
        commit()
    elif visit.place.phase == "closed":
        return _not_open(visit.place)
    _remember(entry.place.slug, token)
    return redirect(_where(entry.place, visit), 303)


def _where(place: Place, visit: Visit | None) -> str:
    """Return the address of the page somebody has come to."""
    at = services.open_draft(visit).at if visit else 0
    if at >= len(_compiled(place).pages):
        return url_for("answering.check", slug=place.slug)
    return url_for("answering.page", slug=place.slug, number=at + 1)


@blueprint.post("/s/<token>/take-back")
@access.public
def take_back(token: str) -> Any:
    """Delete the answers of a confidential survey at the wish of the person who gave them."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is None:
        return render_template("surveys/answer/unknown.html"), 404
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
        return render_template("surveys/answer/unknown.html"), 404
    return _first_page(place, url_for("answering.begin_open", slug=slug))


@blueprint.post("/o/<slug>")
@access.public
@limiter.limit("600 per hour")
def begin_open(slug: str) -> Any:
    """Begin an open survey, or go on in this browser."""
    place = queries.find_place(slug)
    if place is None or not place.is_open_to_all or place.state == "draft":
        return render_template("surveys/answer/unknown.html"), 404
    token = session.get(_VISITS, {}).get(slug)
    visit = queries.find_visit(ids.fingerprint(token)) if token else None
    if visit is None:
        try:
            token = services.begin_open(place)
        except ClosedError:
            return _not_open(place)
        commit()
    _remember(slug, token)
    return redirect(_where(place, visit), 303)


@blueprint.route("/resume", methods=["GET", "POST"])
@access.public
@limiter.limit("30 per hour", methods=["POST"])
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
            _remember(found[1], token)
            return redirect(url_for("answering.about", slug=found[1]), 303)
        form.code.errors = [gettext("We do not know this code. Check it, or ask us for help.")]
    return render_template("surveys/answer/resume.html", form=form), 422 if form.errors else 200


def _enter_by_code(entry: Entry) -> Any:
    token = invitations.token_of(entry.place.id, entry.member_id)
    if token is None:
        return _done(entry.place) if entry.state == "done" else _not_open(entry.place)
    return redirect(url_for("answering.invited", token=token), 303)


def _first_page(place: Place, action: str, visit: Visit | None = None) -> Any:
    if place.phase == "early" or (visit is None and place.phase != "open"):
        return _not_open(place)
    tag = negotiation.current().tag
    compiled, words = _compiled(place), _words(place)
    engagement = fieldworks.engagement_of_survey(place.survey_id)
    return render_template(
        "surveys/answer/first.html",
        place=place,
        title=compiler.title(words),
        words=words,
        purpose=presenters.words_in(engagement, tag),
        passages=presenters.passages(engagement, tag),
        engagement=engagement,
        language_decision=presenters.decision_about_language(compiled, place, tag),
        pages=len(compiled.pages),
        action=action,
        begun=visit is not None,
    )


# The questions ---------------------------------------------------------------------------------------------------


@blueprint.get("/answer/<slug>")
@access.public
def about(slug: str) -> Any:
    """The first page again, for somebody who has begun."""
    visit = _visit(slug)
    if isinstance(visit, Response):
        return visit
    return _first_page(visit.place, _where(visit.place, visit), visit)


@blueprint.route("/answer/<slug>/<int:number>", methods=["GET", "POST"])
@access.public
def page(slug: str, number: int) -> Any:
    """One page of questions."""
    visit = _visit(slug, lock=request.method == "POST")
    if isinstance(visit, Response):
        return visit
    compiled = _compiled(visit.place)
    if not 1 <= number <= len(compiled.pages):
        return redirect(url_for("answering.check", slug=slug), 303)
    asked = compiled.pages[number - 1]
    draft = services.open_draft(visit)
    if request.method == "GET":
        return _show_page(visit, compiled, asked, draft, None)
    readings = rendering.read_page(asked, request.form)
    switch_to = languages.BY_TAG.get(request.form.get("switch", ""))
    for question_id, reading in readings.items():
        if reading.error is None:
            draft.answers[question_id] = reading.value
    refused = any(reading.error for reading in readings.values())
    if refused and switch_to is None:
        return _show_page(visit, compiled, asked, draft, readings), 422
    if switch_to is None:
        draft.at = max(draft.at, number)
    try:
        services.save(visit, draft)
    except ClosedError:
        return _not_open(visit.place)
    commit()
    change = request.args.get("change")
    if switch_to is not None:
        return redirect(url_for(".page", slug=slug, number=number, change=change, lang=switch_to.tag), 303)
    return redirect(_after(visit.place, compiled, number, bool(change)), 303)


def _after(place: Place, compiled: Compiled, number: int, change: bool) -> str:
    if change:
        return url_for("answering.check", slug=place.slug)
    if number < len(compiled.pages):
        return url_for("answering.page", slug=place.slug, number=number + 1)
    return url_for("answering.about_you" if place.is_open_to_all else "answering.check", slug=place.slug)


def _show_page(visit: Visit, compiled: Compiled, asked: Any, draft: Any, readings: Any) -> str:
    place = visit.place
    tag = _tag(place)
    number = asked.index + 1
    if request.args.get("change"):
        back = url_for("answering.check", slug=place.slug)
    elif number > 1:
        back = url_for("answering.page", slug=place.slug, number=number - 1)
    else:
        back = url_for("answering.about", slug=place.slug)

    def render(csrf_token: str, code: str) -> str:
        view = rendering.page_view(compiled, asked, tag, draft.answers, readings)
        return render_template(
            "surveys/answer/page.html",
            place=place,
            view=view,
            alone=len(asked.questions) == 1,
            errors=view.errors,
            title=rendering.page_title(compiled, asked, tag),
            survey_title=_words(place).html("survey", "title"),
            number=number,
            pages=len(compiled.pages),
            back=back,
            csrf=csrf_token,
            code=code,
        )

    if readings or any(q.id in draft.answers for q in asked.questions):
        return render(generate_csrf(), draft.code)
    return shells.shared(_key(place), draft.code, render)


@blueprint.route("/answer/<slug>/about-you", methods=["GET", "POST"])
@access.public
def about_you(slug: str) -> Any:
    """The equality questions after an open survey: all of them optional."""
    visit = _visit(slug, lock=request.method == "POST")
    if isinstance(visit, Response):
        return visit
    if not visit.place.is_open_to_all:
        return redirect(url_for("answering.check", slug=slug), 303)
    draft = services.open_draft(visit)
    form = AboutYouForm(data=draft.about_you)
    if request.method == "POST" and ("skip" in request.form or form.validate()):
        draft.about_you = {} if "skip" in request.form else form.said()
        draft.bands = {} if "skip" in request.form else form.bands()
        draft.at = len(_compiled(visit.place).pages)
        try:
            services.save(visit, draft)
        except ClosedError:
            return _not_open(visit.place)
        commit()
        return redirect(url_for("answering.check", slug=slug), 303)
    back = url_for("answering.page", slug=slug, number=len(_compiled(visit.place).pages))
    html = render_template(
        "surveys/answer/about_you.html", place=visit.place, form=form, back=back, code=draft.code, csrf=generate_csrf()
    )
    return html, 422 if form.errors else 200


@blueprint.route("/answer/<slug>/check", methods=["GET", "POST"])
@access.public
def check(slug: str) -> Any:
    """All answers once more; the POST hands them in."""
    visit = _visit(slug, lock=request.method == "POST")
    if isinstance(visit, Response):
        return visit
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            services.submit(visit, _tag(visit.place))
        except AnswersMissingError as error:
            db.session.rollback()
            errors = presenters.errors_of_missing(_words(visit.place), error.questions)
        except ClosedError:
            db.session.rollback()
            return _not_open(visit.place)
        else:
            commit()
            _note_sent(slug)
            return redirect(url_for("answering.thanks", slug=slug), 303)
    return _show_check(visit, errors), 422 if errors else 200


def _show_check(visit: Visit, errors: list[tuple[str, str]]) -> str:
    place, draft = visit.place, services.open_draft(visit)
    compiled, words = _compiled(place), _words(place)
    last = url_for("answering.page", slug=place.slug, number=len(compiled.pages))
    return render_template(
        "surveys/answer/check.html",
        place=place,
        groups=presenters.groups(compiled, words, place, draft),
        errors=errors,
        back=url_for("answering.about_you", slug=place.slug) if place.is_open_to_all else last,
        code=draft.code,
        csrf=generate_csrf(),
    )


@blueprint.post("/answer/<slug>/code")
@access.public
@limiter.limit("10 per hour")
def send_code(slug: str) -> Any:
    """Send the code to the address we have of the person."""
    visit = _visit(slug)
    if isinstance(visit, Response):
        return visit
    entry = queries.find_entry(visit.token_hash)
    sent = entry is not None and invitations.send_code(entry.place.id, entry.member_id, ids.random_id())
    commit()
    return render_template("surveys/answer/code_sent.html", sent=sent, code=services.open_draft(visit).code, slug=slug)


@blueprint.get("/answer/<slug>/thanks")
@access.public
def thanks(slug: str) -> Any:
    """Where everybody comes out."""
    place = queries.find_place(slug)
    if place is None or slug not in session.get(_SENT, []):
        return redirect(url_for("answering.resume"), 303)
    return _done(place, just_now=True)


# What they share -------------------------------------------------------------------------------------------------


def _visit(slug: str, *, lock: bool = False) -> Visit | Any:
    """Return the visit of this browser to `slug`, or the response for somebody who has none."""
    token = session.get(_VISITS, {}).get(slug)
    if not token:
        return _no_visit(slug)
    token_hash = ids.fingerprint(token)
    visit = queries.find_visit(token_hash, lock=lock)
    if visit is None or visit.place.slug != slug:
        return _visit_over(slug, token, token_hash)
    if visit.place.phase == "closed":
        return make_response(_not_open(visit.place))
    return visit


def _no_visit(slug: str) -> Any:
    if slug in session.get(_SENT, []):
        return redirect(url_for("answering.thanks", slug=slug), 303)
    place = queries.find_place(slug)
    if place is not None and place.is_open_to_all:
        return redirect(url_for("answering.open_to_all", slug=slug), 303)
    return redirect(url_for("answering.resume"), 303)


def _visit_over(slug: str, token: str, token_hash: str) -> Any:
    """Return the response for a browser whose visit is gone: handed in, on this or another device, or closed."""
    entry = queries.find_entry(token_hash)
    if entry is not None:
        return redirect(url_for("answering.invited", token=token), 303)
    place = queries.find_place(slug)
    if place is None:
        return make_response(render_template("surveys/answer/unknown.html"), 404)
    if place.phase == "closed":
        return make_response(_not_open(place))
    # An open survey has no list of people: a visit that is gone was handed in.
    _note_sent(slug)
    return redirect(url_for("answering.thanks", slug=slug), 303)


def _remember(slug: str, token: str | None) -> None:
    visits = {key: value for key, value in session.get(_VISITS, {}).items() if key != slug}
    session[_VISITS] = dict([*visits.items(), (slug, token)][-_KEPT:])
    session[_SENT] = [s for s in session.get(_SENT, []) if s != slug]


def _note_sent(slug: str) -> None:
    session[_VISITS] = {key: value for key, value in session.get(_VISITS, {}).items() if key != slug}
    session[_SENT] = [*(s for s in session.get(_SENT, []) if s != slug), slug][-_KEPT:]


def _tag(place: Place) -> str:
    """Return the language the questions are shown in."""
    tag = negotiation.current().tag
    if tag in place.languages:
        return tag
    source = languages.SOURCE.tag
    return source if source in place.languages else place.languages[0]


def _key(place: Place) -> tuple[Any, ...]:
    """Return all that pages of a fieldwork depend on, but for what is a person's own."""
    return (place.id, place.kind, place.phase, place.closes_at, place.version_id, place.wording_revision)


def _compiled(place: Place) -> Compiled:
    if "compiled" not in g:
        g.compiled = compiler.get(place.version_id, place.wording_revision)
    return g.compiled


def _words(place: Place) -> Words:
    return _compiled(place).words_in(_tag(place))


def _not_open(place: Place) -> Any:
    early = place.phase == "early"
    words = error_words(ClosedError()) if not early else ""
    html = render_template("surveys/answer/not_open.html", place=place, early=early, words=words)
    return html, 200 if early else 410


def _done(place: Place, *, just_now: bool = False, may_withdraw: bool = False, token: str = "") -> str:
    engagement = fieldworks.engagement_of_survey(place.survey_id)
    purpose = presenters.words_in(engagement, negotiation.current().tag)

    def render(csrf_token: str, code: str) -> str:
        return render_template(
            "surveys/answer/done.html",
            place=place,
            words=_words(place),
            purpose=purpose,
            engagement=engagement,
            just_now=just_now,
            may_withdraw=may_withdraw,
            token=token,
            base_url=config.settings().base_url,
        )

    if just_now:
        return shells.shared((*_key(place), repr(purpose)), "", render)
    return render("", "")
