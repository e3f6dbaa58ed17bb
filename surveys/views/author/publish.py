"""Publishing a version: what is ready, which languages, and why one goes out although it is not complete."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from surveys import wording
from surveys.forms import authoring as forms
from surveys.presenters import authoring as presenters
from surveys.services import authoring, publishing
from surveys.services.authoring import EditConflictError
from surveys.views.author import blueprint
from surveys.views.author.common import by, find, refuse


@blueprint.get("/<int:survey_id>/publish", endpoint="publish")
@blueprint.post("/<int:survey_id>/publish", endpoint="do_publish")
@access.requires("surveys.publish")
def publish(survey_id: int) -> ResponseReturnValue:
    """Publish the draft as it was seen."""
    survey = find(survey_id)
    outline = presenters.outline(survey)
    open_reasons = [row["tag"] for row in outline["languages"] if not row["complete"] and row["tag"] != wording.SOURCE]
    complete = [row["tag"] for row in outline["languages"] if row["complete"]]
    form = forms.publish_form(survey.languages, open_reasons)(data={"languages": complete, "revision": survey.revision})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                held = authoring.hold(survey_id, form.seen)
                reasons = {tag: form[f"reason_{tag}"].data or "" for tag in open_reasons}
                version = publishing.publish(held, form["languages"].data, reasons, by())
                commit()
                flash(_("Version %(number)s is published.", number=version.number), "success")
                return redirect(url_for("author.version", version_id=version.id), 303)
            except DomainError as error:
                status = refuse(form, error)
                survey = find(survey_id)
                if isinstance(error, EditConflictError):
                    form["revision"].data = survey.revision
                outline = presenters.outline(survey)
    return render_template(
        "surveys/author/publish.html", form=form, survey=survey, outline=outline, open_reasons=open_reasons
    ), status
