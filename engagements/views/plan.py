"""The pages of the plan: one thing a page, each reached from the engagement's list of tasks."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from engagements import presenters, queries, services
from engagements.forms import LEVELS
from engagements.models import Engagement
from engagements.pages import PAGES, PlanPage
from engagements.views import blueprint
from engagements.views.engagements import find
from i18n import languages
from i18n.web import words as error_words


@blueprint.get("/<int:engagement_id>/plan/<page_key>", endpoint="plan")
@blueprint.post("/<int:engagement_id>/plan/<page_key>", endpoint="save_plan")
@access.requires("engagements.edit")
def plan(engagement_id: int, page_key: str) -> ResponseReturnValue:
    """Show one page of the plan, and keep what is written there."""
    engagement = find(engagement_id)
    page = PAGES.get(page_key) or abort(404)
    form = page.form(data=_stored(engagement, page))
    if "areas" in form:
        form["areas"].choices = presenters.area_choices()
    if request.method == "POST" and form.validate():
        try:
            _save(engagement, page, form)
            commit()
            flash(_("Saved."), "success")
            return redirect(url_for("engagements.show", engagement_id=engagement.id), 303)
        except DomainError as error:
            form.refuse(error, error_words(error))
    template = f"engagements/plan/{page.key}.html"
    refused = 422 if request.method == "POST" else 200
    hints = {key: _(meaning) for key, (_name, meaning) in LEVELS.items()}
    return render_template(template, form=form, engagement=engagement, page=page, level_hints=hints), refused


def _stored(engagement: Engagement, page: PlanPage) -> dict[str, Any]:
    words = engagement.words.get(languages.SOURCE.tag, {})
    stored: dict[str, Any] = {part: words.get(part, "") for part in page.words}
    stored |= {column: getattr(engagement, column) for column in page.columns}
    if page.key == "about":
        stored["areas"] = queries.area_ids(engagement.id)
    return stored


def _save(engagement: Engagement, page: PlanPage, form: Form) -> None:
    if page.columns:
        services.change_plan(engagement, **{column: _value(form, column) for column in page.columns})
    if page.words:
        texts = {part: _value(form, part) or "" for part in page.words}
        services.change_words(engagement, languages.SOURCE.tag, texts)
    if "areas" in form:
        services.set_areas(engagement, form["areas"].data)


def _value(form: Form, name: str) -> Any:
    value = form[name].data
    return "" if value is None and name.startswith("contact_") else value
