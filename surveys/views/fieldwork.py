"""Fieldwork for staff: plan it, check it, let it open, watch it, invite and remind, extend and close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from accounts import current
from core import access, config
from core.database import commit, db
from core.errors import DomainError, NotFoundError
from engagements import wording as engagement_wording
from i18n import languages, negotiation
from i18n.web import words as error_words
from panel import contact, reach
from panel import queries as panel
from panel.draws import pages as draw_pages
from panel.draws import shown as draws
from surveys import checklist, links
from surveys.forms import fieldwork as forms
from surveys.forms.fieldwork import PlanForm
from surveys.models import Fieldwork, FieldworkState, Kind, Survey
from surveys.presenters import fieldwork as presenters
from surveys.queries import fieldwork as fieldworks
from surveys.queries import participation, versions
from surveys.services import fieldwork as services

blueprint = Blueprint("fieldwork", __name__, url_prefix="/staff")
_PAGE = 50


@blueprint.get("/fieldwork")
@access.requires("engagements.read")
def index() -> str:
    """All fieldwork, the latest to open first."""
    page = max(request.args.get("page", 1, type=int), 1)
    found = fieldworks.list_fieldwork(limit=_PAGE + 1, offset=(page - 1) * _PAGE)
    rows = presenters.rows(found[:_PAGE], fieldworks.survey_names(found))
    return render_template("surveys/fieldwork/index.html", rows=rows, page=page, more=len(found) > _PAGE)


@blueprint.route("/surveys/<int:survey_id>/fieldwork/new", methods=["GET", "POST"])
@access.requires("fieldwork.manage")
def new(survey_id: int) -> Any:
    """Plan a fieldwork of a survey."""
    survey = _survey(survey_id)
    form = _with_choices(PlanForm(data={"opens_time": "09:00", "closes_time": "17:00"}), survey)
    if not form.version_id.choices:
        return render_template("surveys/fieldwork/no_version.html", survey=survey)
    if form.validate_on_submit():
        try:
            fieldwork = services.create(survey, form.plan())
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, error_words(error))
        else:
            commit()
            return redirect(url_for("fieldwork.show", fieldwork_id=fieldwork.id), 303)
    return render_template("surveys/fieldwork/plan.html", form=form, back=None), 422 if form.errors else 200


@blueprint.route("/fieldwork/<int:fieldwork_id>/change", methods=["GET", "POST"])
@access.requires("fieldwork.manage")
def change(fieldwork_id: int) -> Any:
    """Change a draft."""
    fieldwork = _find(fieldwork_id)
    form = _with_choices(PlanForm(data=forms.values_of(fieldwork)), _survey(fieldwork.survey_id))
    back = url_for("fieldwork.show", fieldwork_id=fieldwork.id)
    if form.validate_on_submit():
        try:
            services.change(fieldwork, form.plan())
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, error_words(error))
        else:
            commit()
            return redirect(back, 303)
    return render_template("surveys/fieldwork/plan.html", form=form, back=back), 422 if form.errors else 200


@blueprint.get("/fieldwork/<int:fieldwork_id>")
@access.requires("engagements.read")
def show(fieldwork_id: int) -> Any:
    """Where a fieldwork stands."""
    fieldwork = _find(fieldwork_id)
    form = _release_form(fieldwork) if fieldwork.state == FieldworkState.DRAFT else forms.MoveForm()
    return _show(fieldwork, form)


def _show(fieldwork: Fieldwork, form: Any) -> str:
    engagement = fieldworks.engagement_of(fieldwork)
    found = services.findings(fieldwork) if fieldwork.state == FieldworkState.DRAFT else []
    return render_template(
        "surveys/fieldwork/show.html",
        fieldwork=fieldwork,
        title=engagement_wording.title_of(engagement, negotiation.current().tag),
        engagement=engagement,
        facts=presenters.facts(fieldwork),
        state=presenters.state(fieldwork),
        closing=presenters.is_closing(fieldwork),
        findings=[presenters.finding(f) for f in found],
        must=[f for f in found if f.severity == checklist.MUST],
        form=form,
        numbers=participation.counts(fieldwork.id) if fieldwork.kind != Kind.OPEN else None,
        public_link=f"{config.settings().base_url}/o/{fieldwork.slug}",
        may_manage=current.may("fieldwork.manage"),
        may_see_people=current.may("members.read"),
        may_read_results=current.may("results.read"),
    )


def _release_form(fieldwork: Fieldwork) -> Any:
    codes = [
        (f.code, presenters.finding(f).words) for f in services.findings(fieldwork) if f.severity == checklist.REASON
    ]
    return forms.release_form(codes)(data={f"reason-{code}": fieldwork.reasons.get(code, "") for code, _ in codes})


@blueprint.post("/fieldwork/<int:fieldwork_id>/release")
@access.requires("fieldwork.manage")
def release(fieldwork_id: int) -> Any:
    """Let it open by itself, when the checklist is clear or reasons are given."""
    fieldwork = _find(fieldwork_id)
    if fieldwork.state != FieldworkState.DRAFT:
        return _moved(fieldwork, services.WrongStateError())
    form = _release_form(fieldwork)
    if not form.validate():
        return _show(fieldwork, form), 422
    reasons = {f.name.removeprefix("reason-"): f.data or "" for f in form if f.name.startswith("reason-")}
    try:
        services.release(fieldwork, reasons)
    except DomainError as error:
        db.session.rollback()
        for field in form:
            if field.name.startswith("reason-") and not (field.data or "").strip():
                field.errors = [gettext("Give a reason, or change the plan.")]
        if not form.errors:
            form.form_errors.append(error_words(error))
        return _show(_find(fieldwork_id), form), 422
    commit()
    flash(gettext("It opens by itself at its time."), "success")
    return redirect(url_for("fieldwork.show", fieldwork_id=fieldwork_id), 303)


@blueprint.post("/fieldwork/<int:fieldwork_id>/take-back")
@access.requires("fieldwork.manage")
def take_back(fieldwork_id: int) -> Any:
    """Make it a draft again."""
    return _move(fieldwork_id, services.take_back, gettext("It is a draft again."))


@blueprint.post("/fieldwork/<int:fieldwork_id>/remind")
@access.requires("fieldwork.manage")
def remind(fieldwork_id: int) -> Any:
    """Write again to those who are not done."""
    return _move(fieldwork_id, services.remind, gettext("We are writing to everybody who has not answered yet."))


@blueprint.post("/fieldwork/<int:fieldwork_id>/invite-again")
@access.requires("fieldwork.manage")
def invite_again(fieldwork_id: int) -> Any:
    """Invite those who have joined since."""
    return _move(fieldwork_id, services.invite_again, gettext("We are inviting those who have joined since."))


def _move(fieldwork_id: int, do: Callable[[Fieldwork], None], done: str) -> Any:
    fieldwork = _find(fieldwork_id)
    try:
        do(fieldwork)
    except DomainError as error:
        return _moved(fieldwork, error)
    commit()
    flash(done, "success")
    return redirect(url_for("fieldwork.show", fieldwork_id=fieldwork_id), 303)


def _moved(fieldwork: Fieldwork, error: DomainError) -> Any:
    db.session.rollback()
    flash(error_words(error), "error")
    return redirect(url_for("fieldwork.show", fieldwork_id=fieldwork.id), 303)


@blueprint.route("/fieldwork/<int:fieldwork_id>/extend", methods=["GET", "POST"])
@access.requires("fieldwork.manage")
def extend(fieldwork_id: int) -> Any:
    """Close later."""
    fieldwork = _find(fieldwork_id)
    shown = forms.values_of(fieldwork)
    form = forms.ExtendForm(data={"closes_on": shown["closes_on"], "closes_time": shown["closes_time"]})
    if form.validate_on_submit():
        closes_at = forms.moment_of(form.closes_on.data, form.closes_time.data)
        assert closes_at is not None  # noqa: S101  checked by the form
        response = _try(form, lambda: services.extend(fieldwork, closes_at, form.reason.data or ""), fieldwork_id)
        if response is not None:
            return response
    return render_template("surveys/fieldwork/extend.html", form=form, fieldwork=fieldwork), 422 if form.errors else 200


@blueprint.route("/fieldwork/<int:fieldwork_id>/close", methods=["GET", "POST"])
@access.requires("fieldwork.manage")
def close(fieldwork_id: int) -> Any:
    """Close early."""
    fieldwork = _find(fieldwork_id)
    form = forms.CloseForm()
    if form.validate_on_submit():
        response = _try(form, lambda: services.close_early(fieldwork, form.reason.data or ""), fieldwork_id)
        if response is not None:
            return response
    return render_template("surveys/fieldwork/close.html", form=form, fieldwork=fieldwork), 422 if form.errors else 200


def _try(form: Any, do: Callable[[], None], fieldwork_id: int) -> Any:
    try:
        do()
    except DomainError as error:
        db.session.rollback()
        form.refuse(error, error_words(error))
        return None
    commit()
    return redirect(url_for("fieldwork.show", fieldwork_id=fieldwork_id), 303)


@blueprint.get("/fieldwork/<int:fieldwork_id>/people")
@access.requires("fieldwork.manage")
def people(fieldwork_id: int) -> Any:
    """The call and letter list: those who get no e-mail and have not answered, with their codes."""
    if not current.may("members.read"):
        abort(403)
    fieldwork = _find(fieldwork_id)
    if fieldwork.link_key is None or fieldwork.kind == Kind.OPEN:
        abort(404)
    after = request.args.get("after", 0, type=int)
    found = participation.without_email(fieldwork.id, after=after, limit=_PAGE + 1)
    members = reach.members_by_id([member_id for member_id, _ in found])
    way = links.maker(fieldwork)
    chances = draws.chances_in_words(fieldwork.audience, list(members))
    rows = [
        presenters.person(contact.open_contact(members[i]), route, members[i].language, way(i).code)
        | {"chance": chances.get(i, "")}
        for i, route in found[:_PAGE]
    ]
    more = found[_PAGE - 1][0] if len(found) > _PAGE else None
    return render_template(
        "surveys/fieldwork/people.html",
        fieldwork=fieldwork,
        rows=rows,
        more=more,
        base_url=config.settings().base_url,
        lotteries=draws.pages_of_audience(fieldwork.audience),
    )


def _find(fieldwork_id: int) -> Fieldwork:
    try:
        return fieldworks.get_fieldwork(fieldwork_id)
    except NotFoundError:
        abort(404)


def _survey(survey_id: int) -> Survey:
    try:
        return versions.get_survey(survey_id)
    except NotFoundError:
        abort(404)


def _with_choices(form: PlanForm, survey: Survey) -> PlanForm:
    found = versions.list_versions(survey.id)
    form.version_id.choices = [SelectChoice(v.id, gettext("Version %(number)s", number=v.number)) for v in found]
    offered = {tag for v in found for tag in v.languages}
    everything = [SelectChoice(tag, languages.get(tag).name) for tag in languages.TAGS]
    form.languages.choices = [choice for choice in everything if choice.value in offered]
    form.area_ids.choices = [SelectChoice(a.id, a.name) for a in panel.list_areas()]
    form.draw_ids.choices = [SelectChoice(draw_id, title) for draw_id, title in draw_pages.choices_of_published()]
    form.group_ids.choices = [SelectChoice(g.id, g.name) for g in panel.list_groups()]
    form.audience_languages.choices = everything
    return form
