"""The approver's pages: the queue, a claim with its receipts, and what can be done with it; then the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from accounts.current import signed_in
from core import access
from core.database import commit, db
from core.errors import DomainError, NotFoundError
from engagements import presenters as engagements
from engagements import queries as engagement_queries
from expenses.forms.deciding import Moved, QuestionForm, RefuseForm, ReopenForm, decision_form
from expenses.models import Claim, ClaimState
from expenses.presenters import deciding as presenters
from expenses.queries import choices, claims, duplicates, policy
from expenses.queries import deciding as queries
from expenses.queries.deciding import Place
from expenses.services import deciding, declarations, duties
from expenses.transitions import APPROVED, ASKED, REOPENED, Duty
from expenses.views import staff
from expenses.views.messages import tell
from i18n import negotiation
from i18n.web import words

#: Claims on a page of a queue.
SHOWN = 25
#: How many claims are looked through for the next one that is not one's own.
_LOOKED_THROUGH = 20


@staff.get("/decide")
@access.requires("claims.approve")
def to_decide() -> str:
    """What waits for a decision, the oldest first."""
    state = request.args.get("state", ClaimState.SUBMITTED)
    state = state if state in queries.QUEUES else ClaimState.SUBMITTED
    engagement_id = _engagement_id()
    after = Place.find(request.args.get("after", type=int))
    listed = queries.list_waiting([state], engagement_id=engagement_id, after=after, limit=SHOWN + 1)
    shown = listed[:SHOWN]
    titles = titles_of([*queries.engagements_in([state]), engagement_id or 0])
    return render_template(
        "expenses/deciding/queue.html",
        rows=presenters.queue_rows(shown, duplicates.of_claims([claim.id for claim in shown]), titles),
        counts=[(key, *presenters.STATES[key], n) for key, n in queries.count_by_state(queries.QUEUES).items()],
        state=state,
        engagement_id=engagement_id,
        engagements=titles,
        own=duties.involved(signed_in(), [claim.id for claim in shown]),
        is_later=after is not None,
        next_after=shown[-1].id if len(listed) > SHOWN else None,
    )


@staff.route("/decide/<reference>", methods=["GET", "POST"])
@access.requires("claims.approve")
def decide_claim(reference: str) -> ResponseReturnValue:
    """One claim: every line with its receipt, and what is given on it."""
    claim = find(reference)
    form = decision_form(claim.lines)
    barred = duties.not_for(signed_in(), Duty.APPROVER, [claim.id])
    if form.validate_on_submit():
        try:
            deciding.decide(claim, form.given(), by=signed_in(), version=form.seen(), declared=declared())
        except DomainError as error:
            claim = _after(error, form, reference)
        else:
            commit()
            tell(claim)
            return _next(claim)
    page = render_template(
        "expenses/deciding/claim.html",
        form=form,
        may_decide=claim.state in APPROVED.before and not barred,
        may_ask=claim.state in ASKED.before and not barred,
        may_reopen=claim.state in REOPENED.before and not barred,
        is_open=claim.state in APPROVED.before,
        barred=bool(barred),
        engagement_id=_engagement_id(),
        **shown_of(claim),
    )
    return page, 422 if form.errors else 200


@staff.route("/decide/<reference>/question", methods=["GET", "POST"])
@access.requires("claims.approve")
def ask_claimant(reference: str) -> ResponseReturnValue:
    """Ask whoever claims."""
    claim = find(reference)
    form = QuestionForm()
    names = presenters.category_names(policy.list_categories(active=False))
    form.line.choices = [SelectChoice(value="", label=_("The whole claim"))] + [
        SelectChoice(value=str(line.id), label=f"{line.number}. {names.get(line.category or '', '')}")
        for line in claim.lines
    ]
    line_id = int(form.line.data) if (form.line.data or "").isdigit() else None
    return _act(
        claim,
        form,
        lambda: deciding.ask(claim, form.words.data or "", by=signed_in(), version=form.seen(), line_id=line_id),
        heading=_("Ask a question about claim %(reference)s", reference=claim.reference),
        note=_("The person gets your question as a message, in their language, and answers on their own page."),
        button=_("Send the question"),
        possible=claim.state in ASKED.before,
    )


@staff.route("/decide/<reference>/refuse", methods=["GET", "POST"])
@access.requires("claims.approve")
def refuse_claim(reference: str) -> ResponseReturnValue:
    """Refuse the whole claim."""
    claim = find(reference)
    form = RefuseForm()
    return _act(
        claim,
        form,
        lambda: deciding.refuse(
            claim, form.reason.data, form.words.data or "", by=signed_in(), version=form.seen(), declared=declared()
        ),
        heading=_("Refuse claim %(reference)s", reference=claim.reference),
        note=_("The person is told the reason and what you write here."),
        button=_("Refuse the claim"),
        possible=claim.state in APPROVED.before,
    )


@staff.route("/decide/<reference>/reopen", methods=["GET", "POST"])
@access.requires("claims.approve")
def reopen_claim(reference: str) -> ResponseReturnValue:
    """Take a decision back, to decide again."""
    claim = find(reference)
    form = ReopenForm()
    return _act(
        claim,
        form,
        lambda: deciding.reopen(claim, form.words.data or "", by=signed_in(), version=form.seen()),
        heading=_("Decide on claim %(reference)s again", reference=claim.reference),
        note=_("What was decided stays in the history. What you write here is for staff."),
        button=_("Open the claim again"),
        possible=claim.state in REOPENED.before,
        stay=True,
    )


def find(reference: str) -> Claim:
    """Return a claim that was sent; a draft is its writer's own. Raises NotFoundError."""
    claim = claims.get_by_reference(reference)
    if claim.state == ClaimState.DRAFT:
        raise NotFoundError
    return claim


