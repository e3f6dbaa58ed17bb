"""What a person told us, for staff who reach them or help them on the phone and on paper.

Opening somebody's details is a POST that is recorded; for a while after it this browser may look at and change them.
"""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current as staff_current
from core import access, audit, clock
from core.database import commit
from core.errors import DomainError
from i18n.web import words
from panel import copies, details, presenters, queries, steps
from panel.consents import PURPOSES
from panel.forms.own import ConsentForm
from panel.models import Member
from panel.services import consents, membership
from panel.steps.base import Step
from panel.views.blueprint import blueprint
from panel.views.staff import find_or_404, staff_id

#: Seconds for which opened details stay open.
_OPEN_FOR = 15 * 60
_OPENED = "member_opened"


@blueprint.post("/staff/members/<int:member_id>/details")
@access.requires("members.read")
def open_details(member_id: int) -> ResponseReturnValue:
    """Open somebody's details; who did is recorded."""
    audit.record("member.details_opened", f"member:{find_or_404(member_id).id}")
    commit()
    session[_OPENED] = [member_id, int(clock.now().timestamp())]
    return _to_details(member_id)


def _to_details(member_id: int) -> ResponseReturnValue:
    return redirect(url_for("panel.staff_details", member_id=member_id), 303)


def _opened(member_id: int) -> Member | None:
    """Return the member while their details are open in this browser."""
    number, at = session.get(_OPENED) or (0, 0)
    if number != member_id or clock.now().timestamp() - at > _OPEN_FOR:
        return None
    return find_or_404(member_id)


def _closed(member_id: int) -> ResponseReturnValue:
    return redirect(url_for("panel.staff_member", member_id=member_id), 303)


@blueprint.get("/staff/members/<int:member_id>/details")
@access.requires("members.read")
def staff_details(member_id: int) -> ResponseReturnValue:
    """Show how to reach a person and what they need; the equality answers only to who may change them."""
    member = _opened(member_id)
    if member is None:
        return _closed(member_id)
    told = details.of_member(member)
    manages = staff_current.may("members.manage")
    shown = [s for s in steps.own() if s.applies(told) or isinstance(s, steps.contact.ReachStep)]

    def link(step: Step) -> str | None:
        return url_for("panel.change_details", member_id=member_id, slug=step.slug) if manages else None

    about = [s for s in shown if s in steps.equality.QUESTIONS or isinstance(s, steps.attitudes.ViewStep)]
    lines = presenters.consent_lines(told["consents"])
    for line, purpose in zip(lines, PURPOSES, strict=True):
        own = manages and purpose != "panel"
        line["href"] = url_for("panel.staff_consent", member_id=member_id, purpose=purpose) if own else None
    return render_template(
        "panel/staff/details.html",
        member=member,
        personal=presenters.summary([s for s in shown if s not in about], told, link),
        about=presenters.summary(about, told, link) if manages else [],
        consents=lines,
        manages=manages,
    )


@blueprint.route("/staff/members/<int:member_id>/change/<slug>", methods=["GET", "POST"])
@access.requires("members.manage")
def change_details(member_id: int, slug: str) -> ResponseReturnValue:
    """Change one thing for a person who asked by phone or on paper."""
    step, member = steps.find(slug, steps.own()) or abort(404), _opened(member_id)
    if member is None:
        return _closed(member_id)
    told = details.of_member(member)
    form = step.form(told)
    if request.method == "GET":
        return _form_page(member_id, step, form, told)
    if not form.validate():
        return _form_page(member_id, step, form, told), 422
    try:
        step.save(form, told)
    except DomainError as error:
        form.refuse(error, words(error))
        return _form_page(member_id, step, form, told), 422
    if step.key == "email":
        membership.ask_to_change_email(member, told["email"])
        flash(_("A link is sent to the new address. The change is made when the person opens it."), "success")
    else:
        membership.change(member, told, step.key)
        flash(_("The change is saved."), "success")
    commit()
    return _to_details(member_id)


def _form_page(member_id: int, step: Step, form: object, told: details.Details) -> str:
    return render_template(
        step.template,
        form=form,
        step=step,
        step_layout="layouts/staff.html",
        back=url_for("panel.staff_details", member_id=member_id),
        button_text=_("Save"),
        **step.context(told),
    )


@blueprint.route("/staff/members/<int:member_id>/consent/<purpose>", methods=["GET", "POST"])
@access.requires("members.manage")
def staff_consent(member_id: int, purpose: str) -> ResponseReturnValue:
    """Record what a person said on the phone or on paper about one thing."""
    member = _opened(member_id)
    if member is None:
        return _closed(member_id)
    if purpose not in PURPOSES or purpose == "panel":
        abort(404)
    said = queries.consents(member.id).get(purpose)
    form = ConsentForm(data={"agree": None if said is None else "yes" if said else "no"})
    form.agree.label.text = _(PURPOSES[purpose].short)
    form.agree.description = _(PURPOSES[purpose].wording)
    if request.method == "POST" and form.validate():
        given = form.agree.data == "yes"
        consents.record(member.id, purpose, given, language=member.language, how=f"staff:{staff_id()}")
        audit.record("member.consent", f"member:{member.id}", {purpose: said}, {purpose: given})
        commit()
        return _to_details(member_id)
    page = render_template(
        "panel/steps/consent.html",
        form=form,
        step_layout="layouts/staff.html",
        back=url_for("panel.staff_details", member_id=member_id),
        button_text=_("Save"),
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/staff/members/<int:member_id>/copy")
@access.requires("members.manage")
def staff_copy(member_id: int) -> ResponseReturnValue:
    """Show everything held about a person, to print for somebody who asked by phone or post."""
    member = _opened(member_id)
    if member is None:
        return _closed(member_id)
    return render_template(
        "panel/own/copy.html",
        copy=copies.of(member),
        made=clock.now(),
        step_layout="layouts/staff.html",
        back=url_for("panel.staff_details", member_id=member_id),
    )
