"""Staff administration: who has an account, in which roles, and helping those who cannot sign in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

import mail.queries
from accounts import current, presenters, queries
from accounts.errors import LastAdministratorError
from accounts.forms import InviteForm, RolesForm
from accounts.models import Staff
from accounts.services import people, sessions
from accounts.views import blueprint
from core import access
from core.database import commit
from core.errors import N_, DomainError
from i18n import languages, negotiation
from i18n.web import words


@blueprint.get("/staff/people")
@access.requires("staff.manage")
def list_people() -> str:
    """Show everybody who has an account."""
    rows = [
        {"staff": staff, "roles": presenters.role_names(staff), "state": presenters.state_of(staff)}
        for staff in queries.list_staff()
    ]
    return render_template("accounts/people.html", rows=rows)


@blueprint.route("/staff/people/invite", methods=["GET", "POST"])
@access.requires("staff.manage")
def invite_person() -> ResponseReturnValue:
    """Add a person and send them a link."""
    form = InviteForm(language=negotiation.current().tag)
    form.language.choices = presenters.language_choices()
    _offer(form)
    if request.method == "GET":
        return render_template("accounts/invite.html", form=form, permissions=presenters.role_permissions())
    if form.validate():
        try:
            staff = people.create(
                form.name.data or "",
                form.email.data or "",
                form.roles.data or [],
                form.languages.data or [],
                form.language.data or languages.SOURCE.tag,
            )
            people.invite(staff)
            target = url_for("accounts.show_person", staff_id=staff.id)
            commit()
            flash(gettext("The invitation is on its way. Its link works for 3 days."), "success")
            return redirect(target, 303)
        except DomainError as error:
            form.refuse(error, words(error))
    return render_template("accounts/invite.html", form=form, permissions=presenters.role_permissions()), 422


def _offer(form: RolesForm) -> None:
    form.offer(presenters.role_choices(), presenters.language_choices())


@blueprint.get("/staff/people/<int:staff_id>")
@access.requires("staff.manage")
def show_person(staff_id: int) -> str:
    """Show one person and what can be done for them."""
    staff = queries.get_staff(staff_id)
    actions = [(key, action) for key, action in ACTIONS.items() if action.fits(staff)]
    return render_template(
        "accounts/person.html",
        staff=staff,
        roles=presenters.role_names(staff),
        state=presenters.state_of(staff),
        language=presenters.language_name(staff.language),
        signed_in=len(queries.list_sessions(staff.id)),
        actions=actions,
        bounces="write-again" in dict(actions),
    )


@blueprint.route("/staff/people/<int:staff_id>/roles", methods=["GET", "POST"])
@access.requires("staff.manage")
def change_roles(staff_id: int) -> ResponseReturnValue:
    """Change what a person may do."""
    staff = queries.get_staff(staff_id)
    form = RolesForm(
        roles=sorted({role.role for role in staff.roles}),
        languages=[role.language for role in staff.roles if role.language],
    )
    _offer(form)
    context = {"staff": staff, "name": staff.name, "permissions": presenters.role_permissions()}
    if request.method == "GET":
        return render_template("accounts/roles.html", form=form, **context)
    if form.validate():
        try:
            people.change_roles(staff, form.roles.data or [], form.languages.data or [])
            commit()
            flash(gettext("The roles have been changed."), "success")
            return redirect(url_for("accounts.show_person", staff_id=staff_id), 303)
        except DomainError as error:
            form.refuse(error, words(error))
    return render_template("accounts/roles.html", form=form, **context), 422


def page_of_staff(key: str) -> str | None:
    """Return where an administrator sees the person with this number, None for anybody else."""
    return url_for("accounts.show_person", staff_id=int(key)) if current.may("staff.manage") else None


@dataclass(frozen=True)
class Action:
    """Something an administrator can do to an account after a page that says what will happen."""

    button: str
    question: str
    explanation: str
    done: str
    run: Callable[[Staff], object]
    fits: Callable[[Staff], bool]
    kind: str = ""


ACTIONS: dict[str, Action] = {
    "invite": Action(
        N_("Send the invitation again"),
        N_("Send %(name)s a new invitation?"),
        N_("The link in the earlier message stops working. The new one works for 3 days."),
        N_("The invitation is on its way. Its link works for 3 days."),
        people.invite,
        lambda staff: staff.active and staff.password_hash is None,
    ),
    "new-password": Action(
        N_("Send a link to set a new password"),
        N_("Send %(name)s a link to set a new password?"),
        N_("The present password works until a new one is set. The link works for 3 days."),
        N_("The link is on its way. It works for 3 days."),
        people.send_new_password_link,
        lambda staff: staff.active and staff.password_hash is not None,
    ),
    "reset-second-step": Action(
        N_("Reset the second step"),
        N_("Reset the second step of %(name)s?"),
        N_(
            "Do this only when you are sure who is asking: ring them on a number you know. They are signed out "
            "everywhere, their recovery codes stop working, and whoever next gives their password sets up a new app."
        ),
        N_("The second step has been reset. We have told the person by e-mail."),
        people.reset_second_step,
        lambda staff: staff.active and staff.totp_secret is not None,
        "warning",
    ),
    "write-again": Action(
        N_("Write to their address again"),
        N_("Write to %(name)s again?"),
        N_(
            "Messages to this address came back, so nothing is sent to it. Say yes when it works again. If it was "
            "typed wrong, switch the account off and invite the person with the right address."
        ),
        N_("Messages go to this address again."),
        people.write_again,
        lambda staff: staff.active and mail.queries.is_suppressed(staff.email),
    ),
    "sign-out": Action(
        N_("Sign them out everywhere"),
        N_("Sign %(name)s out everywhere?"),
        N_("Work that they have not saved is lost."),
        N_("The person has been signed out everywhere."),
        sessions.end_all,
        lambda staff: staff.active and staff.password_hash is not None,
    ),
    "deactivate": Action(
        N_("Switch the account off"),
        N_("Switch off the account of %(name)s?"),
        N_("They are signed out at once and cannot sign in again. What they did stays in the record of changes."),
        N_("The account has been switched off."),
        people.deactivate,
        lambda staff: staff.active,
        "warning",
    ),
    "reactivate": Action(
        N_("Switch the account on again"),
        N_("Switch on the account of %(name)s?"),
        N_("They can sign in again with their password and the roles they have."),
        N_("The account has been switched on."),
        people.reactivate,
        lambda staff: not staff.active,
    ),
}


@blueprint.route(
    "/staff/people/<int:staff_id>/<any({keys}):key>".format(keys=", ".join(f'"{k}"' for k in ACTIONS)),
    methods=["GET", "POST"],
)
@access.requires("staff.manage")
def act_on_person(staff_id: int, key: str) -> ResponseReturnValue:
    """Say what will happen, then do it."""
    staff, action = queries.get_staff(staff_id), ACTIONS[key]
    if not action.fits(staff):
        # A second press of the same button, or a colleague was faster.
        return redirect(url_for("accounts.show_person", staff_id=staff_id), 303)
    context = {"staff_id": staff.id, "action": action, "question": gettext(action.question, name=staff.name)}
    if request.method == "GET":
        return render_template("accounts/act.html", **context)
    try:
        action.run(staff)
    except LastAdministratorError as error:
        return render_template("accounts/act.html", errors=[("maincontent", words(error))], **context), 422
    commit()
    flash(gettext(action.done), "success")
    return redirect(url_for("accounts.show_person", staff_id=staff_id), 303)
