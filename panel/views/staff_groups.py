"""Groups for staff: what they are for, who belongs, who asks to, and rotation by lottery."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current as staff_current
from core import access
from core.database import commit, db
from core.errors import DomainError, NotFoundError
from i18n.web import words
from panel import group_lists, groups, presenters, queries
from panel.forms import worded
from panel.forms.fields import named
from panel.forms.groups import (
    GROUP_PARTS,
    GroupForm,
    MemberNumberForm,
    RemoveFromGroupForm,
    read_quotas,
    write_quotas,
)
from panel.models import Group
from panel.representation import groups as figures
from panel.representation import presenting
from panel.services import groups as services
from panel.services import rotations
from panel.views.blueprint import blueprint
from panel.views.staff import find_or_404, staff_id

_RULES = (
    "joining", "minimum_age", "maximum_age", "size_wanted", "mirrors", "rotation_share", "rotation_after",
    "rotation_return", "closed_on",
)  # fmt: skip


def _group(group_id: int) -> Group:
    try:
        return group_lists.get_group(group_id)
    except NotFoundError:
        abort(404)


def _to(group_id: int) -> ResponseReturnValue:
    return redirect(url_for("panel.staff_group", group_id=group_id), 303)


@blueprint.get("/staff/groups")
@access.requires("members.read")
def staff_groups() -> str:
    """List the groups."""
    may = staff_current.may("members.manage")
    return render_template("panel/staff/groups/list.html", rows=group_lists.overview(), may_manage=may)


@blueprint.route("/staff/groups/new", methods=["GET", "POST"])
@access.requires("members.manage")
def new_group() -> ResponseReturnValue:
    """Make a group."""
    return _edit(None)


@blueprint.route("/staff/groups/<int:group_id>/change", methods=["GET", "POST"])
@access.requires("members.manage")
def change_group(group_id: int) -> ResponseReturnValue:
    """Change a group's rules and words."""
    return _edit(_group(group_id))


def _edit(group: Group | None) -> ResponseReturnValue:
    form: Any = worded.with_words(GroupForm, GROUP_PARTS)(data=_data(group))
    form.areas.choices = named((str(area.id), area.name) for area in queries.list_areas())
    if group is not None:
        del form.key
    if request.method == "GET" and group is not None:
        worded.fill(form, {"en": {"name": group.name}} | group.words, GROUP_PARTS)
    if form.validate_on_submit():
        values = {name: form[name].data for name in _RULES} | {
            "key": group.key if group else form.key.data,
            "words": worded.told(form, GROUP_PARTS),
            "name": form.name_en.data,
            "tenure_months": form.tenure_months(),
            "quotas": read_quotas(form.quotas.data or ""),
        }
        try:
            saved = services.save(group, values, [int(area) for area in form.areas.data])
        except DomainError as error:
            db.session.rollback()
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The group is saved."), "success")
            return _to(saved.id)
    fields = worded.by_language(form, GROUP_PARTS)
    page = render_template("panel/staff/groups/edit.html", form=form, group=group, fields=fields)
    return page, 422 if form.errors else 200


def _data(group: Group | None) -> dict[str, Any]:
    if group is None:
        return {"joining": "invitation", "mirrors": "none", "tenure": "6, 12, 24, 36"}
    return {name: getattr(group, name) for name in _RULES} | {
        "areas": [str(area) for area in group_lists.area_ids(group.id)],
        "tenure": ", ".join(map(str, group.tenure_months)),
        "quotas": write_quotas(group.quotas),
    }


@blueprint.get("/staff/groups/<int:group_id>")
@access.requires("members.read")
def staff_group(group_id: int) -> str:
    """Show a group: its rules, how long people have belonged, who asks to join, and its members by number."""
    return _show(_group(group_id), MemberNumberForm(formdata=None))


