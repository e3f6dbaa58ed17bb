"""Preview: the pages as the public will see them, in every language, from the same templates. Nothing is stored."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import flask_babel
from flask import abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import access, clock, forgery
from core.forms import Form
from engagements import queries as engagement_queries
from i18n import languages
from surveys import compiled as compiler
from surveys import rendering
from surveys.compiled import Compiled
from surveys.models import Survey
from surveys.presenters import answering as answering_presenters
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from surveys.views.author import blueprint
from surveys.views.author.common import find


def _compile(survey: Survey) -> Compiled:
    document, book = authoring.draft(survey), wording_queries.get_book(survey.id)
    return compiler.make(document, book.everything(document, survey.languages))


def _speak(tag: str) -> None:
    """Make this page one in language `tag`, without a cookie: the author's own pages stay in theirs."""
    if tag not in languages.BY_TAG:
        abort(404)
    g.language = languages.get(tag)
    flask_babel.refresh()


def _frame(survey: Survey, tag: str, compiled: Compiled, number: int | None = None) -> dict[str, Any]:
    """Return what every page of a preview needs; the fieldwork it would belong to does not exist."""
    place = SimpleNamespace(
        phase="open",
        kind=request.args.get("kind", "anonymous"),
        slug="",
        closes_at=clock.now(),
        languages=survey.languages,
    )

    def switcher() -> list[dict[str, Any]]:
        return [
            {
                "name": language.name,
                "tag": language.tag,
                "dir": language.direction,
                "href": _address(survey, language.tag, number),
                "current": language.tag == tag,
            }
            for language in languages.LANGUAGES
            if language.tag in survey.languages
        ]

    return {
        "survey": survey,
        "place": place,
        "language_switcher": switcher,
        "code": "",
        "csrf": forgery.token(),
        "pages": len(compiled.pages),
        "is_preview": True,
    }


def _address(survey: Survey, tag: str, number: int | None) -> str:
    if number is None:
        return url_for("author.preview", survey_id=survey.id, tag=tag)
    return url_for("author.preview_page", survey_id=survey.id, tag=tag, number=number)


@blueprint.get("/<int:survey_id>/preview/<tag>", endpoint="preview")
@access.requires("engagements.read")
def preview(survey_id: int, tag: str) -> str:
    """Show the first page, with the plan of the engagement."""
    survey = find(survey_id)
    _speak(tag)
    compiled = _compile(survey)
    words = compiled.words_in(tag)
    engagement = engagement_queries.get_engagement(survey.engagement_id)
    return render_template(
        "surveys/author/preview_first.html",
        title=compiler.title(words),
        words=words,
        contact=engagement,
        purpose=answering_presenters.words_in(engagement, tag),
        passages=answering_presenters.passages(engagement, tag),
        language_decision="",
        begun=bool(compiled.pages),
        action=_address(survey, tag, 1),
        **_frame(survey, tag, compiled),
    )


@blueprint.get("/<int:survey_id>/preview/<tag>/<int:number>", endpoint="preview_page")
@blueprint.post("/<int:survey_id>/preview/<tag>/<int:number>", endpoint="check_preview_page")
@access.requires("engagements.read")
def preview_page(survey_id: int, tag: str, number: int) -> ResponseReturnValue:
    """Show one page of questions; what is answered is checked as for the public and then forgotten."""
    survey = find(survey_id)
    _speak(tag)
    compiled = _compile(survey)
    if not 1 <= number <= len(compiled.pages):
        abort(404)
    page, readings, status = compiled.pages[number - 1], {}, 200
    if request.method == "POST" and Form().validate():
        readings = rendering.read_page(page, request.form)
        if not any(reading.error for reading in readings.values()):
            last = number == len(compiled.pages)
            done = url_for("author.preview_end", survey_id=survey_id, tag=tag)
            return redirect(done if last else _address(survey, tag, number + 1), 303)
        status = 422
    view = rendering.page_view(compiled, page, tag, {}, readings)
    return render_template(
        "surveys/author/preview_page.html",
        title=rendering.page_title(compiled, page, tag),
        view=view,
        errors=view.errors,
        number=number,
        back=_address(survey, tag, number - 1 or None),
        **_frame(survey, tag, compiled, number),
    ), status


@blueprint.get("/<int:survey_id>/preview/<tag>/end", endpoint="preview_end")
@access.requires("engagements.read")
def preview_end(survey_id: int, tag: str) -> str:
    """Say that the preview is over, with the words of thanks."""
    survey = find(survey_id)
    _speak(tag)
    compiled = _compile(survey)
    return render_template(
        "surveys/author/preview_end.html",
        words=compiled.words_in(tag),
        back=_address(survey, tag, len(compiled.pages) or None),
        **_frame(survey, tag, compiled),
    )
