"""Making a claim, one thing a page: what for, whose, what kind, when, how much, anything else, check, send."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from core import access, clock
from core.database import commit
from core.forms import Form
from core.limits import limiter
from engagements.models import EngagementState
from engagements.queries import list_engagements
from engagements.wording import title_of
from expenses import sealed
from expenses.advice import DECLARED
from expenses.forms import claiming as forms
from expenses.models import Claim, ClaimKind, ClaimLine, PayeeKind, Unit
from expenses.presenters import claiming as presenter
from expenses.presenters import unfinished
from expenses.pricing import Rate, needs_receipt
from expenses.queries import payable, policy, prior
from expenses.services import claims, declarations, payees
from expenses.transitions import DECLINED
from expenses.views import own
from expenses.views.sides import OWN, Side, account_page, both, changing, find_line, me, saved, show
from i18n import negotiation

#: An organisation is repaid what its invoice says.
INVOICE = "organisation_time"


@own.get("/start")
@access.member_only
def start() -> str:
    """What can be claimed, and the two ways to begin."""
    today = clock.today()
    promise = policy.find_promise(today)
    return render_template(
        "expenses/claiming/start.html", form=forms.EmptyForm(), promise=promise.days if promise else None
    )


@own.post("/start/<any(costs, time):kind>")
@access.member_only
@limiter.limit("30 per hour")
def begin(kind: str) -> ResponseReturnValue:
    """Begin a claim; it can be left and taken up again."""
    claim = claims.begin(payees.for_member(me()), kind=kind, language=negotiation.current().tag)
    commit()
    return redirect(OWN.url("what_for", reference=claim.reference), 303)


def _to(side: Side, endpoint: str, claim: Claim, **values: Any) -> ResponseReturnValue:
    return redirect(side.url(endpoint, reference=claim.reference, **values), 303)


def after(side: Side, endpoint: str, claim: Claim, **values: Any) -> ResponseReturnValue:
    """Go on to the next page, or back to the last one for who came from there to change one thing."""
    if changing() and claim.lines and all(claims.is_whole(line) for line in claim.lines):
        return _to(side, "check", claim)
    return _to(side, endpoint, claim, **values)


@both("/<reference>/what-for", "what_for")
def what_for(side: Side, reference: str) -> ResponseReturnValue:
    """The engagement or event."""
    claim = side.draft(reference)
    told = claim.engagement_id or (forms.OTHER if claim.event else None)
    form = forms.WhatForForm(data={"engagement": str(told) if told else None, "event": sealed.read(claim, "event")})
    form.engagement.choices = engagement_choices([EngagementState.OPEN, EngagementState.CLOSED])
    if form.validate_on_submit():
        other = form.engagement.data == forms.OTHER
        chosen = None if other else int(form.engagement.data)
        if saved(form, lambda: claims.describe(claim, engagement_id=chosen, event=form.event.data if other else "")):
            commit()
            return _after_what_for(side, claim)
    back = side.url("check", reference=reference) if changing() else _back_from_first(side)
    return show(side, "step", form, claim=claim, back=back)


def _back_from_first(side: Side) -> str:
    return url_for("expenses.enter") if side.is_staff else url_for("claims.index")


def _after_what_for(side: Side, claim: Claim) -> ResponseReturnValue:
    if claim.kind == ClaimKind.TIME:
        return after(side, "new_time", claim)
    if claim.payee.kind == PayeeKind.ORGANISATION:
        return after(side, "new_line", claim)
    return after(side, "who", claim)


def engagement_choices(states: list[str]) -> list[SelectChoice]:
    """Return the latest engagements in `states` to choose from, and something else."""
    tag = negotiation.current().tag
    rows = list_engagements(states, limit=20)
    found = [SelectChoice(value=str(row.id), label=title_of(row, tag)) for row in rows]
    return [*found, SelectChoice(value=forms.OTHER, label=_("Something else"))]


@both("/<reference>/who", "who")
def who(side: Side, reference: str) -> ResponseReturnValue:
    """Whose cost it was: a carer's or an assistant's is repaid as well."""
    claim = side.draft(reference)
    form = forms.WhoForm(data={"for_whom": claim.for_whom, "for_words": sealed.read(claim, "for_words")})
    if form.validate_on_submit():
        values = {"for_whom": form.for_whom.data, "for_words": form.for_words.data}
        if saved(form, lambda: claims.describe(claim, **values)):
            claims.estimate(claim)
            commit()
            return after(side, "new_line", claim)
    return show(side, "step", form, claim=claim, back=side.url("what_for", reference=reference))


@both("/<reference>/cost", "new_line")
def new_line(side: Side, reference: str) -> ResponseReturnValue:
    """What kind of cost: the line begins with it."""
    claim = side.draft(reference)
    form = forms.KindForm()
    hints = _set_kinds(form, claim)
    if form.validate_on_submit():
        made: list[ClaimLine] = []
        if saved(form, lambda: made.append(claims.add_line(claim, category=form.category.data))):
            commit()
            return _to(side, "when", claim, number=made[0].number)
    back = side.url("who", reference=reference)
    return show(side, "step", form, claim=claim, back=back, hints=hints)


@both("/<reference>/<int:number>/kind", "kind")
def kind(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """Another kind of cost for a line that is there."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    form = forms.KindForm(data={"category": line.category})
    hints = _set_kinds(form, claim)
    if form.validate_on_submit():
        values: dict[str, Any] = {"category": form.category.data}
        if form.category.data != line.category:  # miles are no pounds
            values |= {"quantity_hundredths": None, "spent_pence": None, "journey": None, "prior_id": None}
        if saved(form, lambda: claims.change_line(claim, line, **values)):
            commit()
            return after(side, "how_much", claim, number=number, change=1)
    return show(side, "step", form, claim=claim, back=side.url("check", reference=reference), hints=hints)


