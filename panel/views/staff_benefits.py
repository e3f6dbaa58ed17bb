"""What members get, in words of the staff; and members who are asked whether they want to stay."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current as staff_current
from core import access, clock
from core.database import commit
from core.errors import DomainError, NotFoundError
from i18n.web import words
from panel import benefits, presenters
from panel.forms import worded
from panel.forms.groups import BENEFIT_PARTS, BenefitForm
from panel.forms.own import LeaveGroupForm
from panel.models import Benefit
from panel.services import benefits as services
from panel.services import reviews
from panel.views.blueprint import blueprint
from panel.views.staff import find_or_404


def _benefit(benefit_id: int) -> Benefit:
    try:
        return benefits.get(benefit_id)
    except NotFoundError:
        abort(404)


@blueprint.get("/staff/benefits")
@access.requires("members.read")
def staff_benefits() -> str:
    """List what members get."""
    today = clock.today()
    rows = [(each, benefits.is_shown(each, today)) for each in benefits.list_all()]
    return render_template("panel/staff/benefits/list.html", rows=rows, may_manage=staff_current.may("members.manage"))


@blueprint.route("/staff/benefits/new", methods=["GET", "POST"])
@access.requires("members.manage")
def new_benefit() -> ResponseReturnValue:
    """Add a benefit."""
    return _edit(None)


@blueprint.route("/staff/benefits/<int:benefit_id>", methods=["GET", "POST"])
@access.requires("members.manage")
def change_benefit(benefit_id: int) -> ResponseReturnValue:
    """Change a benefit."""
    return _edit(_benefit(benefit_id))


def _edit(benefit: Benefit | None) -> ResponseReturnValue:
    made = worded.with_words(BenefitForm, BENEFIT_PARTS)
    form: Any = made(obj=benefit) if benefit else made(data={"shown_from": clock.today()})
    if request.method == "GET" and benefit is not None:
        worded.fill(form, benefit.words, BENEFIT_PARTS)
    if form.validate_on_submit():
        services.save(
            benefit,
            worded.told(form, BENEFIT_PARTS),
            shown_from=form.shown_from.data,
            shown_until=form.shown_until.data,
            position=form.position.data or 0,
        )
        commit()
        flash(_("The benefit is saved."), "success")
        return redirect(url_for("panel.staff_benefits"), 303)
    fields = worded.by_language(form, BENEFIT_PARTS)
    page = render_template("panel/staff/benefits/edit.html", form=form, benefit=benefit, fields=fields)
    return page, 422 if form.errors else 200


@blueprint.route("/staff/benefits/<int:benefit_id>/delete", methods=["GET", "POST"])
@access.requires("members.manage")
def delete_benefit(benefit_id: int) -> ResponseReturnValue:
    """Ask, then delete a benefit."""
    benefit, form = _benefit(benefit_id), LeaveGroupForm()
    if form.validate_on_submit():
        services.delete(benefit)
        commit()
        flash(_("The benefit is deleted."), "success")
        return redirect(url_for("panel.staff_benefits"), 303)
    return render_template("panel/staff/benefits/delete.html", benefit=benefit)


@blueprint.get("/staff/members/reviews")
@access.requires("members.read")
def staff_reviews() -> str:
    """List members asked whether they want to stay whom no e-mail reaches: somebody has to ring or write."""
    found = reviews.to_be_rung(after=request.args.get("after", 0, type=int))
    return render_template(
        "panel/staff/reviews.html",
        found=found,
        counts=reviews.counts(),
        route_words=presenters.route,
        next_after=found[-1][0] if len(found) == reviews.PAGE_SIZE else None,
        may_manage=staff_current.may("members.manage"),
    )


@blueprint.post("/staff/members/<int:member_id>/stays")
@access.requires("members.manage")
def member_stays(member_id: int) -> ResponseReturnValue:
    """Note that somebody has said that they want to stay."""
    member = find_or_404(member_id)
    try:
        reviews.stay(member)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("It is noted that the person wants to stay."), "success")
    return redirect(url_for("panel.staff_member", member_id=member_id), 303)
