"""Draws for staff: the plan step by step, fixing, drawing, publishing. Each page asks for one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts import current
from core import access, tasks
from core.database import commit, db
from core.errors import DomainError, NotFoundError
from i18n.web import words
from panel import bands, purposes, queries
from panel.draws import history, lists, naming, pages, people, planning, pools, quotas
from panel.forms import draws as forms
from panel.forms.fields import named
from panel.models import Draw, DrawState

blueprint = Blueprint("draws", __name__, url_prefix="/staff/draws")


def find(draw_id: int) -> Draw:
    """Return the draw, or end the request with "not found"."""
    try:
        return planning.get(draw_id)
    except NotFoundError:
        abort(404)


def to(endpoint: str, draw: Draw) -> ResponseReturnValue:
    """Lead to a page of the draw."""
    return redirect(url_for(f"draws.{endpoint}", draw_id=draw.id), 303)


def attempt(draw: Draw, do: Callable[[], object], done: str, endpoint: str) -> ResponseReturnValue:
    """Do something a button asked for and say so, or say why not; both lead to the page `endpoint`."""
    try:
        do()
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
    else:
        commit()
        flash(done, "success")
    return to(endpoint, draw)


def refused(form: Any, do: Callable[[], object]) -> bool:
    """Do something with what a form holds; return whether it was refused, the form then saying why."""
    try:
        do()
    except DomainError as error:
        db.session.rollback()
        form.refuse(error, words(error))
        return True
    commit()
    return False


@blueprint.get("/")
@access.requires("draws.read")
def index() -> str:
    """All draws, newest first."""
    page = max(request.args.get("page", 1, type=int), 1)
    found = lists.page(page)
    rows = [{"draw": draw, "state": naming.state(draw)} for draw in found[: lists.PAGE_SIZE]]
    more = len(found) > lists.PAGE_SIZE
    return render_template("panel/draws/index.html", rows=rows, page=page, more=more)


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("draws.manage")
def new() -> ResponseReturnValue:
    """Begin a draw."""
    form = _about(forms.AboutForm(data={"engagement_id": request.args.get("engagement", type=int)}))
    if form.validate_on_submit():
        draw = planning.create(form.title.data or "", form.engagement_id.data)
        commit()
        return to("show", draw)
    heading = _("Plan a new draw")
    page = render_template("panel/draws/about.html", form=form, back=url_for("draws.index"), heading=heading, draw=None)
    return page, 422 if form.errors else 200


@blueprint.get("/<int:draw_id>")
@access.requires("draws.read")
def show(draw_id: int) -> str:
    """Where a draw stands, and what to do next."""
    draw, may_manage = find(draw_id), current.may("draws.manage")
    return render_template(
        "panel/draws/show.html",
        draw=draw,
        state=naming.state(draw),
        steps=pages.steps(draw, may_manage=may_manage) if draw.state == DrawState.PLANNED else [],
        facts=pages.facts(draw),
        task=_task(draw),
        missing=people.missing(draw) if draw.state == DrawState.PUBLISHED else 0,
        may_manage=may_manage,
        today_or_later=planning.value_can_be_known(draw),
        pool_kept=draw.fixed_at is not None and pools.are_kept(draw.id),
    )


def _task(draw: Draw) -> tasks.Task | None:
    """Return the work for a draw that was asked for last: of fixing and drawing, and of replacing once it is out."""
    kinds = (planning.REPLACE,) if draw.state == DrawState.PUBLISHED else (planning.HOLD, planning.FIX)
    found = [task for kind in kinds if (task := tasks.find_latest(kind, f"draw:{draw.id}"))]
    latest = max(found, key=lambda task: task.id, default=None)
    done = {planning.FIX: DrawState.PLANNED, planning.HOLD: DrawState.FIXED, planning.REPLACE: DrawState.PUBLISHED}
    return latest if latest is not None and draw.state == done[latest.kind] else None


# --- the plan ----------------------------------------------------------------------------------------------------


def _about(form: Any) -> Any:
    form.engagement_id.choices = [SelectChoice("", _("None")), *named((str(i), t) for i, t in purposes.choices())]
    return form


def _who(form: Any, _draw: Draw) -> Any:
    form.area_ids.choices = [SelectChoice(area.id, area.name) for area in queries.list_areas()]
    form.group_ids.choices = [SelectChoice(group.id, group.name) for group in queries.list_groups()]
    return form


def _features(form: Any, draw: Draw) -> Any:
    form.features.choices = named(pages.feature_choices(draw))
    return form


def _responses(form: Any, _draw: Draw) -> Any:
    known = [(key, naming.feature(key)) for key in bands.FEATURES]
    form.feature.choices = [SelectChoice("", _("No: the same for everybody")), *named(known)]
    return form


_FORMS: dict[str, tuple[type[Any], Callable[[Any, Draw], Any]]] = {
    "about": (forms.AboutForm, lambda form, _draw: _about(form)),
    "who": (forms.WhoForm, _who),
    "size": (forms.SizeForm, lambda form, _draw: form),
    "features": (forms.FeaturesForm, _features),
    "method": (forms.MethodForm, lambda form, _draw: form),
    "responses": (forms.ResponsesForm, _responses),
}


def _changes(step: str, form: Any, draw: Draw) -> dict[str, Any]:
    """Return what a step changes of the plan."""
    if step == "who":
        return {"audience": {"area_ids": form.area_ids.data, "group_ids": form.group_ids.data}}
    if step == "size":
        return {"size": form.size.data, "reserves": form.reserves.data or 0}
    if step == "responses":
        if form.everybody.data == "yes":
            return {"responses": {}}
        before = draw.responses if draw.responses.get("feature") == form.feature.data else {}
        rates = dict(before.get("rates") or {}) | {"": form.rate.data}
        return {"responses": {"feature": form.feature.data or "", "rates": rates}}
    return {name: form[name].data for name in planning.PLAN if name in form}


@blueprint.route("/<int:draw_id>/plan/<any(about,who,size,features,method,responses):step>", methods=["GET", "POST"])
@access.requires("draws.manage")
def plan(draw_id: int, step: str) -> ResponseReturnValue:
    """One page of the plan."""
    draw = _planned(draw_id)
    make, with_choices = _FORMS[step]
    form = with_choices(make(data=forms.values_of(draw)), draw)
    if form.validate_on_submit() and not refused(form, lambda: planning.change(draw, **_changes(step, form, draw))):
        by_group = step == "responses" and draw.responses.get("feature")
        return to("rates" if by_group else "show", draw)
    heading = _(pages.STEPS[step].title)
    back = url_for("draws.show", draw_id=draw.id)
    told = history.answers() if step == "responses" else None
    page = render_template(f"panel/draws/{step}.html", form=form, draw=draw, heading=heading, back=back, told=told)
    return page, 422 if form.errors else 200


def _planned(draw_id: int) -> Draw:
    """Return a draw whose plan can still be changed; 404 otherwise: its pages are gone then."""
    draw = find(draw_id)
    if draw.state != DrawState.PLANNED:
        abort(404)
    return draw


@blueprint.route("/<int:draw_id>/plan/rates", methods=["GET", "POST"])
@access.requires("draws.manage")
def rates(draw_id: int) -> ResponseReturnValue:
    """How many will say yes, by group."""
    draw = _planned(draw_id)
    key = draw.responses.get("feature")
    if not key or key not in bands.FEATURES:
        abort(404)
    known = draw.responses["rates"]
    names = naming.Names()
    pairs = [(category, names.category(key, category)) for category in bands.FEATURES[key].categories]
    make = forms.rates_form(pairs)
    form = make(data={f"rate-{category}": known.get(category, known.get("")) for category, _name in pairs})
    if form.validate_on_submit():
        typed = {category: form[f"rate-{category}"].data for category, _name in pairs}
        responses = {"feature": key, "rates": {"": known.get("")} | typed}
        if not refused(form, lambda: planning.change(draw, responses=responses)):
            return to("show", draw)
    told = history.answers(key)
    page = render_template("panel/draws/rates.html", form=form, draw=draw, feature=naming.feature(key), told=told)
    return page, 422 if form.errors else 200


@blueprint.post("/<int:draw_id>/rates-of-earlier-surveys")
@access.requires("draws.manage")
def write_rates(draw_id: int) -> ResponseReturnValue:
    """Write how many will say yes from earlier surveys, in place of what was typed."""
    draw = _planned(draw_id)
    done = _("The numbers are written from earlier surveys.")
    return attempt(draw, lambda: history.write_rates(draw), done, "rates")


@blueprint.route("/<int:draw_id>/quotas", methods=["GET", "POST"], endpoint="quotas")
@access.requires("draws.manage")
def change_quotas(draw_id: int) -> ResponseReturnValue:
    """How many of each: written from the population, changed by hand."""
    draw = _planned(draw_id)
    rows = quotas.of(draw.id)
    form = forms.quotas_form(rows, draw.size or 0)(
        data={f"{side}-{q.order}": getattr(q, side) for q in rows for side in ("least", "most")}
    )
    if form.validate_on_submit():
        numbers = {(q.feature, q.category): (form[f"least-{q.order}"].data, form[f"most-{q.order}"].data) for q in rows}
        if not refused(form, lambda: quotas.change(draw, numbers)):
            flash(_("The numbers are saved."), "success")
            return to("show", draw)
    groups = pages.quota_groups(rows)
    page = render_template("panel/draws/quotas.html", form=form, draw=draw, groups=groups)
    return page, 422 if form.errors else 200


@blueprint.post("/<int:draw_id>/numbers-of-the-population")
@access.requires("draws.manage")
def write_quotas(draw_id: int) -> ResponseReturnValue:
    """Write the numbers from the population, in place of those there were."""
    draw = find(draw_id)

    def write() -> None:
        try:
            quotas.write_from_population(draw)
        except quotas.NoFiguresError as error:
            raise quotas.NoFiguresError(feature=naming.feature(error.params["feature"])) from None

    return attempt(draw, write, _("The numbers are written from the population."), "quotas")


@blueprint.get("/<int:draw_id>/pool")
@access.requires("draws.read")
def pool(draw_id: int) -> str:
    """Who would be in the pool if it were fixed now."""
    draw = _planned(draw_id)
    preview = pages.preview(draw, exact=current.may("draws.manage"))
    return render_template("panel/draws/pool.html", draw=draw, preview=preview)


@blueprint.get("/<int:draw_id>/check")
@access.requires("draws.read")
def check(draw_id: int) -> str:
    """Whether some group of people meets the numbers, and what to change where none does."""
    draw, may_manage = _planned(draw_id), current.may("draws.manage")
    return render_template(
        "panel/draws/check.html",
        draw=draw,
        task=tasks.find_latest(planning.CHECK, f"draw:{draw.id}"),
        found=draw.findings,
        # They name how many of a few people there are.
        suggestions=pages.suggestions(draw.findings or {}) if may_manage else [],
        may_manage=may_manage,
    )


@blueprint.post("/<int:draw_id>/check")
@access.requires("draws.manage")
def start_check(draw_id: int) -> ResponseReturnValue:
    """Let the worker look."""
    draw = find(draw_id)
    return attempt(draw, lambda: planning.ask_check(draw), _("We are looking whether it is possible."), "check")


# --- fix, draw, publish ------------------------------------------------------------------------------------------


@blueprint.route("/<int:draw_id>/fix", methods=["GET", "POST"])
@access.requires("draws.manage")
def fix(draw_id: int) -> ResponseReturnValue:
    """Announce the public value, and fix the draw."""
    draw, form = _planned(draw_id), forms.FixForm()
    if form.validate_on_submit():
        source, day = form.source.data or "", form.source_on.data
        if not refused(form, lambda: planning.ask_fix(draw, source, day)):
            flash(_("The draw is being fixed."), "success")
            return to("show", draw)
    return render_template("panel/draws/fix.html", form=form, draw=draw), 422 if form.errors else 200


@blueprint.route("/<int:draw_id>/hold", methods=["GET", "POST"])
@access.requires("draws.manage")
def hold(draw_id: int) -> ResponseReturnValue:
    """Enter the public value, once, and draw."""
    draw, form = find(draw_id), forms.HoldForm()
    if draw.state != DrawState.FIXED:
        abort(404)
    if form.validate_on_submit() and not refused(form, lambda: planning.ask_hold(draw, form.public_value.data or "")):
        flash(_("The draw is being made."), "success")
        return to("show", draw)
    return render_template("panel/draws/hold.html", form=form, draw=draw), 422 if form.errors else 200


@blueprint.post("/<int:draw_id>/hold-again")
@access.requires("draws.manage")
def hold_again(draw_id: int) -> ResponseReturnValue:
    """Draw after it was stopped: with the same value, so with the same result."""
    draw = find(draw_id)
    return attempt(draw, lambda: planning.ask_hold_again(draw), _("The draw is being made."), "show")


@blueprint.post("/<int:draw_id>/stop")
@access.requires("draws.manage")
def stop(draw_id: int) -> ResponseReturnValue:
    """Stop the work in the background."""
    draw = find(draw_id)
    task = _task(draw)
    if task is None:
        abort(404)
    return attempt(draw, lambda: tasks.cancel(task), _("It is being stopped. Nothing of it is kept."), "show")


@blueprint.route("/<int:draw_id>/cancel", methods=["GET", "POST"])
@access.requires("draws.manage")
def cancel(draw_id: int) -> ResponseReturnValue:
    """Give the draw up."""
    draw, form = find(draw_id), forms.CancelForm()
    if draw.state in (DrawState.PUBLISHED, DrawState.CANCELLED):
        abort(404)
    if form.validate_on_submit() and not refused(form, lambda: planning.cancel(draw, form.reason.data or "")):
        flash(_("The draw is cancelled."), "success")
        return to("show", draw)
    return render_template("panel/draws/cancel.html", form=form, draw=draw), 422 if form.errors else 200


@blueprint.post("/<int:draw_id>/publish")
@access.requires("draws.manage")
def publish(draw_id: int) -> ResponseReturnValue:
    """Publish the audit sheet."""
    draw = find(draw_id)
    done = _("The draw is published. The people it found can be invited now.")
    return attempt(draw, lambda: planning.publish(draw), done, "show")


@blueprint.post("/<int:draw_id>/pool-file")
@access.requires("draws.manage")
def pool_file(draw_id: int) -> ResponseReturnValue:
    """Give the pool to somebody who may check the draw with it: numbers and categories, no names. It is recorded."""
    draw = find(draw_id)
    if draw.fixed_at is None or not pools.are_kept(draw.id):
        abort(404)
    text = lists.hand_out_pool(draw)
    commit()
    name = f"pool-{draw.id}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return text, 200, headers | {"Content-Type": "text/csv; charset=utf-8"}
