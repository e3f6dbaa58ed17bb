"""A person's own claims: the list, one of them, answering, taking back, and how they want to be paid."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit
from core.limits import limiter
from expenses import sealed
from expenses.advice import ADVICE
from expenses.forms import claiming as forms
from expenses.models import Claim, ClaimKind, ClaimState, PayeeKind, PaymentMethod
from expenses.presenters import advances as rest_words
from expenses.presenters import claiming as presenter
from expenses.presenters import prior as prior_words
from expenses.presenters import unfinished
from expenses.queries import advances as advance_queries
from expenses.queries import choices as choice_queries
from expenses.queries import claims as queries
from expenses.queries import payable, payees, prior
from expenses.services import advances, choices, claims
from expenses.transitions import ANSWERED, DECLINED, WITHDRAWN
from expenses.views import own
from expenses.views.sides import OWN, Side, account_page, both, me, saved, show
from i18n import negotiation

PAGE = 20
#: While a claim stands here, it matters whether we know the account to pay into.
_UNPAID = DECLINED.before | {ClaimState.AUTHORISED, ClaimState.CORRECTED}


@own.get("/")
@access.member_only
def index() -> str:
    """Every claim of the person, unsent ones first, with where each is."""
    page = max(0, request.args.get("page", 0, type=int))
    found = queries.list_own(me().id, limit=PAGE + 1, offset=page * PAGE)
    return render_template(
        "expenses/claiming/list.html",
        cards=presenter.cards(found[:PAGE]),
        asked=[(row, *prior_words.tag_of(row)) for row in prior.list_own(me().id)] if page == 0 else [],
        newer=url_for("claims.index", page=page - 1) if page else "",
        older=url_for("claims.index", page=page + 1) if len(found) > PAGE else "",
    )


@own.get("/<reference>", endpoint="show")
@access.member_only
def show_claim(reference: str) -> ResponseReturnValue:
    """One claim: where it is, what happens next, what is in it, what was decided."""
    claim = queries.get_own(reference, me().id)
    if claim.state == ClaimState.DRAFT:
        page, values = unfinished.next_step(claim)
        return redirect(OWN.url(page, reference=reference, **values), 303)
    account = advance_queries.find_account(claim.id) if claim.kind == ClaimKind.ADVANCE else None
    return render_template(
        "expenses/claiming/show.html",
        account=account,
        can_account=claim.kind == ClaimKind.ADVANCE and claim.state == ClaimState.PAID and account is None,
        rest=rest_words.told(advance_queries.find_rest(claim), advances.own_words()) if _about_advance(claim) else None,
        lacks_account=claim.state in _UNPAID and not presenter.is_paid_before(claim) and payable.lacks_account(claim),
        can_answer=claim.state in ANSWERED.before,
        can_withdraw=claim.state in WITHDRAWN.before,
        can_choose=_can_choose(claim),
        by_bank=_by_bank(claim),
        to_pay=0 if claim.state == ClaimState.DECLINED else claim.to_pay_pence,
        **presenter.told(claim),
    )


@own.post("/<reference>/account")
@access.member_only
@limiter.limit("60 per hour")
def account(reference: str) -> ResponseReturnValue:
    """Begin to say what money given before the day was spent on, or go on with it."""
    claim = queries.get_own(reference, me().id)
    form = forms.EmptyForm()
    if not form.validate_on_submit():
        return redirect(url_for("claims.show", reference=reference), 303)
    made = advances.account_for(claim, language=negotiation.current().tag)
    commit()
    return redirect(url_for("claims.show", reference=made.reference), 303)


@own.route("/<reference>/answer", methods=["GET", "POST"])
@access.member_only
@limiter.limit("60 per hour", methods=["POST"])
def answer(reference: str) -> ResponseReturnValue:
    """Answer what somebody asked about a claim."""
    claim = queries.get_own(reference, me().id)
    if claim.state not in ANSWERED.before:
        return redirect(url_for("claims.show", reference=reference), 303)
    form = forms.AnswerForm()
    if form.validate_on_submit():
        words = form.words.data or ""
        if saved(form, lambda: claims.answer(claim, words, actor=OWN.actor())):
            commit()
            flash(_("Thank you. We have your answer."), "success")
            return redirect(url_for("claims.show", reference=reference), 303)
    questions = [row for row in queries.questions(claim.id) if row.answered_at is None]
    return show(
        OWN,
        "answer",
        form,
        claim=claim,
        question=sealed.read(questions[-1], "question") if questions else "",
        question_language=questions[-1].language if questions else "",
    )


@own.route("/<reference>/take-back", methods=["GET", "POST"])
@access.member_only
@limiter.limit("60 per hour", methods=["POST"])
def take_back(reference: str) -> ResponseReturnValue:
    """Take a claim back that nobody has decided on."""
    claim = queries.get_own(reference, me().id)
    if claim.state not in WITHDRAWN.before:
        return redirect(url_for("claims.show", reference=reference), 303)
    form = forms.EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: claims.withdraw(claim, actor=OWN.actor())):
        commit()
        flash(_("You have taken your claim back."), "success")
        return redirect(url_for("claims.show", reference=reference), 303)
    return show(OWN, "take_back", form, claim=claim)


@both("/<reference>/advice", "advice", ("GET",))
def advice(side: Side, reference: str) -> ResponseReturnValue:
    """What money for time means for benefits and tax, before anything is chosen."""
    claim = _open(side, reference)
    if claim.kind != ClaimKind.TIME:
        abort(404)
    return show(side, "advice", forms.EmptyForm(), claim=claim, paragraphs=ADVICE["time"], back=_back(side, claim))


@both("/<reference>/payment", "payment")
def payment(side: Side, reference: str) -> ResponseReturnValue:
    """How the person wants to be paid; it can be changed until the claim is authorised, and when a payment failed."""
    claim = _open(side, reference)
    form = payment_form(claim)
    if form.validate_on_submit() and saved(form, lambda: _choose(side, claim, form)):
        commit()
        if claim.state != ClaimState.DRAFT:
            flash(_("Your change is saved."), "success")
        if claim.state == ClaimState.FAILED or payable.lacks_account(claim):  # chosen: an account that can be paid into
            return redirect(account_page(side, claim), 303)
        return redirect(_back(side, claim), 303)
    for_time = claim.kind == ClaimKind.TIME
    back = side.url("advice", reference=reference) if for_time else _back(side, claim)
    return show(
        side,
        "payment",
        form,
        claim=claim,
        back=back,
        costs=ADVICE["costs"],
        for_time=for_time,
        failed=claim.state == ClaimState.FAILED,
        hints=presenter.method_hints(side.is_staff),
    )


def payment_form(claim: Claim) -> forms.PaymentForm:
    """Return the form on how a claim is paid, with what was chosen; without charities where there are none."""
    chosen = choice_queries.find_choice(claim.id)
    data = {"method": chosen.method, "charity": str(chosen.charity_id or "")} if chosen else {}
    form = forms.PaymentForm(data=data)
    charities = payees.list_charities()
    form.charity.choices = [("", _("Choose one")), *((str(row.id), sealed.read(row, "name")) for row in charities)]
    if not charities:
        del form.charity
    form.method.choices = _methods(claim, bool(charities))
    return form


def charity_of(form: forms.PaymentForm) -> int | None:
    """Return the charity that was chosen, where one is to have the money."""
    return int(form.charity.data) if form.method.data == PaymentMethod.CHARITY and form.charity.data else None


def _methods(claim: Claim, charities: bool) -> list[tuple[str, str]]:
    """Offer no payment only for time, or where paying failed: other costs are repaid or not claimed."""
    given_up = claim.kind == ClaimKind.TIME or claim.authorised_by is not None
    left_out = set() if given_up else {PaymentMethod.NONE}
    if not charities:
        left_out.add(PaymentMethod.CHARITY)
    return [(key, _(words)) for key, words in presenter.METHODS.items() if key not in left_out]


def _choose(side: Side, claim: Claim, form: forms.PaymentForm) -> None:
    choices.choose(
        claim,
        form.method.data,
        language=negotiation.current().tag,
        how=side.actor() if side.is_staff else "online",
        charity_id=charity_of(form),
        actor=side.actor(),
    )


def _open(side: Side, reference: str) -> Claim:
    """Return a claim whose payment can still be chosen."""
    claim = side.claim(reference)
    if not _can_choose(claim) or (side.is_staff and claim.state != ClaimState.DRAFT):
        abort(404)
    return claim


def _can_choose(claim: Claim) -> bool:
    return claim.state in choices.OPEN and claim.payee.kind == PayeeKind.MEMBER


def _about_advance(claim: Claim) -> bool:
    return claim.kind == ClaimKind.ADVANCE or claim.settles_id is not None


def _by_bank(claim: Claim) -> bool:
    choice = choice_queries.find_choice(claim.id)
    return choice is None or choice.method == PaymentMethod.BANK


def _back(side: Side, claim: Claim) -> str:
    return side.url("check" if claim.state == ClaimState.DRAFT else "show", reference=claim.reference)
