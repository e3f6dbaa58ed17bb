"""How often people may be asked, and when nobody is: shown to all who plan, set by administrators."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts import current as staff_current
from core import access, clock
from core.database import commit, db
from core.errors import DomainError, NotFoundError
from i18n.web import words
from panel import asking, queries
from panel.forms.asking import QuietForm, RuleForm
from panel.services import asking_rules as services
from panel.views.blueprint import blueprint
from panel.views.staff import staff_id


@blueprint.get("/staff/asking/rules")
@access.requires("engagements.read")
def asking_rules() -> str:
    """Show the caps in force, those to come, and the quiet periods."""
    areas = {area.id: area.name for area in queries.list_areas()}
    groups = {group.id: group.name for group in queries.list_groups()}
    return render_template(
        "panel/staff/asking/rules.html",
        caps=asking.caps_on(clock.today()),
        rules=services.list_rules(),
        periods=[
            (period, [areas.get(period.area_id or 0), groups.get(period.group_id or 0)])
            for period in services.list_quiet_periods()
        ],
        today=clock.today(),
        may_manage=staff_current.may("asking.manage"),
    )


@blueprint.route("/staff/asking/rules/new", methods=["GET", "POST"])
@access.requires("asking.manage")
def new_asking_rule() -> ResponseReturnValue:
    """Set caps that hold from a day on."""
    in_force = asking.caps_on(clock.today())
    present = {f"{name}_{n}": getattr(cap, name) for n, cap in enumerate(in_force[:3], 1) for name in ("most", "days")}
    form = RuleForm(data={"starts_on": clock.today(), **present})
    if form.validate_on_submit():
        try:
            services.set_rule(form.caps(), form.starts_on.data, form.reason.data or "", f"staff:{staff_id()}")
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The limits are set."), "success")
            return _to_rules()
    return render_template("panel/staff/asking/new_rule.html", form=form), 422 if form.errors else 200


@blueprint.post("/staff/asking/rules/<int:rule_id>/delete")
@access.requires("asking.manage")
def delete_asking_rule(rule_id: int) -> ResponseReturnValue:
    """Take back limits that have not begun."""
    try:
        services.delete_rule(services.get_rule(rule_id))
    except NotFoundError:
        abort(404)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("The limits to come are deleted."), "success")
    return _to_rules()


@blueprint.route("/staff/asking/quiet/new", methods=["GET", "POST"])
@access.requires("asking.manage")
def new_quiet_period() -> ResponseReturnValue:
    """Add days on which nobody is asked."""
    form = QuietForm()
    everybody = [SelectChoice(0, _("Everybody"))]
    form.area.choices = everybody + [SelectChoice(area.id, area.name) for area in queries.list_areas()]
    form.group.choices = everybody + [SelectChoice(group.id, group.name) for group in queries.list_groups()]
    if form.validate_on_submit():
        services.add_quiet_period(
            form.starts_on.data,
            form.ends_on.data,
            area_id=form.area.data or None,
            group_id=form.group.data or None,
            reason=form.reason.data or "",
            by=f"staff:{staff_id()}",
        )
        commit()
        flash(_("The quiet period is added."), "success")
        return _to_rules()
    return render_template("panel/staff/asking/new_quiet.html", form=form), 422 if form.errors else 200


@blueprint.post("/staff/asking/quiet/<int:period_id>/delete")
@access.requires("asking.manage")
def delete_quiet_period(period_id: int) -> ResponseReturnValue:
    """Let people be asked again on those days."""
    try:
        services.delete_quiet_period(services.get_quiet_period(period_id))
    except NotFoundError:
        abort(404)
    commit()
    flash(_("The quiet period is deleted."), "success")
    return _to_rules()


def _to_rules() -> ResponseReturnValue:
    return redirect(url_for("panel.asking_rules"), 303)
