"""A claim until somebody decides: begin, add lines, send, answer, take back."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from accounts.models import Staff
from core import audit, clock, ids
from core.database import db, lock_name
from expenses import emails, indexes, pricing, sealed, transitions
from expenses.categories import TIME
from expenses.errors import ClaimMovedError, FutureDayError, NoChoiceError, NothingClaimedError, NothingSaidError
from expenses.models import (
    Claim,
    ClaimKind,
    ClaimLine,
    ClaimQuestion,
    ClaimState,
    Payee,
    PayeeKind,
    PaymentMethod,
    PriorRequest,
    PriorState,
    Receipt,
)
from expenses.queries import choices as choice_queries
from expenses.queries import policy as policy_queries
from expenses.queries import usage
from expenses.services import duties, steps
from panel.models import Member

# Without letters and digits that are mistaken for each other on the phone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

#: What of a line is typed; the rest is worked out.
_TYPED = ("category", "role", "minutes", "spent_on", "spent_pence", "quantity_hundredths", "return_journey", "prior_id")
_SEALED = ("no_receipt", "note")


def begin(
    payee: Payee,
    *,
    kind: str = ClaimKind.COSTS,
    language: str,
    engagement_id: int | None = None,
    made_by: Staff | None = None,
    made_how: str = "online",
    **values: Any,
) -> Claim:
    """Begin a claim as a draft. `made_by` is the member of staff who enters it for somebody."""
    claim = Claim(
        seal_id=ids.random_id(),
        reference=_new_reference(),
        kind=kind,
        payee_id=payee.id,
        language=language,
        engagement_id=engagement_id,
        made_by=made_by.id if made_by else None,
        made_how=made_how,
        created_at=clock.now(),
        **values,
    )
    db.session.add(claim)
    db.session.flush()
    return claim


def _new_reference() -> str:
    while True:
        text = "".join(secrets.choice(_LETTERS) for _ in range(8))
        reference = f"{text[:4]}-{text[4:]}"
        if db.session.scalar(sa.select(Claim.id).where(Claim.reference == reference)) is None:
            return reference


def describe(claim: Claim, **values: Any) -> None:
    """Change what a draft says about the whole: `engagement_id`, `for_whom`; sealed `event`, `for_words`, `note`."""
    _only_draft(claim)
    for name, value in values.items():
        if name in {"event", "for_words", "note"}:
            sealed.put(claim, name, value)
        else:
            setattr(claim, name, value)
    db.session.flush()


def add_line(claim: Claim, **values: Any) -> ClaimLine:
    """Add a line to a draft; `values` as for `change_line`."""
    _only_draft(claim)
    last = db.session.scalar(sa.select(sa.func.max(ClaimLine.number)).where(ClaimLine.claim_id == claim.id))
    line = ClaimLine(seal_id=ids.random_id(), claim_id=claim.id, number=(last or 0) + 1, flags=[])
    db.session.add(line)
    change_line(claim, line, **values)
    return line


def change_line(claim: Claim, line: ClaimLine, **values: Any) -> None:
    """Change a line of a draft and price it again. Raises ClaimMovedError, FutureDayError.

    `values` are columns of ClaimLine; `journey` is {"from", "to"}, `no_receipt` and `note` are in clear.
    """
    _only_draft(claim)
    day = values.get("spent_on")
    if day is not None and day > clock.today() and claim.kind != ClaimKind.ADVANCE:
        raise FutureDayError
    for name in _TYPED:
        if name in values:
            setattr(line, name, values[name])
    for name in _SEALED:
        if name in values:
            sealed.put(line, name, values[name])
    if "journey" in values:
        put_journey(line, values["journey"])
    if line.role:
        line.category = TIME
    db.session.flush()
    estimate(claim)


def put_journey(line: ClaimLine, ends: Mapping[str, str] | None) -> None:
    """Keep where a journey went, sealed, with the index by which the same journey is known again."""
    whole = {"from": ends.get("from", ""), "to": ends.get("to", "")} if ends else None
    sealed.put(line, "journey", json.dumps(whole) if whole else None)
    line.journey_index = indexes.journey(**whole)[0] if whole and all(whole.values()) else None


def remove_line(claim: Claim, line: ClaimLine) -> None:
    """Take a line out of a draft."""
    _only_draft(claim)
    db.session.delete(line)
    db.session.flush()
    estimate(claim)


def estimate(claim: Claim) -> None:
    """Price the lines of a draft as if it were sent today."""
    _put_prices(claim, lines_of(claim), clock.today())
    db.session.flush()


def lines_of(claim: Claim) -> list[ClaimLine]:
    """Return the lines of a claim in their order."""
    query = sa.select(ClaimLine).where(ClaimLine.claim_id == claim.id).order_by(ClaimLine.number)
    return list(db.session.scalars(query))


def send(
    claim: Claim, *, actor: str = "", by: Staff | None = None, version: int | None = None, declared: str = ""
) -> None:
    """Send a draft: its figures are fixed with the policy of each day. Raises NothingClaimedError, NoChoiceError.

    `declared` is what services.declarations keeps of the words above the button.
    Who said they want no payment for their time is thanked and not decided about.
    """
    _only_draft(claim)
    lock_name(f"expenses.payee:{claim.payee_id}")  # two claims at one moment count the year's miles one after the other
    lines = lines_of(claim)
    if not lines or not all(is_whole(line) for line in lines):
        raise NothingClaimedError
    choice = choice_queries.find_choice(claim.id)
    if choice is None and claim.kind == ClaimKind.TIME:
        raise NoChoiceError
    today = clock.today()
    if any(line.spent_on and line.spent_on > today for line in lines) and claim.kind != ClaimKind.ADVANCE:
        raise FutureDayError
    _put_prices(claim, lines, today)
    payee = db.session.get_one(Payee, claim.payee_id)
    promise = policy_queries.find_promise(today)
    declined = choice is not None and choice.method == PaymentMethod.NONE
    steps.take(
        claim,
        transitions.DECLINED if declined else transitions.SENT,
        by=by,
        actor=actor,
        version=version,
        detail=declared,
        submitted_at=clock.now(),
        claimant_staff_id=duties.staff_id_of(payee),
        area_id=_area_of(payee),
        promised_on=today + dt.timedelta(days=promise.days) if promise else None,
    )
    _use_agreements(lines)
    if not declined:
        emails.received(claim.id)


def is_whole(line: ClaimLine) -> bool:
    """Return whether a line says all that is needed to price it."""
    if line.role:
        return line.minutes is not None and line.spent_on is not None
    said = line.spent_pence is not None or line.quantity_hundredths is not None
    return bool(line.category and line.category != TIME and line.spent_on and said)


def _area_of(payee: Payee) -> int | None:
    return db.session.scalar(sa.select(Member.area_id).where(Member.id == payee.member_id))


def _use_agreements(lines: Sequence[ClaimLine]) -> None:
    used = [line.prior_id for line in lines if line.prior_id]
    if used:
        wanted = sa.update(PriorRequest).where(PriorRequest.id.in_(used), PriorRequest.state == PriorState.AGREED)
        db.session.execute(wanted.values(state=PriorState.USED))


def _put_prices(claim: Claim, lines: Sequence[ClaimLine], today: dt.date) -> None:
    """Put price, flags and a copy of the rate onto each line that says enough, and the sum onto the claim."""
    prices = _prices(claim, [line for line in lines if is_whole(line)], today)
    for line in lines:
        found = prices.get(line.id)
        line.claimed_pence = found.claimed_pence if found else line.spent_pence or 0
        line.priced_pence = found.pence if found else 0
        line.flags = list(found.flags) if found else []
        line.rate_id = found.rate.id if found and found.rate else None
        line.involvement_id = found.time_rate.id if found and found.time_rate else None
        line.rate_copy = found.as_json() if found else None
    claim.claimed_pence = sum(line.claimed_pence for line in lines)


def _prices(claim: Claim, lines: Sequence[ClaimLine], today: dt.date) -> dict[int, pricing.Price]:
    times = [line for line in lines if line.role]
    costs = [line for line in lines if not line.role]
    prices: dict[int, pricing.Price] = {}
    if times:
        rates = policy_queries.all_time_figures()
        for line in times:
            prices[line.id] = pricing.price_time(line.role or "", line.minutes or 0, line.spent_on or today, rates)
    if costs:
        said = _costs(claim, costs)
        used = usage.quantities(claim.payee_id, {cost.category for cost in said}, except_claim=claim.id)
        found = pricing.price_all(said, policy_queries.all_figures(), today, used)
        prices.update({line.id: price for line, price in zip(costs, found, strict=True)})
    return prices


def _costs(claim: Claim, lines: Sequence[ClaimLine]) -> list[pricing.Cost]:
    numbers = [line.id for line in lines]
    with_receipt = set(
        db.session.scalars(
            sa.select(Receipt.line_id).where(Receipt.line_id.in_(numbers), Receipt.withdrawn_at.is_(None))
        )
    )
    payee = db.session.get_one(Payee, claim.payee_id)
    for_whom = PayeeKind.ORGANISATION if payee.kind == PayeeKind.ORGANISATION else claim.for_whom
    agreed = usage.agreed([line.prior_id for line in lines if line.prior_id], claim.payee_id)
    return [
        pricing.Cost(
            category=line.category or "",
            spent_on=line.spent_on or clock.today(),
            spent_pence=line.spent_pence,
            quantity_hundredths=line.quantity_hundredths,
            has_receipt=line.id in with_receipt,
            agreed_pence=agreed.get(line.prior_id or 0),
            for_whom=for_whom,
        )
        for line in lines
    ]


def withdraw(claim: Claim, *, actor: str = "", by: Staff | None = None, version: int | None = None) -> None:
    """Take back a claim that nobody has decided on."""
    steps.take(claim, transitions.WITHDRAWN, actor=actor, by=by, version=version)


def drop(claim: Claim) -> None:
    """Throw a draft away: it was never sent, so nothing of it is kept."""
    _only_draft(claim)
    audit.record("claim.draft_dropped", f"claim:{claim.id}")
    db.session.execute(sa.delete(ClaimLine).where(ClaimLine.claim_id == claim.id))
    db.session.execute(sa.delete(Claim).where(Claim.id == claim.id))
    db.session.expire_all()


def answer(claim: Claim, words: str, *, actor: str, by: Staff | None = None, version: int | None = None) -> None:
    """Answer the open question about a claim. Raises NothingSaidError, ClaimMovedError."""
    if not words.strip():
        raise NothingSaidError
    question = db.session.scalar(
        sa.select(ClaimQuestion)
        .where(ClaimQuestion.claim_id == claim.id, ClaimQuestion.answered_at.is_(None))
        .order_by(ClaimQuestion.id.desc())
        .limit(1)
    )
    if question is None:
        raise ClaimMovedError
    sealed.put(question, "answer", words)
    question.answered_at, question.answered_by = clock.now(), f"staff:{by.id}" if by else actor
    steps.take(claim, transitions.ANSWERED, actor=actor, by=by, version=version)


def _only_draft(claim: Claim) -> None:
    if claim.state != ClaimState.DRAFT:
        raise ClaimMovedError
