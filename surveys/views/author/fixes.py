"""A published version: what it says, and mending its words without changing their meaning."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from i18n import languages
from surveys import document as documents
from surveys import wording
from surveys.forms import authoring as forms
from surveys.models import SurveyVersion
from surveys.queries import versions
from surveys.services import publishing
from surveys.views.author import blueprint
from surveys.views.author.common import by, find, refuse


def _find(version_id: int) -> SurveyVersion:
    try:
        return versions.get_version(version_id)
    except DomainError:
        abort(404)


@blueprint.get("/versions/<int:version_id>")
@access.requires("engagements.read")
def version(version_id: int) -> str:
    """Show every text of a version in one language, and what was mended."""
    found = _find(version_id)
    tag = request.args.get("shown", languages.SOURCE.tag)
    if tag not in found.languages:
        tag = languages.SOURCE.tag
    source, own = found.wording[wording.SOURCE], found.wording.get(tag, {})
    rows = [
        {"text": t, "source": source[t.item][t.part], "own": own.get(t.item, {}).get(t.part, "")}
        for t in wording.texts_of(documents.from_json(found.document))
        if source.get(t.item, {}).get(t.part)
    ]
    return render_template(
        "surveys/author/version.html",
        version=found,
        survey=find(found.survey_id),
        rows=rows,
        shown=languages.get(tag),
        offered=[languages.get(t) for t in found.languages],
        fixes=versions.list_fixes(version_id),
    )


@blueprint.get("/versions/<int:version_id>/mend/<tag>/<item>/<path:part>", endpoint="fix")
@blueprint.post("/versions/<int:version_id>/mend/<tag>/<item>/<path:part>", endpoint="save_fix")
@access.requires("surveys.publish")
def fix(version_id: int, tag: str, item: str, part: str) -> ResponseReturnValue:
    """Mend one text of a published version."""
    found = _find(version_id)
    source = found.wording[wording.SOURCE].get(item, {}).get(part, "")
    if tag not in found.wording or not source:
        abort(404)
    before = found.wording[tag].get(item, {}).get(part, "")
    form, status = forms.FixForm(data={"text": before}), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                publishing.fix_wording(
                    found,
                    tag=tag,
                    item=item,
                    part=part,
                    text=form.text.data or "",
                    reason=form.reason.data or "",
                    by=by(),
                )
                commit()
                flash(_("The text is mended. People see it from now on."), "success")
                return redirect(url_for("author.version", version_id=version_id, shown=tag), 303)
            except DomainError as error:
                status = refuse(form, error)
    return render_template(
        "surveys/author/fix.html",
        form=form,
        version=_find(version_id),
        source=source,
        before=before,
        target=languages.get(tag),
    ), status
