"""A member's own page: sign-in by link, everything held, changes, a break, leaving, a copy."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access, clock, crypto
from core.database import commit
from core.errors import DomainError
from core.limits import limiter
from i18n import negotiation
from i18n.web import words
from panel import benefits, copies, current, details, involvement, leaving, presenters, queries, steps
from panel.consents import PURPOSES
from panel.contact import normalise_email
from panel.forms.join import AddressForm
from panel.forms.own import ConsentForm, LeaveForm, PauseForm
from panel.models import Member
from panel.services import consents, membership, milestones, reviews, sessions
from panel.steps.base import Step
from panel.views.blueprint import blueprint


def _account_typed() -> str:
    """Return what tries are counted by: a keyed index, because counters may lie in another server's memory."""
    return crypto.keyring().index(normalise_email(request.form.get("email", "")), "member.sign-in")


def _me() -> Member:
    member = current.member()
    if member is None:  # the guard lets nobody else in
        abort(403)
    return member


def _to(endpoint: str, **values: Any) -> ResponseReturnValue:
    return redirect(url_for(f"panel.{endpoint}", **values), 303)


@blueprint.get("/sign-in")
@access.public
def sign_in() -> ResponseReturnValue:
    """Ask for an address to send a link to."""
    return _to("own_page") if current.member() else render_template("panel/sign_in.html", form=AddressForm())


@blueprint.post("/sign-in")
@access.public
@limiter.limit("60 per hour")
@limiter.limit("10 per hour", key_func=_account_typed)
def send_sign_in_link() -> ResponseReturnValue:
    """Send a link if a member has the address; the answer is the same either way."""
    form = AddressForm()
    if not form.validate():
        return render_template("panel/sign_in.html", form=form), 422
    sessions.ask_to_sign_in(form.email.data or "")
    commit()
    return _to("link_sent")


@blueprint.get("/sign-in/sent")
@access.public
def link_sent() -> str:
    """Say where to look."""
    return render_template("panel/link_sent.html")


