"""A question: its kind is chosen, then everything about it is written on one page, with buttons for its answers."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from surveys import types
from surveys.document import Document, Question
from surveys.forms import authoring as forms
from surveys.forms.authoring import RevisionForm
from surveys.models import Survey
from surveys.presenters import authoring as presenters
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from surveys.services.authoring import EditConflictError, QuestionPlan
from surveys.types.base import QuestionType
from surveys.views.author import blueprint
from surveys.views.author.common import by, differences, find, refuse
from surveys.wording import Book


@blueprint.get("/<int:survey_id>/questions/new", endpoint="choose_type")
@blueprint.post("/<int:survey_id>/questions/new", endpoint="chosen_type")
@access.requires("surveys.edit")
def choose_type(survey_id: int) -> ResponseReturnValue:
    """Choose what kind of question to add."""
    survey, form = find(survey_id), forms.TypeForm()
    section = request.args.get("section", "")
    if form.validate_on_submit():
        address = url_for("author.new_question", survey_id=survey_id, key=form.type.data, section=section)
        return redirect(address, 303)
    hints = {key: _(kind.help) for key, kind in types.TYPES.items()}
    page = render_template("surveys/author/choose_type.html", form=form, survey=survey, section=section, hints=hints)
    return page, 422 if form.errors else 200


@blueprint.get("/<int:survey_id>/questions/new/<key>", endpoint="new_question")
@blueprint.post("/<int:survey_id>/questions/new/<key>", endpoint="add_question")
@access.requires("surveys.edit")
def new_question(survey_id: int, key: str) -> ResponseReturnValue:
    """Write a new question."""
    survey = find(survey_id)
    if key not in types.TYPES:
        abort(404)
    return _edit(survey, Question("", key), is_new=True)


@blueprint.get("/<int:survey_id>/questions/<question_id>", endpoint="question")
@blueprint.post("/<int:survey_id>/questions/<question_id>", endpoint="save_question")
@access.requires("surveys.edit")
def question(survey_id: int, question_id: str) -> ResponseReturnValue:
    """Change a question."""
    survey = find(survey_id)
    document = authoring.draft(survey)
    found = document.find_question(question_id)
    if found is None:
        # Somebody else took it out: it can be put back, and what was typed is shown until then.
        gone = next((r.content for r in document.removed if r.id == question_id), None)
        if not isinstance(gone, Question):
            abort(404)
        typed = [{"key": name, "value": text} for name, text in request.form.items() if _is_text(name, text)]
        return render_template("surveys/author/gone.html", survey=survey, question=gone, typed=typed), 409
    return _edit(survey, found)


def _is_text(name: str, text: str) -> bool:
    return bool(text.strip()) and (name in {"text", "hint", "low", "high", "new_option"} or name.startswith("option-"))


def _edit(survey: Survey, asked: Question, is_new: bool = False) -> ResponseReturnValue:
    document, book, kind = authoring.draft(survey), wording_queries.get_book(survey.id, []), types.get(asked.type)
    stored = _stored(survey, asked, document, book)
    form = forms.question_form(kind, asked, document, presenters.section_names(document, book))(data=stored)
    status, conflict = 200, []
    if request.method == "POST":
        _keep_unsent(form, asked)
        status = 422
        if form.validate():
            try:
                return _save(survey.id, asked, kind, form, is_new)
            except DomainError as error:
                survey_id = survey.id
                status = refuse(form, error)
                survey = find(survey_id)
                if isinstance(error, EditConflictError):
                    form["revision"].data = survey.revision
                    conflict = differences(form, {} if is_new else stored)
    return render_template(
        "surveys/author/question.html",
        form=form,
        survey=survey,
        question=asked,
        kind=kind,
        parts=[p.key for p in kind.parts(asked) if p.key not in {"text", "hint"} and not p.key.startswith("option:")],
        flaws=[] if is_new else [presenters.flaw_words(f) for f in kind.validate(asked)],
        conflict=conflict,
        is_new=is_new,
    ), status


def _stored(survey: Survey, asked: Question, document: Document, book: Book) -> dict[str, Any]:
    kind = types.get(asked.type)
    home = document.section_of(asked.id)
    sections = [s.id for s in document.sections]
    wanted = request.args.get("section", "")
    stored: dict[str, Any] = {
        "revision": survey.revision,
        "required": asked.required,
        "dont_know": asked.dont_know,
        "prefer_not": asked.prefer_not,
        "section_id": home.id if home else wanted if wanted in sections else sections[-1],
    }
    for part in kind.parts(asked):
        name = part.key.replace("option:", "option-")
        stored[name] = book.source(asked.id, part.key)
    for option in asked.options:
        stored[f"exclusive-{option.value}"] = option.exclusive
    for setting in kind.settings:
        stored[f"setting-{setting.key}"] = kind.setting(asked, setting.key)
    return stored


def _keep_unsent(form: Form, asked: Question) -> None:
    """Keep what an old page could not send or no longer has a box for: answers added or taken out meanwhile."""
    for option in asked.options:
        if f"option-{option.value}" not in request.form and f"exclusive-{option.value}" in form:
            form[f"exclusive-{option.value}"].data = option.exclusive
    known = {f"option-{o.value}" for o in asked.options}
    lost = [text for name, text in request.form.items() if name.startswith("option-") and name not in known and text]
    if lost and "new_option" in form:
        form["new_option"].data = "\n".join([form["new_option"].data or "", *lost]).strip()


def _plan(form: Form, asked: Question, kind: QuestionType) -> QuestionPlan:
    parts = [p.key for p in kind.parts(asked) if not p.key.startswith("option:")]
    exclusive = {o.value: f"exclusive-{o.value}" in form and form[f"exclusive-{o.value}"].data for o in asked.options}
    new = (form["new_option"].data or "") if "new_option" in form else ""
    return QuestionPlan(
        type=kind.key,
        section_id=form["section_id"].data,
        texts={part: form[part].data or "" for part in parts},
        required=form["required"].data,
        dont_know=form["dont_know"].data,
        prefer_not=form["prefer_not"].data,
        settings={s.key: form[f"setting-{s.key}"].data for s in kind.settings},
        options=tuple((o.value, form[f"option-{o.value}"].data or "", exclusive[o.value]) for o in asked.options),
        new_options=tuple(line.strip() for line in new.splitlines() if line.strip()),
    )


def _save(survey_id: int, asked: Question, kind: QuestionType, form: RevisionForm, is_new: bool) -> ResponseReturnValue:
    """Keep the page, then do what its button says; back to the outline, or to this page for more answers."""
    survey = authoring.open_for_edit(survey_id, form.seen)
    plan = _plan(form, asked, kind)
    if is_new:
        saved = authoring.add_question(survey, plan, by())
    else:
        saved = authoring.save_question(survey, asked.id, plan, by())
    do, _sep, value = request.form.get("do", "").partition(":")
    if value and saved.option(value) is not None:
        if do in {"up", "down"}:
            authoring.move(survey, "option", value, -1 if do == "up" else 1, saved.id)
        elif do == "remove":
            authoring.remove(survey, "option", value, saved.id)
    commit()
    if do == "save" or not do:
        flash(_("Saved."), "success")
        return redirect(url_for("author.show", survey_id=survey_id, _anchor=saved.id), 303)
    flash(_("Taken out. You can put it back on the survey's page.") if do == "remove" else _("Saved."), "success")
    anchor = f"option-{value}" if do in {"up", "down"} else "new_option"
    return redirect(url_for("author.question", survey_id=survey_id, question_id=saved.id, _anchor=anchor), 303)
