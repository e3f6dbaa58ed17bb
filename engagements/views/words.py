"""The words of an engagement in another language, side by side with the source."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current
from core import access
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from engagements import forms, services, wording
from engagements.models import Engagement
from engagements.views import blueprint
from engagements.views.engagements import find
from i18n import languages, translating
from i18n.web import words as error_words


@blueprint.get("/<int:engagement_id>/words/<tag>", endpoint="translation")
@blueprint.post("/<int:engagement_id>/words/<tag>", endpoint="save_translation")
@access.requires("surveys.translate")
def translation(engagement_id: int, tag: str) -> ResponseReturnValue:
    """Show source and translation side by side, and keep the translation."""
    engagement, person = find(engagement_id), current.staff()
    if tag not in languages.BY_TAG or tag == languages.SOURCE.tag:
        abort(404)
    if person is None or not person.may_translate(tag):
        abort(403)
    if request.method == "POST":
        services.hold(engagement)
    source = engagement.words.get(languages.SOURCE.tag, {})
    parts = [part for part in wording.PARTS.values() if source.get(part.key)]
    boxes = forms.translation_boxes(parts, source, engagement.words.get(tag, {}))
    form, status, clashes = translating.form_of(boxes), 200, []
    if request.method == "POST":
        status = 422
        if form.validate():
            clashes = translating.refuse_overwriting(form, boxes)
            if clashes:
                status = 409
            else:
                try:
                    _save(engagement, tag, form, [part.key for part in parts])
                    commit()
                    flash(_("The translation is saved."), "success")
                    here = url_for("engagements.translation", engagement_id=engagement.id, tag=tag)
                    return redirect(here, 303)
                except DomainError as error:
                    form.refuse(error, error_words(error))
    return render_template(
        "engagements/translation.html",
        form=form,
        engagement=engagement,
        target=languages.get(tag),
        parts=parts,
        source=source,
        progress=wording.progress(engagement, tag),
        clashes=clashes,
    ), status


def _save(engagement: Engagement, tag: str, form: Form, keys: list[str]) -> None:
    own = engagement.words.get(tag, {})
    texts = {key: form[key].data or own.get(key, "") for key in keys}
    fresh = {
        key: form[f"seen.{key}"].data
        for key in keys
        if texts[key] and (texts[key] != own.get(key) or form[f"still.{key}"].data)
    }
    services.change_words(engagement, tag, texts, fresh)
