"""The words of an engagement in another language, side by side with the source."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current
from core import access
from core.database import commit
from core.errors import DomainError
from engagements import forms, services, wording
from engagements.views import blueprint
from engagements.views.engagements import find
from i18n import languages
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
    source = engagement.words.get(languages.SOURCE.tag, {})
    parts = [part for part in wording.PARTS.values() if source.get(part.key)]
    own = engagement.words.get(tag, {})
    form = forms.translation_form(parts)(data={part.key: own.get(part.key, "") for part in parts})
    if request.method == "POST" and form.validate():
        try:
            services.hold(engagement)
            own = engagement.words.get(tag, {})
            texts = {p.key: form[p.key].data or own.get(p.key, "") for p in parts}
            fresh = {
                p.key: form[f"seen-{p.key}"].data
                for p in parts
                if texts[p.key] and (texts[p.key] != own.get(p.key) or form[f"still-{p.key}"].data)
            }
            services.change_words(engagement, tag, texts, fresh)
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
        hashes={p.key: wording.source_hash(source[p.key]) for p in parts},
        progress=wording.progress(engagement, tag),
    ), 422 if request.method == "POST" else 200
