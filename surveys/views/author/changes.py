"""The buttons of the outline: move, take out, put back; and sections."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import N_, DomainError
from i18n.web import words as error_words
from surveys import editing
from surveys.forms import authoring as forms
from surveys.presenters import authoring as presenters
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from surveys.services.authoring import EditConflictError
from surveys.views.author import blueprint
from surveys.views.author.common import by, find, refuse, undo
from surveys.views.author.surveys import edit_texts


@blueprint.post("/<int:survey_id>/change")
@access.requires("surveys.edit")
def change(survey_id: int) -> ResponseReturnValue:
    """Move, take out or put back a section, a question or an option."""
    form = forms.RevisionForm()
    kind, item, parent = (request.form.get(name, "") for name in ("kind", "item", "parent"))
    do = request.form.get("do", "")
    if not form.validate() or kind not in {"section", "question", "option"} or do not in _DONE:
        abort(400)
    try:
        survey = authoring.open_for_edit(find(survey_id).id, form.seen)
        if do in {"up", "down"}:
            authoring.move(survey, kind, item, -1 if do == "up" else 1, parent)
        elif do == "remove":
            authoring.remove(survey, kind, item, parent)
        else:
            authoring.restore(survey, kind, item, parent)
    except DomainError as error:
        undo()
        survey = find(survey_id)
        conflict = isinstance(error, EditConflictError)
        return render_template(
            "surveys/author/not_changed.html", survey=survey, message=error_words(error), conflict=conflict
        ), 409
    commit()
    flash(_(_DONE[do]), "success")
    anchor = "removed" if do == "remove" else parent or item
    return redirect(url_for("author.show", survey_id=survey_id, _anchor=anchor), 303)


#: What was done, in words.
_DONE = {
    "up": N_("Moved up."),
    "down": N_("Moved down."),
    "remove": N_("Taken out. You can put it back: see the end of this page."),
    "restore": N_("Put back, with its words in every language."),
}


@blueprint.get("/<int:survey_id>/sections/new", endpoint="new_section")
@blueprint.post("/<int:survey_id>/sections/new", endpoint="add_section")
@access.requires("surveys.edit")
def new_section(survey_id: int) -> ResponseReturnValue:
    """Add a section."""
    survey = find(survey_id)
    form, status = forms.SectionForm(data={"revision": survey.revision}), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                held = authoring.open_for_edit(survey_id, form.seen)
                texts = {"title": form.title.data or "", "introduction": form.introduction.data or ""}
                section = authoring.add_section(held, texts, by())
                commit()
                flash(_("The section is added."), "success")
                return redirect(url_for("author.show", survey_id=survey_id, _anchor=section.id), 303)
            except DomainError as error:
                status = refuse(form, error)
                survey = find(survey_id)
                form.revision.data = survey.revision
    return render_template(
        "surveys/author/texts.html",
        form=form,
        survey=survey,
        heading=_("Add a section"),
        parts=["title", "introduction"],
        conflict=[],
    ), status


@blueprint.get("/<int:survey_id>/sections/<section_id>", endpoint="section")
@blueprint.post("/<int:survey_id>/sections/<section_id>", endpoint="save_section")
@access.requires("surveys.edit")
def section(survey_id: int, section_id: str) -> ResponseReturnValue:
    """Write the words of a section."""
    survey = find(survey_id)
    document = authoring.draft(survey)
    try:
        editing.section(document, section_id)
    except DomainError:
        if request.method == "GET":
            abort(404)
        # Taken out meanwhile: what was typed is kept under the section, which can be put back.
    names = presenters.section_names(document, wording_queries.get_book(survey.id, []))
    return edit_texts(survey, forms.SectionForm, section_id, names.get(section_id, _("Section")))