def titles_of(engagement_ids: Sequence[int]) -> dict[int, str]:
    """Return number -> title of engagements in the reader's language."""
    found = engagement_queries.list_by_ids(sorted(set(engagement_ids)))
    return {engagement.id: engagements.title(engagement) for engagement in found}


def shown_of(claim: Claim, page: str = "expenses.decide_claim") -> dict[str, Any]:
    """Return what a page shows of a claim, for those who decide and those who authorise."""
    numbers = [line.id for line in claim.lines]
    names = presenters.category_names(policy.list_categories(active=False))
    cards = presenters.line_cards(claim, names, claims.receipts_of(numbers), claims.decisions_of(claim.id))
    likenesses = duplicates.of_claims([claim.id])
    references = queries.references({like.other_claim_id for like in likenesses})
    presenters.add_likenesses(cards, likenesses, references, claim.id, page)
    choice = choices.find_choice(claim.id)
    entries, questions = claims.entries(claim.id), claims.questions(claim.id)
    people = queries.staff_names(presenters.staff_in(entries, questions))
    title = titles_of([claim.engagement_id or 0]).get(claim.engagement_id or 0, "")
    return {
        "claim": claim,
        "state": presenters.state_tag(claim.state),
        "about": presenters.about(claim, engagement=title, method=choice.method if choice else None),
        "cards": cards,
        "has_likenesses": bool(likenesses),
        "questions": presenters.asked(questions, people),
        "history": presenters.history(entries, people),
    }


def _act(
    claim: Claim,
    form: Any,
    do: Any,
    *,
    heading: str,
    note: str,
    button: str,
    possible: bool,
    stay: bool = False,
) -> ResponseReturnValue:
    """Show a form about a claim, or do what it says and go on; what cannot be done comes back with what was typed."""
    barred = bool(duties.not_for(signed_in(), Duty.APPROVER, [claim.id]))
    if form.validate_on_submit():
        reference = claim.reference
        try:
            do()
        except DomainError as error:
            claim = _after(error, form, reference)
        else:
            commit()
            tell(claim)
            return redirect(_to(claim), 303) if stay else _next(claim)
    page = render_template(
        "expenses/deciding/act.html",
        form=form,
        claim=claim,
        state=presenters.state_tag(claim.state),
        heading=heading,
        note=note,
        button_text=button,
        barred=barred,
        possible=possible,
        back=_to(claim),
    )
    return page, 422 if form.errors else 200


def _after(error: DomainError, form: Moved, reference: str) -> Claim:
    """Return the claim as it stands now, after nothing was done; the form says why and keeps what was typed."""
    db.session.rollback()
    form.refuse(error, words(error))
    return find(reference)


def _to(claim: Claim) -> str:
    return url_for("expenses.decide_claim", reference=claim.reference, engagement=_engagement_id())


def _next(claim: Claim) -> ResponseReturnValue:
    """Go on to the next claim that waits and is not one's own, else to the queue."""
    engagement_id = _engagement_id()
    found = queries.list_ids_waiting(engagement_id=engagement_id, after=Place.of(claim), limit=_LOOKED_THROUGH)
    own = duties.not_for(signed_in(), Duty.APPROVER, [number for number, _reference in found])
    for number, reference in found:
        if number not in own:
            return redirect(url_for("expenses.decide_claim", reference=reference, engagement=engagement_id), 303)
    return redirect(url_for("expenses.to_decide", engagement=engagement_id), 303)


def declared() -> str:
    """Return what is kept of the box that says whose claim it is not."""
    return declarations.shown(declarations.DECIDING, negotiation.current().tag)


def _engagement_id() -> int | None:
    return request.args.get("engagement", type=int)
