"""The pages of questions, the check, and thanks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import access, forgery, ids
from core.database import commit, db
from core.limits import limiter
from i18n import languages
from surveys import rendering
from surveys.compiled import Compiled
from surveys.forms.answering import AboutYouForm
from surveys.presenters import answering as presenters
from surveys.queries import answering as queries
from surveys.queries.answering import Place, Visit
from surveys.services import answering as services
from surveys.services import invitations
from surveys.services.answering import AnswersMissingError, ClosedError, Draft, VisitOverError
from surveys.views import shells
from surveys.views.answering import blueprint
from surveys.views.answering.common import (
    compiled_of,
    done,
    has_sent,
    key_of,
    not_open,
    note_sent,
    tag_of,
    token_of,
    visit_over,
    visit_to,
    words_of,
)


@blueprint.route("/answer/<slug>/<int:number>", methods=["GET", "POST"])
@access.public
def page(slug: str, number: int) -> Any:
    """One page of questions."""
    visit = visit_to(slug)
    if isinstance(visit, Response):
        return visit
    compiled = compiled_of(visit.place)
    if not 1 <= number <= len(compiled.pages):
        return redirect(url_for("answering.check", slug=slug), 303)
    asked = compiled.pages[number - 1]
    if request.method == "GET":
        return _show_page(visit, compiled, asked, None)
    readings = rendering.read_page(asked, request.form)
    switch_to = languages.BY_TAG.get(request.form.get("switch", ""))
    refused = any(reading.error for reading in readings.values())
    if refused and switch_to is None:
        return _show_page(visit, compiled, asked, readings), 422

    def write_down(draft: Draft) -> None:
        draft.answers.update({key: reading.value for key, reading in readings.items() if reading.error is None})
        if switch_to is None:
            draft.at = max(draft.at, number)

    if (stopped := _keep(visit, write_down)) is not None:
        return stopped
    change = request.args.get("change")
    if switch_to is not None:
        return redirect(url_for(".page", slug=slug, number=number, change=change, lang=switch_to.tag), 303)
    return redirect(_after(visit.place, compiled, number, bool(change)), 303)


def _keep(visit: Visit, change: Callable[[Draft], None]) -> Any:
    """Keep what `change` does to the draft; return the response for somebody who is too late, or None."""
    try:
        services.keep(visit, change)
    except ClosedError:
        return not_open(visit.place)
    except VisitOverError:
        return visit_over(visit.place.slug, token_of(visit.place.slug) or "")
    commit()
    return None


def _after(place: Place, compiled: Compiled, number: int, change: bool) -> str:
    if change:
        return url_for("answering.check", slug=place.slug)
    if number < len(compiled.pages):
        return url_for("answering.page", slug=place.slug, number=number + 1)
    return url_for("answering.about_you" if place.is_open_to_all else "answering.check", slug=place.slug)


def _back(place: Place, number: int) -> str:
    if request.args.get("change"):
        return url_for("answering.check", slug=place.slug)
    if number > 1:
        return url_for("answering.page", slug=place.slug, number=number - 1)
    return url_for("answering.about", slug=place.slug)


def _show_page(visit: Visit, compiled: Compiled, asked: Any, readings: Any) -> str:
    place, draft = visit.place, services.open_draft(visit)
    number = asked.index + 1
    for question_id, reading in (readings or {}).items():
        if reading.error is None:
            draft.answers[question_id] = reading.value

    def render(csrf: str, code: str) -> str:
        tag = tag_of(place)
        view = rendering.page_view(compiled, asked, tag, draft.answers, readings)
        return render_template(
            "surveys/answer/page.html",
            place=place,
            view=view,
            alone=len(asked.questions) == 1,
            errors=view.errors,
            title=rendering.page_title(compiled, asked, tag),
            survey_title=words_of(place).html("survey", "title"),
            number=number,
            pages=len(compiled.pages),
            back=_back(place, number),
            csrf=csrf,
            code=code,
        )

    if readings or any(q.id in draft.answers for q in asked.questions):
        return render(forgery.token(), draft.code)
    return shells.shared(("page", number, *key_of(place)), render, csrf=forgery.token(), code=draft.code)


@blueprint.route("/answer/<slug>/about-you", methods=["GET", "POST"])
@access.public
def about_you(slug: str) -> Any:
    """The equality questions after an open survey: all of them optional."""
    visit = visit_to(slug)
    if isinstance(visit, Response):
        return visit
    if not visit.place.is_open_to_all:
        return redirect(url_for("answering.check", slug=slug), 303)
    draft = services.open_draft(visit)
    form = AboutYouForm(data=draft.about_you)
    if request.method == "POST" and ("skip" in request.form or form.validate()):

        def write_down(draft: Draft) -> None:
            draft.about_you = {} if "skip" in request.form else form.said()
            draft.bands = {} if "skip" in request.form else form.bands()
            draft.at = len(compiled_of(visit.place).pages)

        stopped = _keep(visit, write_down)
        return stopped if stopped is not None else redirect(url_for("answering.check", slug=slug), 303)
    back = url_for("answering.page", slug=slug, number=len(compiled_of(visit.place).pages))
    html = render_template(
        "surveys/answer/about_you.html", place=visit.place, form=form, back=back, code=draft.code, csrf=forgery.token()
    )
    return html, 422 if form.errors else 200


@blueprint.route("/answer/<slug>/check", methods=["GET", "POST"])
@access.public
def check(slug: str) -> Any:
    """All answers once more; the POST hands them in."""
    visit = visit_to(slug)
    if isinstance(visit, Response):
        return visit
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            services.submit(visit, tag_of(visit.place))
        except AnswersMissingError as error:
            db.session.rollback()
            errors = presenters.errors_of_missing(words_of(visit.place), error.questions)
        except ClosedError:
            db.session.rollback()
            return not_open(visit.place)
        else:
            commit()
            note_sent(slug)
            return redirect(url_for("answering.thanks", slug=slug), 303)
    return _show_check(visit, errors), 422 if errors else 200


def _show_check(visit: Visit, errors: list[tuple[str, str]]) -> str:
    place, draft = visit.place, services.open_draft(visit)
    compiled, words = compiled_of(place), words_of(place)

    def render(csrf: str, code: str, **shown: str) -> str:
        last = url_for("answering.page", slug=place.slug, number=len(compiled.pages))
        return render_template(
            "surveys/answer/check.html",
            place=place,
            groups=presenters.groups(compiled, words, place, shown),
            errors=errors,
            back=url_for("answering.about_you", slug=place.slug) if place.is_open_to_all else last,
            code=code,
            csrf=csrf,
        )

    own = {"csrf": forgery.token(), "code": draft.code, **presenters.shown(compiled, words, draft)}
    return render(**own) if errors else shells.shared(("check", *key_of(place)), render, **own)


@blueprint.post("/answer/<slug>/code")
@access.public
@limiter.limit("10 per hour")
def send_code(slug: str) -> Any:
    """Send the code to the address we have of the person."""
    visit = visit_to(slug)
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
    if place is None or not has_sent(slug):
        return redirect(url_for("answering.resume"), 303)
    return done(place, just_now=True)