@blueprint.post("/me/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    """End this session."""
    if token := current.token():
        sessions.end_session(token)
        commit()
    current.forget()
    flash(_("You are signed out."), "success")
    return redirect(url_for("home"), 303)


@blueprint.post("/me/sign-out-everywhere")
@access.member_only
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session, on whatever device."""
    sessions.sign_out_everywhere(_me().id)
    commit()
    current.forget()
    flash(_("You are signed out on all devices."), "success")
    return redirect(url_for("home"), 303)


@blueprint.get("/me")
@access.member_only
def own_page() -> str:
    """Show everything held, and what came of taking part."""
    member = _me()
    told = details.of_member(member)
    personal = [s for s in steps.own() if s.applies(told) or isinstance(s, steps.contact.ReachStep)]
    about = [s for s in personal if s in steps.equality.QUESTIONS]
    views = [s for s in personal if isinstance(s, steps.attitudes.ViewStep)]

    def link(step: Step) -> str:
        return url_for("panel.change_own", slug=step.slug)

    return render_template(
        "panel/own/page.html",
        member=member,
        involvement=involvement.of(member.id),
        personal=presenters.summary([s for s in personal if s not in [*about, *views]], told, link),
        about=presenters.summary(about, told, link),
        views=presenters.summary(views, told, link),
        consents=presenters.consent_lines(told["consents"]),
        can_pause=member.state == "active",
        milestones=milestones.of_member(member.id),
        benefits=benefits.shown(negotiation.current().tag),
    )


def _own_step(slug: str) -> Step:
    return steps.find(slug, steps.own()) or abort(404)


@blueprint.route("/me/change/<slug>", methods=["GET", "POST"])
@access.member_only
@limiter.limit("300 per hour", methods=["POST"])
def change_own(slug: str) -> ResponseReturnValue:
    """Show one thing that is held and change it."""
    step, member = _own_step(slug), _me()
    told = details.of_member(member)
    before = dict(told)
    form = step.form(told)
    if request.method == "GET":
        return _show_change(step, form, told)
    if not form.validate():
        return _show_change(step, form, told), 422
    try:
        step.save(form, told)
    except DomainError as error:
        form.refuse(error, words(error))
        return _show_change(step, form, told), 422
    if step.key == "email":
        return _change_email(member, told["email"])
    membership.change(member, told, step.key)
    commit()
    return _after_change(before, told)


def _show_change(step: Step, form: Any, told: details.Details) -> str:
    return render_template(
        step.template, form=form, step=step, back=url_for("panel.own_page"), button_text=_("Save"), **step.context(told)
    )


def _change_email(member: Member, new: str) -> ResponseReturnValue:
    membership.ask_to_change_email(member, new)
    commit()
    flash(_("We have sent a link to the new address. Open it to make the change."), "success")
    return _to("own_page")


def _after_change(before: details.Details, told: details.Details) -> ResponseReturnValue:
    """Go on to a page that only now has a meaning, such as the size of large print, else back."""
    for step in steps.own():
        if step.applies(told) and not step.applies(before) and not step.answered(told):
            return _to("change_own", slug=step.slug)
    flash(_("Your change is saved."), "success")
    return _to("own_page")


@blueprint.route("/me/consent/<purpose>", methods=["GET", "POST"])
@access.member_only
def change_consent(purpose: str) -> ResponseReturnValue:
    """Say yes or no to one thing. Being on the panel is ended by leaving, with its own page."""
    if purpose not in PURPOSES or purpose == "panel":
        abort(404)
    member = _me()
    said = queries.consents(member.id).get(purpose)
    form = ConsentForm(data={"agree": None if said is None else "yes" if said else "no"})
    form.agree.label.text = _(PURPOSES[purpose].title)
    form.agree.description = _(PURPOSES[purpose].wording)
    if request.method == "POST" and form.validate():
        given = form.agree.data == "yes"
        if given != bool(said):
            consents.record(member.id, purpose, given, language=negotiation.current().tag, how="online")
            commit()
        flash(_("Your change is saved."), "success")
        return _to("own_page")
    page = render_template("panel/steps/consent.html", form=form, back=url_for("panel.own_page"), button_text=_("Save"))
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/me/consents")
@access.member_only
def own_consents() -> str:
    """Show what was agreed to and taken back, when, and in which words."""
    return render_template("panel/own/consents.html", history=copies.consent_history(_me()))


@blueprint.route("/me/pause", methods=["GET", "POST"])
@access.member_only
def pause() -> ResponseReturnValue:
    """Take a break."""
    form = PauseForm()
    if request.method == "GET":
        return render_template("panel/own/pause.html", form=form)
    if not form.validate():
        return render_template("panel/own/pause.html", form=form), 422
    try:
        membership.pause(_me(), membership.end_of_break(int(form.days.data)))
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("panel/own/pause.html", form=form), 422
    commit()
    flash(_("You are taking a break. We will not ask you to take part."), "success")
    return _to("own_page")


@blueprint.post("/me/resume")
@access.member_only
def resume() -> ResponseReturnValue:
    """End a break, or come back after a long silence."""
    try:
        reviews.come_back(_me())
    except DomainError as error:
        flash(words(error), "error")
        return _to("own_page")
    commit()
    flash(_("Welcome back."), "success")
    return _to("own_page")


@blueprint.route("/me/leave", methods=["GET", "POST"])
@access.member_only
def leave() -> ResponseReturnValue:
    """Leave the panel, told beforehand what is kept and why."""
    form = LeaveForm()
    if request.method == "GET":
        return _show_leave(form)
    if not form.validate():
        return _show_leave(form), 422
    membership.leave(_me(), negotiation.current().tag)
    commit()
    current.forget()
    return _to("left")


def _show_leave(form: LeaveForm) -> str:
    return render_template("panel/own/leave.html", form=form, kept=leaving.kept_of(_me().id))


@blueprint.get("/left")
@access.public
def left() -> str:
    """Say goodbye."""
    return render_template("panel/own/left.html")


@blueprint.get("/me/copy")
@access.member_only
def own_copy() -> str:
    """Show everything held on one page that can be printed."""
    member = _me()
    return render_template("panel/own/copy.html", copy=copies.of(member), made=clock.now())


@blueprint.get("/me/copy.json")
@access.member_only
def own_copy_file() -> Response:
    """Give everything held as a file that other programs can read (UK GDPR, articles 15 and 20)."""
    response = Response(copies.as_json(_me()), mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=my-panel-data.json"
    response.headers["Cache-Control"] = "no-store"
    return response
