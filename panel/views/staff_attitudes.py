"""Pages on questions on attitudes: what is asked beside the equality questions, and in which words."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import N_, DomainError
from i18n import languages
from i18n.web import words
from panel.forms.targets import AttitudeForm, NewAttitudeForm, filled
from panel.models import AttitudeState
from panel.representation import features
from panel.services import attitudes as services
from panel.views.blueprint import blueprint

_STATES = {
    AttitudeState.DRAFT: (N_("Draft"), "grey"),
    AttitudeState.ASKED: (N_("Asked"), "green"),
    AttitudeState.RETIRED: (N_("Not asked any more"), "white"),
}


def _to_list() -> ResponseReturnValue:
    return redirect(url_for("panel.attitudes"), 303)


@blueprint.get("/staff/panel/attitudes")
@access.requires("panel.targets")
def attitudes() -> str:
    """List the questions."""
    rows = [
        {
            "question": q,
            "text": q.wording["en"]["question"],
            "options": [q.wording["en"]["options"][key] for key in q.options],
            "state": _STATES[AttitudeState(q.state)],
            "feature": f"{features.ATTITUDE}{q.key}",
        }
        for q in services.list_questions()
    ]
    return render_template("panel/staff/attitudes.html", rows=rows, languages=languages.LANGUAGES)


@blueprint.route("/staff/panel/attitudes/add", methods=["GET", "POST"])
@access.requires("panel.targets")
def add_attitude() -> ResponseReturnValue:
    """Write a question, in English."""
    form = NewAttitudeForm()
    if request.method == "POST" and form.validate():
        services.add(form.question.data or "", form.lines, at_joining=bool(form.at_joining.data))
        commit()
        flash(_("The question is added. Nobody is asked it yet."), "success")
        return _to_list()
    page = render_template("panel/staff/attitude.html", form=form, language=languages.SOURCE, question=None)
    return page, 422 if form.errors else 200


@blueprint.route("/staff/panel/attitudes/<int:question_id>/words/<language_tag>", methods=["GET", "POST"])
@access.requires("panel.targets")
def word_attitude(question_id: int, language_tag: str) -> ResponseReturnValue:
    """Word a question in a language."""
    question = services.get_question(question_id)
    language = languages.BY_TAG.get(language_tag) or abort(404)
    form = AttitudeForm(data=filled(question, language_tag))
    if question.state != AttitudeState.DRAFT or language is not languages.SOURCE:
        form.expected = len(question.options)
    if request.method == "POST" and form.validate():
        try:
            services.word(question, language_tag, form.question.data or "", form.lines)
        except DomainError as error:
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The words are saved."), "success")
            return _to_list()
    page = render_template("panel/staff/attitude.html", form=form, language=language, question=question)
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.post("/staff/panel/attitudes/<int:question_id>/<any(ask, retire):step>")
@access.requires("panel.targets")
def move_attitude(question_id: int, step: str) -> ResponseReturnValue:
    """Put a question to people, or stop doing so."""
    question = services.get_question(question_id)
    try:
        services.move(question, AttitudeState.ASKED if step == "ask" else AttitudeState.RETIRED)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
    return _to_list()
