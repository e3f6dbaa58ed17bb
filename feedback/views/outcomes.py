"""Writing and translating outcomes."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import accounts.queries
import engagements.queries
from accounts import current
from core import access
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from engagements.models import Engagement
from engagements.subjects import SUBJECTS
from engagements.wording import title_of
from feedback import wording
from feedback.forms import OutcomeForm, ReadyForm, ready_form, translation_boxes
from feedback.models import Outcome, OutcomeState
from feedback.presenters import editing
from feedback.queries import loop, outcomes, tellings
from feedback.services import outcomes as services
from feedback.views import staff
from i18n import languages, translating
from i18n.languages import SOURCE
from i18n.web import words
from surveys.queries import periods


def tags_of(engagement_id: int) -> list[str]:
    """Return the languages people could answer in, the source first, which outcomes must be in too."""
    found = periods.answering_period(engagement_id).languages
    return [SOURCE.tag, *(tag for tag in found if tag != SOURCE.tag)]


@staff.get("/engagements/<int:engagement_id>/outcomes")
@access.requires("engagements.read")
def list_outcomes(engagement_id: int) -> str:
    engagement = engagements.queries.get_engagement(engagement_id)
    found = outcomes.list_outcomes(engagement_id)
    return render_template(
        "feedback/outcomes.html",
        engagement=engagement,
        title=title_of(engagement),
        rows=editing.rows(found, tags_of(engagement_id)),
        ready=any(each.state == OutcomeState.READY for each in found),
        loop_state=loop.loop_of(engagement_id),
        tellings=tellings.list_tellings(engagement_id),
    )


def _form(engagement: Engagement, chosen_areas: list[int], owner_id: int | None, **data: object) -> OutcomeForm:
    form = OutcomeForm(data=data)
    form.answer.choices = [(key, _(text)) for key, text in wording.ANSWERS.items()]
    form.subjects.choices = [(key, _(text)) for key, text in SUBJECTS.items()]
    form.areas.choices = editing.area_choices(engagements.queries.area_ids(engagement.id), chosen_areas)
    people = [(each.id, each.name) for each in accounts.queries.list_staff() if each.active or each.id == owner_id]
    form.owner.choices = [("", _("Nobody yet")), *people]
    return form


def _content(form: OutcomeForm) -> services.Content:
    return services.Content(
        answer=form.answer.data,
        heard=form.heard.data or "",
        response=form.response.data or "",
        why=form.why.data or "",
        said_by=form.said_by.data,
        out_of=form.out_of.data,
        evidence=form.evidence.data or "",
        owner_id=form.owner.data,
        due_on=form.due_on.data,
        do_by=form.do_by.data,
        subjects=form.subjects.data or [],
        area_ids=form.areas.data or [],
    )


@staff.route("/engagements/<int:engagement_id>/outcomes/new", methods=["GET", "POST"])
@access.requires("outcomes.edit")
def new_outcome(engagement_id: int) -> ResponseReturnValue:
    engagement = engagements.queries.get_engagement(engagement_id)
    areas = engagements.queries.area_ids(engagement_id)
    form = _form(
        engagement, areas, engagement.owner_id, owner=engagement.owner_id, areas=areas, subjects=engagement.subjects
    )
    if form.validate_on_submit():
        outcome = services.create_outcome(engagement_id, _content(form))
        commit()
        return redirect(url_for("feedback.show_outcome", outcome_id=outcome.id), 303)
    page = render_template(
        "feedback/outcome_form.html", form=form, engagement=engagement, title=title_of(engagement), outcome=None
    )
    return page, 422 if form.errors else 200


@staff.get("/outcomes/<int:outcome_id>")
@access.requires("engagements.read")
def show_outcome(outcome_id: int) -> str:
    return _show(outcomes.get_outcome(outcome_id), None)


def _show(outcome: Outcome, form: ReadyForm | None) -> str:
    engagement = engagements.queries.get_engagement(outcome.engagement_id)
    tags = tags_of(engagement.id)
    lacking = {tag: languages.get(tag).name for tag in wording.lacking(outcome, tags) if tag != SOURCE.tag}
    kept = {f"reason-{tag}": outcome.incomplete.get(tag, "") for tag in lacking}
    form = form or ready_form(lacking)(data=kept)
    return render_template(
        "feedback/outcome.html",
        form=form,
        outcome=outcome,
        engagement=engagement,
        title=title_of(engagement),
        state_text=_(editing.STATES[outcome.state][0]),
        state_kind=editing.STATES[outcome.state][1],
        details=editing.details(outcome),
        translations=editing.translations(outcome, tags),
        reasons=[form[f"reason-{tag}"] for tag in lacking],
        is_followed=bool(outcomes.followed([outcome.id])),
    )


@staff.route("/outcomes/<int:outcome_id>/change", methods=["GET", "POST"])
@access.requires("outcomes.edit")
def change_outcome(outcome_id: int) -> ResponseReturnValue:
    outcome = outcomes.get_outcome(outcome_id)
    if outcome.state == OutcomeState.PUBLISHED:
        return redirect(url_for("feedback.show_outcome", outcome_id=outcome.id), 303)
    engagement = engagements.queries.get_engagement(outcome.engagement_id)
    areas = outcomes.areas_of([outcome.id]).get(outcome.id, [])
    form = _form(engagement, areas, outcome.owner_id, **editing.form_data(outcome, areas))
    changed_meanwhile = False
    if form.validate_on_submit():
        services.hold(outcome)
        try:
            services.revise_outcome(outcome, _content(form), int(form.revision.data or 0))
        except DomainError as error:
            form.refuse(error, words(error))
            form.revision.data = str(outcome.revision)
            changed_meanwhile = True
        else:
            commit()
            return redirect(url_for("feedback.show_outcome", outcome_id=outcome.id), 303)
    page = render_template(
        "feedback/outcome_form.html",
        form=form,
        engagement=engagement,
        title=title_of(engagement),
        outcome=outcome,
        source=outcome.words.get(SOURCE.tag, {}) if changed_meanwhile else None,
    )
    return page, 422 if form.errors else 200


@staff.get("/outcomes/translations")
@access.requires("outcomes.translate")
def translations() -> str:
    """List what is not public yet and can be translated into the reader's languages."""
    found = outcomes.list_unpublished()
    tags = [language for language in languages.LANGUAGES if language is not SOURCE and _may_translate(language.tag)]
    return render_template("feedback/translations.html", rows=editing.to_translate(found, tags))