def _show(group: Group, form: MemberNumberForm) -> str:
    return render_template(
        "panel/staff/groups/show.html",
        group=group,
        form=form,
        rules=presenters.group_rules(group, group_lists.area_ids(group.id), queries.list_areas()),
        figures=presenting.group_blocks(figures.compare(group)),
        tenures=presenters.tenures(group, group_lists.tenures(group)),
        waiting=group_lists.waiting_of(group.id),
        page=group_lists.page_of(group.id, request.args.get("before", type=int)),
        under_way=rotations.under_way(group.id),
        may_manage=staff_current.may("members.manage"),
    )


@blueprint.post("/staff/groups/<int:group_id>/members")
@access.requires("members.manage")
def add_to_group(group_id: int) -> ResponseReturnValue:
    """Take a member in who has agreed, or invite them."""
    group, form = _group(group_id), MemberNumberForm()
    if not form.validate():
        return _show(group, form), 422
    try:
        member = queries.get_member(form.member.data or 0)
        if form.agreed.data:
            services.add(member, group, staff_id())
        else:
            services.invite(member, group)
    except NotFoundError:
        form.member.errors = [_("There is no member with this number.")]
    except DomainError as error:
        db.session.rollback()
        form.refuse(error, words(error))
    else:
        commit()
        flash(_("The person belongs to the group now.") if form.agreed.data else _("The person is invited."), "success")
        return _to(group_id)
    return _show(_group(group_id), form), 422


@blueprint.post("/staff/group-requests/<int:request_id>/<any(accept, decline):answer>")
@access.requires("members.manage")
def decide_request(request_id: int, answer: str) -> ResponseReturnValue:
    """Answer somebody who asked to join."""
    try:
        asked = group_lists.get_request(request_id)
    except NotFoundError:
        abort(404)
    group_id = asked.group_id
    try:
        services.decide(asked, answer == "accept")
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
    else:
        commit()
        flash(_("The person is told your answer."), "success")
    return _to(group_id)


@blueprint.route("/staff/groups/<int:group_id>/members/<int:member_id>/remove", methods=["GET", "POST"])
@access.requires("members.manage")
def remove_from_group(group_id: int, member_id: int) -> ResponseReturnValue:
    """Take somebody out of a group and tell them why."""
    group, member, form = _group(group_id), find_or_404(member_id), RemoveFromGroupForm()
    if form.validate_on_submit():
        try:
            services.remove(member, group, form.reason.data, staff_id())
        except DomainError as error:
            flash(words(error), "error")
        else:
            commit()
            flash(_("The person does not belong to the group any more."), "success")
        return _to(group_id)
    page = render_template("panel/staff/groups/remove.html", form=form, group=group, member=member)
    return page, 422 if form.errors else 200


@blueprint.get("/staff/groups/<int:group_id>/rotation")
@access.requires("members.read")
def rotation(group_id: int) -> str:
    """Show who would make room, before it is carried out."""
    group = _group(group_id)
    made = rotations.under_way(group.id)
    after = request.args.get("after", 0, type=int)
    chosen = rotations.chosen_of(made, after=after) if made else []
    return render_template(
        "panel/staff/groups/rotation.html",
        group=group,
        made=made,
        chosen=chosen,
        next_after=chosen[-1] if len(chosen) == 100 else None,
        back=groups.words_of(group, "en").name,
        may_manage=staff_current.may("members.manage"),
    )


@blueprint.post("/staff/groups/<int:group_id>/rotation/<any(draw, confirm, cancel):step>")
@access.requires("members.manage")
def move_rotation(group_id: int, step: str) -> ResponseReturnValue:
    """Draw who makes room, let the worker carry it out, or drop it."""
    group, by = _group(group_id), f"staff:{staff_id()}"
    made = rotations.under_way(group.id)
    try:
        if step == "draw":
            rotations.draw(group, by)
        elif made is None:
            raise rotations.SettledError
        elif step == "confirm":
            rotations.confirm(made, by)
            flash(_("The rotation is carried out within a minute. Everybody who makes room is thanked."), "success")
        else:
            rotations.cancel(made, by)
            flash(_("The draw is dropped. It stays on record."), "success")
    except DomainError as error:
        db.session.rollback()
        flash(words(error), "error")
    else:
        commit()
    return redirect(url_for("panel.rotation", group_id=group_id), 303)
