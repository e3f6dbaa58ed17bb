"""A survey as a whole: made, shown, its settings, and the words around its questions."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from engagements import queries as engagement_queries
from engagements.wording import title_of
from i18n.web import words as error_words
from surveys.document import SURVEY_ITEM
from surveys.forms import authoring as forms
from surveys.models import Survey
from surveys.presenters import authoring as presenters
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from surveys.services.authoring import EditConflictError
from surveys.views.author import blueprint
from surveys.views.author.common import by, differences, find, refuse


@blueprint.get("/new/<int:engagement_id>", endpoint="new")
@blueprint.post("/new/<int:engagement_id>", endpoint="create")
@access.requires("surveys.edit")
def new(engagement_id: int) -> ResponseReturnValue:
    """Begin a survey of an engagement."""
    try:
        engagement = engagement_queries.get_engagement(engagement_id)
    except DomainError:
        abort(404)
    form, status = forms.SurveyForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                survey = authoring.create_survey(
                    engagement.id, form.name.data, form.languages.data or [], form.paging.data
                )
                commit()
                flash(_("The survey is made. Now add questions."), "success")
                return redirect(url_for("author.show", survey_id=survey.id), 303)
            except DomainError as error:
                form.refuse(error, error_words(error))
    return render_template(
        "surveys/author/settings.html", form=form, survey=None, engagement=engagement, title=title_of(engagement)
    ), status


@blueprint.get("/<int:survey_id>")
@access.requires("engagements.read")
def show(survey_id: int) -> str:
    """Show a survey: its sections and questions, what is missing, its languages and versions."""
    survey = find(survey_id)
    engagement = engagement_queries.get_engagement(survey.engagement_id)
    return render_template(
        "surveys/author/show.html", survey=survey, engagement=engagement, outline=presenters.outline(survey)
    )


@blueprint.get("/<int:survey_id>/settings", endpoint="settings")
@blueprint.post("/<int:survey_id>/settings", endpoint="save_settings")
@access.requires("surveys.edit")
def settings(survey_id: int) -> ResponseReturnValue:
    """Change name, languages and paging."""
    survey = find(survey_id)
    engagement = engagement_queries.get_engagement(survey.engagement_id)
    stored = {"name": survey.name, "languages": survey.languages, "paging": survey.draft["paging"]}
    form, status, conflict = forms.SurveyForm(data=stored | {"revision": survey.revision}), 200, []
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                held = authoring.open_for_edit(survey_id, form.seen)
                authoring.change_settings(
                    held, name=form.name.data, tags=form.languages.data or [], paging=form.paging.data
                )
                return _saved(held)
            except DomainError as error:
                status = refuse(form, error)
                conflict = _told(form, error, survey_id, stored)
    return render_template(
        "surveys/author/settings.html",
        form=form,
        survey=survey,
        engagement=engagement,
        title=title_of(engagement),
        conflict=conflict,
    ), status


@blueprint.get("/<int:survey_id>/texts", endpoint="texts")
@blueprint.post("/<int:survey_id>/texts", endpoint="save_texts")
@access.requires("surveys.edit")
def texts(survey_id: int) -> ResponseReturnValue:
    """Write the title, the introduction and the thanks."""
    survey = find(survey_id)
    return edit_texts(survey, forms.TextsForm, SURVEY_ITEM, _("Title, introduction and thanks"))


def edit_texts(survey: Survey, form_class: Any, item: str, heading: str) -> ResponseReturnValue:
    """Show and keep the source texts of one item that has nothing but texts."""
    book = wording_queries.get_book(survey.id, [])
    parts = [name for name in ("title", "introduction", "thanks") if hasattr(form_class, name)]
    stored = {part: book.source(item, part) for part in parts}
    form, status, conflict = form_class(data=stored | {"revision": survey.revision}), 200, []
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                held = authoring.open_for_edit(survey.id, form.seen)
                authoring.change_texts(held, {(item, part): form[part].data or "" for part in parts}, by())
                return _saved(held, item if item != SURVEY_ITEM else "")
            except DomainError as error:
                survey_id = survey.id
                status = refuse(form, error)
                conflict = _told(form, error, survey_id, stored)
    return render_template(
        "surveys/author/texts.html", form=form, survey=survey, heading=heading, parts=parts, conflict=conflict
    ), status


def _told(form: Any, error: DomainError, survey_id: int, stored: dict[str, Any]) -> list[dict[str, str]]:
    """Renew the revision of a form whose reader is told of a conflict; return what is stored now."""
    if not isinstance(error, EditConflictError):
        return []
    form.revision.data = find(survey_id).revision
    return differences(form, stored)


def _saved(survey: Survey, anchor: str = "") -> ResponseReturnValue:
    commit()
    flash(_("Saved."), "success")
    return redirect(url_for("author.show", survey_id=survey.id, _anchor=anchor or None), 303)
