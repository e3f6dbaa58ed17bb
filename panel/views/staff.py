"""Pages on members for staff, which show no details of a person: those are in staff_details."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current as staff_current
from accounts.queries import list_staff
from core import access, audit
from core.database import commit
from core.errors import DomainError, NotFoundError
from i18n.web import words
from panel import details, directory, group_lists, presenters, queries, recruits
from panel.forms.fields import is_email, labelled, named
from panel.forms.own import PauseForm
from panel.forms.staff import REASONS, SOURCES, FindForm, KeyingForm, RemoveForm, keyed_answers
from panel.models import ConsentEvidence, Member
from panel.recruiting.kinds import source_of
from panel.representation import channels
from panel.services import joining, membership
from panel.steps.needs import FORMATS
from panel.steps.where import neighbourhoods
from panel.views.blueprint import blueprint

#: What is kept as it is typed.
_TYPED = ("name", "pronouns", "route", "email", "phone", "address", "language", "support_text")


def staff_id() -> int:
    """Return who is signed in."""
    person = staff_current.staff()
    if person is None:  # the guard lets nobody else in
        abort(403)
    return person.id


def find_or_404(member_id: int) -> Member:
    """Return the member, or end the request with "not found"."""
    try:
        return queries.get_member(member_id)
    except NotFoundError:
        abort(404)


def page_of_member(key: str) -> str | None:
    """Return where staff see the member with this number, None for who may not."""
    return url_for("panel.staff_member", member_id=int(key)) if staff_current.may("members.read") else None


def _to_member(member_id: int) -> ResponseReturnValue:
    return redirect(url_for("panel.staff_member", member_id=member_id), 303)


@blueprint.get("/staff/members")
@access.requires("members.read")
def staff_members() -> str:
    """List members by state and area, newest first, without names."""
    state = request.args.get("state", "")
    area_id = request.args.get("area", type=int)
    page = directory.page(
        state=state if state in presenters.STATES else None,
        area_id=area_id,
        failing=request.args.get("failing") == "yes",
        before=request.args.get("before", type=int),
    )
    return render_template(
        "panel/staff/list.html",
        page=page,
        states=presenters.STATES,
        areas=queries.list_areas(),
        chosen={"state": state, "area": area_id, "failing": request.args.get("failing") == "yes"},
        state_of=presenters.state,
        counts=directory.counts(),
        form=FindForm(),
    )


@blueprint.post("/staff/members/find")
@access.requires("members.read")
def find_member() -> ResponseReturnValue:
    """Find one person. Sent as a form, so that no address or number stands in an address bar or a log."""
    form = FindForm()
    if not form.validate():
        return render_template("panel/staff/found.html", form=form, found=None, state_of=presenters.state), 422
    wanted = form.wanted.data or ""
    if is_email(wanted):
        one = queries.find_member_by_email(wanted)
        found = [one] if one else []
    else:
        found = queries.list_members_by_phone(wanted)
    audit.record("member.searched", "member", after={"found": [m.id for m in found]})
    commit()
    if len(found) == 1:
        return _to_member(found[0].id)
    return render_template("panel/staff/found.html", form=form, found=found, state_of=presenters.state)


@blueprint.route("/staff/members/add", methods=["GET", "POST"])
@access.requires("members.manage")
def add_member() -> ResponseReturnValue:
    """Add somebody who joins on paper or by phone."""
    form: Any = KeyingForm(data={"taken_by": str(staff_id())})
    areas = queries.list_areas()
    form.area.choices = named((str(a.id), a.name) for a in [a for a in areas if a.level == 1] + neighbourhoods(areas))
    form.formats.choices = labelled(FORMATS.items())
    form.channel.choices = named([("", _("None")), *((str(c.id), c.name) for c in recruits.list_channels())])
    form.taken_by.choices = named((str(person.id), person.name) for person in list_staff() if person.active)
    if request.method == "GET":
        return render_template("panel/staff/add.html", form=form)
    if not form.validate():
        return render_template("panel/staff/add.html", form=form), 422
    try:
        member = joining.add(_told(form), source=_source(form), staff_id=staff_id(), evidence=_evidence(form))
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("panel/staff/add.html", form=form), 422
    commit()
    flash(_("The person is added. Confirm them when you have checked how to reach them."), "success")
    return _to_member(member.id)


def _source(form: Any) -> str:
    channel = recruits.get_channel(int(form.channel.data)) if form.channel.data else None
    return source_of(channel_key=channel.key if channel else "", otherwise=form.source.data)


def _evidence(form: Any) -> ConsentEvidence:
    how = {"paper": "paper", "phone": "phone"}.get(form.source.data, "in_person")
    return ConsentEvidence(
        how=how, given_on=form.agreed_on.data, staff_id=int(form.taken_by.data), kept_at=form.kept_at.data or ""
    )


def _told(form: Any) -> details.Details:
    postcode = "".join((form.postcode.data or "").split()).upper()
    area = queries.find_postcode_area(postcode) if postcode else None
    return {
        **{key: getattr(form, key).data for key in _TYPED},
        "postcode": f"{postcode[:-3]} {postcode[-3:]}" if postcode else "",
        "area": area.id if area else int(form.area.data),
        "formats": form.formats.data,
        "large_print_points": int(form.large_print_points.data or 0) or None,
        "support": form.support.data,
        "about": keyed_answers(form),
        "consents": {key: form[key].data for key in ("panel", "newsletter", "research_contact")},
    }


@blueprint.get("/staff/members/<int:member_id>")
@access.requires("members.read")
def staff_member(member_id: int) -> str:
    """Show a membership, without the person's details."""
    member = find_or_404(member_id)
    called = channels.names_of([member.source])
    lines = [
        {"key": _("Area"), "value": member.area.name if member.area else ""},
        {"key": _("How we keep in touch"), "value": presenters.route(member.route)},
        {"key": _("Language"), "value": presenters.language(member.language)},
        {"key": _("Formats"), "value": presenters.formats(member.formats)},
        {"key": _("How the person came to us"), "value": presenters.source(member.source, SOURCES, called)},
    ]
    return render_template(
        "panel/staff/member.html",
        member=member,
        lines=lines,
        state=presenters.state(member.state),
        consents=presenters.consent_lines(queries.consents(member.id)),
        events=[
            {"text": presenters.event(e), "at": e.at, "reason": _(REASONS.get(e.reason or "", "")) if e.reason else ""}
            for e in queries.list_events(member.id)
        ],
        groups=group_lists.history_of(member.id),
        twins=directory.others_with_phone(member) if member.state == "applied" else [],
        may_manage=staff_current.may("members.manage"),
    )


