"""Asking before the day, for people who cannot pay first, and the answers of staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts.current import signed_in
from core import access, clock
from core.database import commit
from core.errors import NotFoundError
from core.forms import Form
from core.limits import limiter
from engagements.models import EngagementState
from expenses import sealed
from expenses.forms import prior as forms
from expenses.forms.claiming import OTHER, EmptyForm
from expenses.forms.entering import DecideForm
from expenses.models import Claim, PayeeKind, PriorKind, PriorRequest, PriorState
from expenses.presenters import claiming as presenter
from expenses.presenters import prior as words
from expenses.queries import advances, policy
from expenses.queries import prior as queries
from expenses.services import payees, prior
from expenses.services.advances import REMINDERS
from expenses.views import own, staff
from expenses.views.claiming import engagement_choices
from expenses.views.deciding import titles_of
from expenses.views.sides import changing, me, saved
from i18n import negotiation

#: The pages of a question, in their order.
_PAGES = ("need", "event", "category", "day", "cost", "why")


@own.route("/before", methods=["GET", "POST"])
@access.member_only
@limiter.limit("30 per hour", methods=["POST"])
def ask_before() -> ResponseReturnValue:
    """Begin to ask about a cost of a day to come: what somebody needs of us."""
    form = forms.NeedForm()
    if form.validate_on_submit():
        row = prior.begin(payees.for_member(me()), form.kind.data)
        commit()
        return _to(row, "event")
    return _page(form, url_for("claims.start"), lead=True)


@own.route("/before/<int:request_id>/<any(need, event, category, day, cost, why):page>", methods=["GET", "POST"])
@access.member_only
@limiter.limit("120 per hour", methods=["POST"])
def ask_page(request_id: int, page: str) -> ResponseReturnValue:
    """One question of it; what was said before stays until it is changed."""
    row = _draft(request_id)
    form, hints = _form(page, row)
    if form.validate_on_submit():
        said = form.said() if isinstance(form, forms.EventForm) else {f: form[f].data for f in _FIELDS if f in form}
        if saved(form, lambda: prior.change(row, **said)):
            commit()
            return _to(row, _following(page, row))
        row = _draft(request_id)
    place = _PAGES.index(page)
    before = "check" if changing() else _PAGES[place - 1] if place else ""
    return _page(form, _address(row, before) if before else url_for("claims.index"), hints)


@own.route("/before/<int:request_id>/check", methods=["GET", "POST"])
@access.member_only
@limiter.limit("60 per hour", methods=["POST"])
def check_question(request_id: int) -> ResponseReturnValue:
    """Everything that was said, with a way to change each thing; then send."""
    row = _draft(request_id)
    if not prior.is_whole(row):
        return _to(row, words.missing(row))
    form = EmptyForm()
    if form.validate_on_submit():
        if saved(form, lambda: prior.send(row)):
            commit()
            flash(_("We have your question. We answer you before the day."), "success")
            return redirect(url_for("claims.asked", request_id=row.id), 303)
        row = _draft(request_id)
    told = words.told(row, _names(), _titles([row]))
    page = render_template("expenses/prior/check.html", form=form, row=row, told=told)
    return page, 422 if form.errors else 200


@own.route("/before/<int:request_id>/drop", methods=["GET", "POST"])
@access.member_only
def drop_question(request_id: int) -> ResponseReturnValue:
    """Throw a question away that was never sent."""
    row = _draft(request_id)
    form = EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: prior.drop(row)):
        commit()
        flash(_("We have thrown your question away. You did not send it."), "success")
        return redirect(url_for("claims.index"), 303)
    return render_template("expenses/prior/drop.html", form=form, row=row)


_FIELDS = ("kind", "category", "day", "asked_pence", "words")


def _form(page: str, row: PriorRequest) -> tuple[Form, dict[str, str]]:
    """Return the form of a page with what was said, and what should be known of its answers."""
    if page == "need":
        return forms.NeedForm(data={"kind": row.kind}), {}
    if page == "event":
        return _event_form(row), {}
    if page == "day":
        return forms.DayForm(data={"day": row.day}), {}
    if page == "cost":
        made = forms.AdvanceForm if row.kind == PriorKind.ADVANCE else forms.CostForm
        return made(data={"asked_pence": row.asked_pence}), {}
    if page == "why":
        return forms.WhyForm(data={"words": sealed.read(row, "words")}), {}
    form = forms.CategoryForm(data={"category": row.category})
    rates = policy.on(clock.today())
    listed = [c for c in policy.list_categories() if c.key in rates and rates[c.key].who != (PayeeKind.ORGANISATION,)]
    named = presenter.names(listed)
    form.category.choices = [SelectChoice(value=c.key, label=named[c.key]) for c in listed]
    return form, {c.key: note for c in listed if (note := presenter.note_of(c))}


def _event_form(row: PriorRequest) -> forms.EventForm:
    """Return the form with the engagements that are open, and with what was said before."""
    told = row.engagement_id or (OTHER if row.event else None)
    form = forms.EventForm(data={"engagement": str(told) if told else None, "event": sealed.read(row, "event")})
    form.engagement.choices = engagement_choices([EngagementState.OPEN])
    return form


def _following(page: str, row: PriorRequest) -> str:
    """Return the page after this one; the last one for who came from there to change one thing."""
    if changing() and prior.is_whole(row):
        return "check"
    place = _PAGES.index(page) + 1
    return _PAGES[place] if place < len(_PAGES) else "check"


def _page(form: Form, back: str, hints: dict[str, str] | None = None, lead: bool = False) -> ResponseReturnValue:
    page = render_template("expenses/prior/ask.html", form=form, back=back, hints=hints or {}, lead=lead)
    return page, 422 if form.errors else 200


def _address(row: PriorRequest, page: str) -> str:
    if page == "check":
        return url_for("claims.check_question", request_id=row.id)
    return url_for("claims.ask_page", request_id=row.id, page=page)


def _to(row: PriorRequest, page: str) -> ResponseReturnValue:
    return redirect(_address(row, page), 303)


def _draft(request_id: int) -> PriorRequest:
    row = queries.get_own(request_id, me().id)
    if row.state != PriorState.DRAFT:
        raise NotFoundError
    return row


@own.get("/before/<int:request_id>")
@access.member_only
def asked(request_id: int) -> ResponseReturnValue:
    """One question and what became of it."""
    row = queries.get_own(request_id, me().id)
    if row.state == PriorState.DRAFT:
        return _to(row, words.missing(row) if not prior.is_whole(row) else "check")
    return render_template(
        "expenses/prior/show.html", form=EmptyForm(), row=row, told=words.told(row, _names(), _titles([row]))
    )


@own.post("/before/<int:request_id>/claim")
@access.member_only
@limiter.limit("60 per hour")
def claim_agreed(request_id: int) -> ResponseReturnValue:
    """Begin the claim for what was agreed, with all that was said before, or go on with it."""
    row = queries.get_own(request_id, me().id)
    form = EmptyForm()
    made: list[Claim] = []
    if form.validate_on_submit() and saved(
        form, lambda: made.append(prior.claim(row, language=negotiation.current().tag))
    ):
        commit()
        return redirect(url_for("claims.show", reference=made[0].reference), 303)
    return redirect(url_for("claims.asked", request_id=request_id), 303)


@own.post("/before/<int:request_id>/take-back")
@access.member_only
def take_back_question(request_id: int) -> ResponseReturnValue:
    """Take a question back that nobody has answered."""
    row = queries.get_own(request_id, me().id)
    form = EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: prior.withdraw(row)):
        commit()
        flash(_("You have taken your question back."), "success")
    return redirect(url_for("claims.asked", request_id=request_id), 303)


@staff.get("/before")
@access.requires("claims.approve")
def list_before() -> str:
    """What people ask before the day, the nearest day first, and money given of which nobody knows the use."""
    page = max(0, request.args.get("page", 0, type=int))
    rows = queries.list_asked(limit=51, offset=page * 50)
    named, titles = _names(), _titles(rows)
    return render_template(
        "expenses/prior/list.html",
        rows=[words.told(row, named, titles) for row in rows[:50]],
        more=len(rows) > 50,
        page=page,
        advances=_unaccounted() if page == 0 else [],
        owed=advances.list_owed(limit=100) if page == 0 else [],
    )


@staff.route("/before/<int:request_id>", methods=["GET", "POST"])
@access.requires("claims.approve")
def decide_before(request_id: int) -> ResponseReturnValue:
    """Agree up to an amount, or say no and why."""
    row = queries.get(request_id)
    form = DecideForm(data={"pence": row.asked_pence})
    if form.validate_on_submit():
        said, by = form.words.data or "", signed_in()

        def decide() -> None:
            if form.decision.data == "agree":
                prior.agree(row, form.pence.data, said, by=by)
            else:
                prior.refuse(row, said, by=by)

        if saved(form, decide):
            commit()
            flash(_("Your answer is kept."), "success")
            return redirect(url_for("expenses.list_before"), 303)
    page = render_template(
        "expenses/prior/decide.html", form=form, row=row, told=words.told(row, _names(), _titles([row]))
    )
    return page, 422 if form.errors else 200


def _unaccounted() -> list[dict[str, Any]]:
    """Return advances whose day is past and for which nobody has said what they were spent on."""
    today, named = clock.today(), _names()
    return [
        {
            "reference": row.reference,
            "words": named.get(row.category, row.category),
            "pence": row.pence,
            "day": row.day,
            "gone": (today - row.day).days,
            "overdue": (today - row.day).days >= REMINDERS[-1],
        }
        for row in advances.list_open(today, limit=100)
    ]


def _titles(rows: Sequence[PriorRequest]) -> dict[int, str]:
    return titles_of([row.engagement_id for row in rows if row.engagement_id])


def _names() -> dict[str, str]:
    return presenter.names(policy.list_categories(active=False))
