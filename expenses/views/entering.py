"""Claims that staff enter for somebody, from paper or the phone, and those of organisations with an invoice."""

from __future__ import annotations

import datetime as dt
import re

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import panel.queries
from accounts.current import signed_in
from accounts.queries import list_staff
from core import access, clock
from core.database import commit
from core.limits import limiter
from engagements.models import EngagementState
from expenses import sealed
from expenses.forms.claiming import EmptyForm
from expenses.forms.colleagues import ColleagueForm
from expenses.forms.entering import AskForForm, EnterForm, OrganisationForm
from expenses.models import Claim, ClaimKind, PayeeKind
from expenses.presenters import claiming as presenter
from expenses.presenters import unfinished
from expenses.queries import advances as advance_queries
from expenses.queries import claims as queries
from expenses.queries import payees as payee_queries
from expenses.queries import policy
from expenses.services import advances, claims, payees, prior
from expenses.views import staff
from expenses.views.claiming import engagement_choices
from expenses.views.sides import STAFF, saved
from i18n import languages
from panel.models import Member, MemberState


@staff.route("/enter", methods=["GET", "POST"])
@access.requires("claims.enter")
@limiter.limit("120 per hour", methods=["POST"])
def enter() -> ResponseReturnValue:
    """Begin a claim for a member; what was begun and not sent is listed."""
    form = EnterForm()
    if form.validate_on_submit():
        member = _find_member(form.whose.data or "")
        if member is None:
            form.whose.errors = [_("There is no such member. Look at the list of members for the number.")]
        else:
            claim = claims.begin(
                payees.for_member(member),
                kind=form.kind.data,
                language=member.language,
                made_by=signed_in(),
                made_how=form.how.data,
            )
            commit()
            return redirect(STAFF.url("what_for", reference=claim.reference), 303)
    page = render_template(
        "expenses/entering/enter.html",
        form=form,
        drafts=presenter.cards(queries.list_entered(signed_in().id), of_them=True),
        languages=languages.LANGUAGES,
        advances=advance_queries.list_open(clock.today() + dt.timedelta(days=1), limit=50),
    )
    return page, 422 if form.errors else 200


@staff.post("/enter/advances/<reference>")
@access.requires("claims.enter")
@limiter.limit("120 per hour")
def enter_account(reference: str) -> ResponseReturnValue:
    """Begin to enter what somebody spent of money given before the day, or go on with it."""
    advance, form = queries.get_by_reference(reference), EmptyForm()
    made: list[Claim] = []

    def begin() -> None:
        made.append(advances.account_for(advance, language=advance.payee.language, made_by=signed_in()))

    if form.validate_on_submit() and saved(form, begin):
        commit()
        page, values = unfinished.next_step(queries.get_by_reference(made[0].reference))
        return redirect(STAFF.url(page, reference=made[0].reference, **values), 303)
    for words in form.form_errors:
        flash(words, "error")
    return redirect(url_for("expenses.enter"), 303)


@staff.route("/enter/before", methods=["GET", "POST"])
@access.requires("claims.enter")
@limiter.limit("120 per hour", methods=["POST"])
def ask_for() -> ResponseReturnValue:
    """Ask before the day for somebody who rings or writes; another member of staff answers."""
    form = AskForForm()
    form.engagement.choices = [("", _("Choose one")), *engagement_choices([EngagementState.OPEN])]
    rates = policy.on(clock.today())
    named = presenter.names([c for c in policy.list_categories() if c.key in rates])
    form.category.choices = [("", _("Choose one")), *named.items()]
    if form.validate_on_submit():
        member = _find_member(form.whose.data or "")
        if member is None:
            form.whose.errors = [_("There is no such member. Look at the list of members for the number.")]
        elif saved(form, lambda: _ask_for(member, form)):
            commit()
            flash(_("The question is sent. Somebody else answers it."), "success")
            return redirect(url_for("expenses.enter"), 303)
    return render_template("expenses/entering/ask_for.html", form=form), 422 if form.errors else 200


def _ask_for(member: Member, form: AskForForm) -> None:
    payee = payees.for_member(member)
    prior.ask(payee, form.kind.data, form.category.data, form.day.data, made_by=signed_in(), **form.said())


def _find_member(typed: str) -> Member | None:
    """Return the one member with this number, address or phone; nobody where two share a phone."""
    if "@" in typed:
        found = panel.queries.find_member_by_email(typed)
    elif re.fullmatch(r"[0-9]{1,8}", typed) and not typed.startswith("0"):
        found = panel.queries.find_member(int(typed))
    else:
        same = panel.queries.list_members_by_phone(typed)
        found = same[0] if len(same) == 1 else None
    gone = {MemberState.APPLIED, MemberState.LEFT, MemberState.REMOVED}
    return found if found and found.state not in gone else None


@staff.route("/colleagues", methods=["GET", "POST"])
@access.requires("claims.enter")
@limiter.limit("60 per hour", methods=["POST"])
def colleagues() -> ResponseReturnValue:
    """Members who are staff as well: what is said here keeps them from deciding about their own claims."""
    form = ColleagueForm()
    people = {person.id: person.name for person in list_staff()}
    form.colleague.choices = [("", _("Choose one")), *((str(number), name) for number, name in people.items())]
    if form.validate_on_submit():
        member = _find_member(form.whose.data or "")
        if member is None:
            form.whose.errors = [_("There is no such member. Look at the list of members for the number.")]
        else:
            payees.declare_staff(payees.for_member(member), int(form.colleague.data))
            commit()
            flash(_("Noted. This colleague cannot decide about that member's claims, nor pay them."), "success")
            return redirect(url_for("expenses.colleagues"), 303)
    rows = [(row.member_id, people.get(row.staff_id or 0, "")) for row in payee_queries.list_colleagues()]
    return render_template("expenses/entering/colleagues.html", form=form, rows=rows), 422 if form.errors else 200


@staff.get("/organisations")
@access.requires("claims.enter")
def organisations() -> str:
    """Organisations that are paid for their time."""
    rows = [(row.id, sealed.read(row, "name")) for row in payee_queries.list_organisations()]
    return render_template("expenses/entering/organisations.html", form=EmptyForm(), rows=rows)


@staff.route("/organisations/new", methods=["GET", "POST"])
@access.requires("claims.enter")
def new_organisation() -> ResponseReturnValue:
    """Add an organisation; its bank details come next."""
    form = OrganisationForm()
    form.language.choices = [(language.tag, language.name) for language in languages.LANGUAGES]
    if form.validate_on_submit():
        made = payees.make(
            PayeeKind.ORGANISATION, form.name.data or "", email=form.email.data or "", language=form.language.data
        )
        commit()
        flash(_("The organisation is added. Enter its bank details next."), "success")
        return redirect(url_for("expenses.enter_bank_details", payee_id=made.id), 303)
    return render_template("expenses/entering/organisation.html", form=form), 422 if form.errors else 200


@staff.post("/organisations/<int:payee_id>/invoice")
@access.requires("claims.enter")
def enter_invoice(payee_id: int) -> ResponseReturnValue:
    """Begin a claim for the time of an organisation: its invoice is the receipt."""
    payee = payee_queries.get_organisation(payee_id)
    claim = claims.begin(payee, kind=ClaimKind.COSTS, language=payee.language, made_by=signed_in(), made_how="paper")
    commit()
    return redirect(STAFF.url("what_for", reference=claim.reference), 303)