@blueprint.post("/staff/members/<int:member_id>/confirm")
@access.requires("members.manage")
def confirm_member(member_id: int) -> ResponseReturnValue:
    """Confirm somebody after speaking or writing with them."""
    try:
        joining.confirm_by_staff(find_or_404(member_id), staff_id())
    except DomainError as error:
        flash(words(error), "error")
        return _to_member(member_id)
    commit()
    flash(_("The person is on the panel now."), "success")
    return _to_member(member_id)


@blueprint.route("/staff/members/<int:member_id>/pause", methods=["GET", "POST"])
@access.requires("members.manage")
def pause_member(member_id: int) -> ResponseReturnValue:
    """Give somebody a break they asked for."""
    member = find_or_404(member_id)
    form = PauseForm()
    form.days.label.text = _("How long does the person take a break?")
    if request.method == "POST" and form.validate():
        try:
            membership.pause(member, membership.end_of_break(int(form.days.data)))
        except DomainError as error:
            flash(words(error), "error")
            return _to_member(member_id)
        commit()
        return _to_member(member_id)
    page = render_template("panel/staff/pause.html", form=form, member=member)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/staff/members/<int:member_id>/resume")
@access.requires("members.manage")
def resume_member(member_id: int) -> ResponseReturnValue:
    """Bring somebody back from a break."""
    try:
        membership.resume(find_or_404(member_id))
    except DomainError as error:
        flash(words(error), "error")
        return _to_member(member_id)
    commit()
    return _to_member(member_id)


@blueprint.post("/staff/members/<int:member_id>/write-again")
@access.requires("members.manage")
def write_to_member_again(member_id: int) -> ResponseReturnValue:
    """Let messages go again to somebody whose mail came back."""
    try:
        membership.write_again(find_or_404(member_id))
    except DomainError as error:
        flash(words(error), "error")
        return _to_member(member_id)
    commit()
    flash(_("Messages go to this person again."), "success")
    return _to_member(member_id)


@blueprint.route("/staff/members/<int:member_id>/remove", methods=["GET", "POST"])
@access.requires("members.manage")
def remove_member(member_id: int) -> ResponseReturnValue:
    """Remove somebody and erase their details."""
    member = find_or_404(member_id)
    form = RemoveForm()
    if request.method == "POST" and form.validate():
        try:
            membership.remove(member, form.reason.data, staff_id())
        except DomainError as error:
            flash(words(error), "error")
            return _to_member(member_id)
        commit()
        flash(_("The person is removed and their details are erased."), "success")
        return _to_member(member_id)
    page = render_template("panel/staff/remove.html", form=form, member=member)
    return page, 422 if request.method == "POST" else 200