def _may_translate(tag: str) -> bool:
    person = current.staff()
    return person is not None and person.may_translate(tag, "outcomes.translate")


@staff.route("/outcomes/<int:outcome_id>/words/<tag>", methods=["GET", "POST"])
@access.requires("outcomes.translate")
def translate_outcome(outcome_id: int, tag: str) -> ResponseReturnValue:
    outcome = outcomes.get_outcome(outcome_id)
    if tag == SOURCE.tag or tag not in languages.BY_TAG:
        abort(404)
    if not _may_translate(tag):
        abort(403)
    # Whoever translates and does nothing else has no page of the outcome to go back to.
    editor = current.signed_in().may("outcomes.edit")
    back = url_for("feedback.show_outcome", outcome_id=outcome.id) if editor else url_for("feedback.translations")
    if request.method == "POST":
        services.hold(outcome)
    parts = wording.source_parts(outcome.words)
    boxes = translation_boxes(outcome.words, parts, tag)
    form, clashes = translating.form_of(boxes), []
    if form.validate_on_submit():
        clashes = translating.refuse_overwriting(form, boxes)
        if not clashes and _translated(outcome, tag, form, parts):
            return redirect(back, 303)
    page = render_template(
        "feedback/translation.html",
        back=back,
        form=form,
        outcome=outcome,
        target=languages.get(tag),
        source=outcome.words.get(SOURCE.tag, {}),
        parts=parts,
        limits=wording.LIMITS,
        missing=wording.missing(outcome, tag),
        is_stale=wording.is_stale(outcome, tag),
        clashes=clashes,
    )
    return page, 409 if clashes else 422 if form.errors else 200


def _translated(outcome: Outcome, tag: str, form: Form, parts: list[str]) -> bool:
    """Keep a translation; return whether that could be done, or let the form say why not."""
    texts = {part: form[part].data or "" for part in parts}
    try:
        services.translate_outcome(outcome, tag, texts, form[f"seen.{parts[0]}"].data if parts else "")
    except DomainError as error:
        form.refuse(error, words(error))
        return False
    commit()
    flash(_("Saved."))
    return True


@staff.post("/outcomes/<int:outcome_id>/ready")
@access.requires("outcomes.edit")
def mark_ready(outcome_id: int) -> ResponseReturnValue:
    outcome = outcomes.get_outcome(outcome_id)
    tags = tags_of(outcome.engagement_id)
    lacking = {tag: languages.get(tag).name for tag in wording.lacking(outcome, tags) if tag != SOURCE.tag}
    form = ready_form(lacking)()
    if form.validate_on_submit():
        reasons = {tag: form[f"reason-{tag}"].data or "" for tag in lacking}
        try:
            services.mark_ready(outcome, tags, reasons)
        except DomainError as error:
            form.refuse(error, words(error))
        else:
            commit()
            return redirect(url_for("feedback.list_outcomes", engagement_id=outcome.engagement_id), 303)
    return _show(outcome, form), 422


@staff.post("/outcomes/<int:outcome_id>/<any(draft,delete,follow,up,down):verb>")
@access.requires("outcomes.edit")
def change_state(outcome_id: int, verb: str) -> ResponseReturnValue:
    """Everything that needs no more than a button."""
    outcome = outcomes.get_outcome(outcome_id)
    engagement_id = outcome.engagement_id
    try:
        following = _BUTTONS[verb](outcome)
    except DomainError as error:
        flash(words(error), "error")
        return redirect(url_for("feedback.show_outcome", outcome_id=outcome_id), 303)
    commit()
    if verb == "follow" and following is not None:
        return redirect(url_for("feedback.change_outcome", outcome_id=following.id), 303)
    if verb == "draft":
        return redirect(url_for("feedback.show_outcome", outcome_id=outcome_id), 303)
    return redirect(url_for("feedback.list_outcomes", engagement_id=engagement_id), 303)


_BUTTONS: dict[str, Callable[[Outcome], Outcome | None]] = {
    "draft": services.back_to_draft,
    "delete": services.delete_outcome,
    "follow": services.follow_up,
    "up": lambda outcome: services.move_outcome(outcome, -1),
    "down": lambda outcome: services.move_outcome(outcome, 1),
}
