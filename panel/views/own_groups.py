"""A member's groups: those they belong to, are invited to or can join; joining and leaving, with what is agreed to."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.errors import DomainError, NotFoundError
from i18n import negotiation
from i18n.web import words
from panel import current, group_lists, groups, presenters, queries
from panel.forms.own import JoinGroupForm, LeaveGroupForm
from panel.models import Group, GroupRequest, Joining, Member
from panel.services import groups as services
from panel.views.blueprint import blueprint


def _me() -> Member:
    return current.member() or abort(403)


def _group(group_id: int) -> Group:
    try:
        return group_lists.get_group(group_id)
    except NotFoundError:
        abort(404)


def _to_list() -> ResponseReturnValue:
    return redirect(url_for("panel.own_groups"), 303)


@blueprint.get("/me/groups")
@access.member_only
def own_groups() -> str:
    """List groups by how the member stands to them."""
    found = [presenters.own_group(own) for own in group_lists.of_member(_me())]
    return render_template("panel/own/groups.html", groups=found)


@blueprint.route("/me/groups/<int:group_id>", methods=["GET", "POST"])
@access.member_only
def own_group(group_id: int) -> ResponseReturnValue:
    """Say what a group does and what is agreed to; join it, or ask to."""
    member, group = _me(), _group(group_id)
    request = services.open_request(member.id, group.id)
    last = groups.last_membership(member.id, group.id)
    belongs = last is not None and last.left_at is None
    if group.joining == Joining.INVITATION and request is None and last is None:
        abort(404)  # nobody learns of groups they are not meant for
    form = JoinGroupForm()
    shown = groups.words_of(group, negotiation.current().tag)
    form.agree.description = shown.consent or _(groups.CONSENT)
    problem = None if belongs else groups.why_not(member, group)
    if form.validate_on_submit():
        try:
            done = services.join(member, group, language=negotiation.current().tag)
        except DomainError as error:
            form.refuse(error, words(error))
        else:
            commit()
            asked = isinstance(done, GroupRequest)
            flash(_("You have asked to join. We will write to you.") if asked else _("You have joined the group."))
            return _to_list()
    page = render_template(
        "panel/own/group.html",
        form=form, group=group, words=shown, request=request, belongs=belongs, last=last,
        problem=words(problem) if problem else "", needs_age=isinstance(problem, groups.AgeUnknownError),
        asks=group.joining == Joining.APPLICATION and not (request and request.kind == "invitation"),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.post("/me/groups/<int:group_id>/decline")
@access.member_only
def decline_group(group_id: int) -> ResponseReturnValue:
    """Say no to an invitation, or take back having asked."""
    waiting = services.open_request(_me().id, _group(group_id).id)
    try:
        if waiting is None:
            raise services.NotAskedError
        services.take_back(waiting, language=negotiation.current().tag)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("Your answer is saved."), "success")
    return _to_list()


@blueprint.route("/me/groups/<int:group_id>/leave", methods=["GET", "POST"])
@access.member_only
def leave_group(group_id: int) -> ResponseReturnValue:
    """Ask once more, then leave the group."""
    member, group = _me(), _group(group_id)
    form = LeaveGroupForm()
    if form.validate_on_submit():
        try:
            services.leave(member, group, language=negotiation.current().tag)
        except DomainError as error:
            flash(words(error), "error")
        else:
            commit()
            flash(_("You have left the group. You are still on the panel."), "success")
        return _to_list()
    return render_template(
        "panel/own/leave_group.html", form=form, words=groups.words_of(group, negotiation.current().tag)
    )


@blueprint.get("/me/history")
@access.member_only
def own_history() -> str:
    """Tell how the membership went, in plain words."""
    member = _me()
    return render_template(
        "panel/own/history.html",
        steps=[(step.at, presenters.own_event(step)) for step in reversed(queries.list_events(member.id))],
        groups=presenters.own_group_history(group_lists.history_of(member.id)),
    )