def _set_kinds(form: forms.KindForm, claim: Claim) -> dict[str, str]:
    """Offer the kinds of cost this payee can claim today; return what people should know of each."""
    rates = policy.on(clock.today())
    whose = PayeeKind.ORGANISATION if claim.payee.kind == PayeeKind.ORGANISATION else claim.for_whom
    listed = [
        c for c in policy.list_categories() if c.key in rates and (not rates[c.key].who or whose in rates[c.key].who)
    ]
    named = presenter.names(listed)
    form.category.choices = [SelectChoice(value=category.key, label=named[category.key]) for category in listed]
    return {category.key: note for category in listed if (note := presenter.note_of(category))}


@both("/<reference>/<int:number>/when", "when")
def when(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """The day."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    form = forms.WhenForm(data={"spent_on": line.spent_on})
    if form.validate_on_submit():
        values = {"spent_on": form.spent_on.data}
        if line.category and not line.role:
            values["prior_id"] = prior.find_agreed(claim.payee_id, line.category, form.spent_on.data)
        if saved(form, lambda: claims.change_line(claim, line, **values)):
            commit()
            return after(
                side, "advice" if claim.kind == ClaimKind.TIME else "how_much", claim, **_number(claim, number)
            )
    back = (
        side.url("check", reference=reference) if changing() else side.url("kind", reference=reference, number=number)
    )
    if claim.kind == ClaimKind.TIME:
        back = side.url("time", reference=reference, number=number)
    return show(side, "step", form, claim=claim, line=line, back=back)


def _number(claim: Claim, number: int) -> dict[str, int]:
    return {} if claim.kind == ClaimKind.TIME else {"number": number}


def rate_of(line: ClaimLine) -> Rate | None:
    """Return the rate of a line's kind on its day."""
    found: Rate | None = policy.on(line.spent_on or clock.today()).get(line.category or "")
    return found


def unit_of(line: ClaimLine) -> str:
    """Return what the rate of a line's kind counts on its day."""
    rate = rate_of(line)
    return rate.unit if rate else Unit.COST


def asks_receipt(line: ClaimLine) -> bool:
    """Return whether a receipt is asked for: nobody has one for their miles."""
    rate = rate_of(line)
    return rate is None or needs_receipt(rate, line.claimed_pence)


@both("/<reference>/<int:number>/how-much", "how_much")
def how_much(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """What it cost; or the journey; or hours or nights and what they cost; nothing for a fixed amount."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    unit = unit_of(line)
    if unit == Unit.FIXED:
        form: Form = forms.EmptyForm()
    elif unit == Unit.MILE:
        form = _journey_form(line)
    else:
        made = {Unit.HOUR: forms.HoursForm, Unit.NIGHT: forms.NightsForm}.get(Unit(unit), forms.AmountForm)
        form = made(data={"spent_pence": line.spent_pence, "quantity_hundredths": line.quantity_hundredths})
    if form.validate_on_submit() and saved(form, lambda: claims.change_line(claim, line, **_typed(form))):
        commit()
        return after(side, "receipt" if asks_receipt(line) else "note", claim, number=number)
    back = side.url(
        "check" if changing() else "when", reference=reference, **({} if changing() else {"number": number})
    )
    return show(side, "step", form, claim=claim, line=line, back=back, fixed=unit == Unit.FIXED)


def _typed(form: Form) -> dict[str, Any]:
    if isinstance(form, forms.JourneyForm):
        return form.values()
    found = {name: form[name].data for name in ("spent_pence", "quantity_hundredths") if name in form}
    return {"quantity_hundredths": None, **found} if found else {"quantity_hundredths": 100, "spent_pence": None}


def _journey_form(line: ClaimLine) -> forms.JourneyForm:
    ends = presenter.journey_of(line)
    miles = line.quantity_hundredths
    if miles and line.return_journey:
        miles //= 2
    return forms.JourneyForm(
        data={"origin": ends.get("from"), "destination": ends.get("to"), "miles": miles, "back": line.return_journey}
    )


@both("/<reference>/time", "new_time")
def new_time(side: Side, reference: str) -> ResponseReturnValue:
    """What somebody did, and for how long."""
    claim = side.draft(reference)
    if claim.kind != ClaimKind.TIME:
        abort(404)
    form = forms.TimeForm()
    if form.validate_on_submit():
        made: list[ClaimLine] = []
        if saved(form, lambda: made.append(claims.add_line(claim, **_time(form)))):
            commit()
            return _to(side, "when", claim, number=made[0].number)
    return show(side, "step", form, claim=claim, back=side.url("what_for", reference=reference))


@both("/<reference>/<int:number>/time", "time")
def time(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """Change what somebody did and for how long."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    if claim.kind != ClaimKind.TIME:
        abort(404)
    form = forms.TimeForm(data={"role": line.role, "hours": round((line.minutes or 0) * 100 / 60) or None})
    if form.validate_on_submit() and saved(form, lambda: claims.change_line(claim, line, **_time(form))):
        commit()
        return after(side, "when", claim, number=number)
    return show(side, "step", form, claim=claim, line=line, back=side.url("what_for", reference=reference))


def _time(form: forms.TimeForm) -> dict[str, Any]:
    return {"role": form.role.data, "minutes": max(1, form.hours.data * 60 // 100)}


@both("/<reference>/<int:number>/note", "note")
def note(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """Anything we should know about a cost."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    form = forms.NoteForm(data={"note": sealed.read(line, "note")})
    if form.validate_on_submit() and saved(form, lambda: claims.change_line(claim, line, note=form.note.data)):
        commit()
        return after(side, "another", claim)
    return show(side, "step", form, claim=claim, line=line, back=_before_note(side, claim, number))


def _before_note(side: Side, claim: Claim, number: int) -> str:
    if changing():
        return side.url("check", reference=claim.reference)
    page = "receipt" if asks_receipt(find_line(claim, number)) else "how_much"
    return side.url(page, reference=claim.reference, number=number)


@both("/<reference>/another", "another")
def another(side: Side, reference: str) -> ResponseReturnValue:
    """What is in the claim so far, and whether there is more."""
    claim = side.draft(reference)
    form = forms.AnotherForm()
    if form.validate_on_submit():
        if form.another.data == "yes":
            return _to(side, "new_line", claim)
        return _to(side, "check" if claim.payee.kind == PayeeKind.ORGANISATION else "payment", claim)
    named = presenter.names(policy.list_categories(active=False))
    so_far = [(presenter.line_title(line, named), line.claimed_pence) for line in claim.lines]
    return show(side, "another", form, claim=claim, so_far=so_far)


@both("/<reference>/<int:number>/remove", "remove_line")
def remove_line(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """Take a cost out of a claim that is not sent."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    form = forms.EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: claims.remove_line(claim, line)):
        commit()
        flash(_("The cost is taken out.") if side.is_staff else _("We took that cost out of your claim."), "success")
        return _to(side, "check", claim)
    named = presenter.names(policy.list_categories(active=False))
    return show(
        side, "remove_line", form, claim=claim, title=presenter.line_title(line, named), pence=line.claimed_pence
    )


@both("/<reference>/check", "check")
def check(side: Side, reference: str) -> ResponseReturnValue:
    """Everything on one page, with a way to change each thing; then send."""
    claim = side.draft(reference)
    form = forms.EmptyForm()
    if form.validate_on_submit():
        if saved(form, lambda: _send(side, claim)):
            commit()
            return _to(side, "sent", claim)
        claim = side.draft(reference)
    page, values = unfinished.next_step(claim)
    return show(
        side,
        "check",
        form,
        ready=unfinished.is_ready(claim),
        missing=side.url(page, reference=reference, **values),
        lacks_account=payable.lacks_account(claim),
        account_page=account_page(side, claim),
        declared=DECLARED[declarations.sending(side.is_staff)],
        **presenter.whole(claim, side.url, side.is_staff),
    )


def _send(side: Side, claim: Claim) -> None:
    declared = declarations.shown(declarations.sending(side.is_staff), negotiation.current().tag)
    claims.send(claim, actor=side.actor(), by=side.by(), declared=declared)


@both("/<reference>/sent", "sent", ("GET",))
def sent(side: Side, reference: str) -> ResponseReturnValue:
    """Thank the person and say what happens next."""
    claim = side.claim(reference)
    if claim.submitted_at is None:
        return _to(side, "check", claim)
    lacks_account = claim.state in DECLINED.before and payable.lacks_account(claim)
    return show(
        side,
        "sent",
        forms.EmptyForm(),
        claim=claim,
        status=presenter.status(claim),
        account_page=account_page(side, claim) if lacks_account else "",
    )


@both("/<reference>/drop", "drop")
def drop(side: Side, reference: str) -> ResponseReturnValue:
    """Throw a draft away."""
    claim = side.draft(reference)
    form = forms.EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: claims.drop(claim)):
        commit()
        gone = _("The claim is thrown away. It was not sent.")
        flash(gone if side.is_staff else _("We have thrown your claim away. You did not send it."), "success")
        return redirect(_back_from_first(side), 303)
    return show(side, "drop", form, claim=claim)
