"""The pages of the plan: one thing a page, each reached from the engagement's list of tasks."""

from __future__ import annotations

import hashlib
import json
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
    stored = _stored(engagement, page)
    form = page.form(data=stored | {"seen": _digest(stored)})
    if "areas" in form:
        form["areas"].choices = presenters.area_choices()
    status, conflict = 200, []
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                _save(engagement, page, form)
                commit()
                flash(_("Saved."), "success")
                return redirect(url_for("engagements.show", engagement_id=engagement.id), 303)
            except services.ChangedMeanwhileError as error:
                # The reader is told, sees what is there now, and may save once more.
                status, stored = 409, _stored(engagement, page)
                form.refuse(error, error_words(error))
                form["seen"].data = _digest(stored)
                conflict = presenters.differences(form, stored)
            except DomainError as error:
                form.refuse(error, error_words(error))
    return render_template(
        f"engagements/plan/{page.key}.html",
        form=form,
        engagement=engagement,
        page=page,
        level_hints={key: _(meaning) for key, (_name, meaning) in LEVELS.items()},
        conflict=conflict,
    ), status


def _digest(stored: dict[str, Any]) -> str:
    """Return a digest of what a page shows: pages of one plan may be changed by different people at one time."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True, default=str).encode()).hexdigest()


def _stored(engagement: Engagement, page: PlanPage) -> dict[str, Any]:
    words = engagement.words.get(languages.SOURCE.tag, {})
    stored: dict[str, Any] = {part: words.get(part, "") for part in page.words}
    stored |= {column: getattr(engagement, column) for column in page.columns}
    if page.key == "about":
        stored["areas"] = queries.area_ids(engagement.id)
    return stored


def _save(engagement: Engagement, page: PlanPage, form: Form) -> None:
    services.hold(engagement)
    stored = _stored(engagement, page)
    # The same form sent twice finds its own values there, which is no conflict.
    if form["seen"].data != _digest(stored) and presenters.differences(form, stored):
        raise services.ChangedMeanwhileError
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
