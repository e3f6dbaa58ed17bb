"""The messages of this room: what becomes of a claim, at each step, to the person it belongs to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from core import config
from core.database import db
from core.errors import N_
from expenses import sealed
from expenses.advice import GIVE_BACK
from expenses.models import (
    AdvanceReturn,
    BankDetails,
    Claim,
    ClaimLine,
    ClaimQuestion,
    ClaimState,
    LineDecision,
    Outcome,
    Payment,
    PaymentChoice,
    PriorRequest,
)
from expenses.queries import advances, choices, payable
from expenses.reasons import REASONS
from mail.registry import Mail, message


def link(reference: str) -> str:
    """Return the address of a claim's page for the person it belongs to."""
    return f"{config.settings().base_url}/claims/{reference}"


def _sample(**more: Any) -> dict[str, Any]:
    return {
        "reference": "7K3M-Q2ZD",
        "link": "https://panel.example.org/claims/7K3M-Q2ZD",
        "claimed": 2310,
        "promised_on": dt.date(2026, 4, 17),
        "lacks_account": False,
        **more,
    }


def _claim(claim_id: int, kind: str, occasion: Any, **more: Any) -> Mail:
    claim = db.session.get_one(Claim, claim_id)
    context = {
        "reference": claim.reference,
        "link": link(claim.reference),
        "claimed": claim.claimed_pence,
        "promised_on": claim.promised_on,
        "lacks_account": payable.lacks_account(claim),
        **more,
    }
    return Mail(f"payee:{claim.payee_id}", context, key=f"{kind}:{claim_id}:{occasion}")


@message("claim_received", by_hand=True, sample=lambda: _sample(lacks_account=True))
def received(claim_id: int) -> Mail:
    """Say that a claim has come, what happens next, and by when it will be paid."""
    return _claim(claim_id, "claim_received", "")


@message("claim_question", by_hand=True, sample=lambda: _sample(question="Which day was the taxi?"))
def question(claim_id: int, question_id: int) -> Mail:
    """Ask what is not clear about a claim."""
    row = db.session.get_one(ClaimQuestion, question_id)
    return _claim(claim_id, "claim_question", question_id, question=sealed.read(row, "question"))


def _reasons_sample() -> list[dict[str, Any]]:
    return [{"claimed": 1800, "given": 1500, "reason": REASONS["over_cap"], "words": "Dinner is up to 15 pounds."}]


@message("claim_approved", by_hand=True, sample=lambda: _sample(given=2310))
def approved(claim_id: int, version: int) -> Mail:
    """Say that all of a claim will be paid."""
    return _claim(claim_id, "claim_approved", version, given=_given(claim_id))


@message("claim_partly_approved", by_hand=True, sample=lambda: _sample(given=2010, reasons=_reasons_sample()))
def partly_approved(claim_id: int, version: int) -> Mail:
    """Say which part of a claim will be paid, and why not the rest."""
    more = {"given": _given(claim_id), "reasons": _reasons(claim_id)}
    return _claim(claim_id, "claim_partly_approved", version, **more)


@message("claim_refused", by_hand=True, sample=lambda: _sample(reasons=_reasons_sample()))
def refused(claim_id: int, version: int) -> Mail:
    """Say that a claim will not be paid, and why."""
    return _claim(claim_id, "claim_refused", version, reasons=_reasons(claim_id))


def decided(claim_id: int, step: str, version: int) -> None:
    """Tell what was decided; `step` is approved, partly_approved or refused."""
    claim = db.session.get_one(Claim, claim_id)
    advance = db.session.get(Claim, claim.settles_id) if claim.settles_id is not None else None
    if advance is not None and advance.state == ClaimState.PAID and claim.to_pay_pence == 0:
        advance_settled(claim_id, version)
        return
    {"approved": approved, "partly_approved": partly_approved, "refused": refused}[step](claim_id, version)


def _given(claim_id: int) -> int:
    """Return what the claim brings: what an advance has paid already is not paid again."""
    return db.session.get_one(Claim, claim_id).to_pay_pence


def _reasons(claim_id: int) -> list[dict[str, Any]]:
    """Return the lines that are not paid in full, with the reason and what the approver wrote."""
    latest = (
        sa.select(sa.func.max(LineDecision.id))
        .join(ClaimLine, ClaimLine.id == LineDecision.line_id)
        .where(ClaimLine.claim_id == claim_id)
        .group_by(LineDecision.line_id)
    )
    less = sa.select(LineDecision).where(
        LineDecision.id.in_(latest), LineDecision.approved_pence < LineDecision.claimed_pence
    )
    return [
        {
            "claimed": row.claimed_pence,
            "given": row.approved_pence,
            "reason": REASONS.get(row.reason or "", ""),
            "words": sealed.read(row, "words"),
        }
        for row in db.session.scalars(less.order_by(LineDecision.line_id))
    ]


_METHODS = {
    "bank": N_("We paid it into your bank account."),
    "voucher": N_("Your voucher is on its way."),
    "charity": N_("We gave it to the charity you chose."),
}


@message(
    "claim_paid", by_hand=True, sample=lambda: _sample(paid=2010, paid_on=dt.date(2026, 4, 10), how=_METHODS["bank"])
)
def paid(payment_id: int, payee_id: int, reference: str, pence: int, method: str, paid_on: dt.date) -> Mail:
    """Say that a claim is paid: how much, when and how. Takes what one query over a whole run gives."""
    context = {
        "reference": reference,
        "link": link(reference),
        "paid": pence,
        "paid_on": paid_on,
        "how": _METHODS[method],
    }
    return Mail(f"payee:{payee_id}", context, key=f"claim_paid:{payment_id}")


@message("claim_payment_failed", by_hand=True, sample=_sample)
def failed(payment_id: int) -> Mail:
    """Say that money came back, and that the details have to be looked at."""
    payment = db.session.get_one(Payment, payment_id)
    return _claim(payment.claim_id, "claim_payment_failed", payment_id)


@message("bank_details_changed", sample=lambda: {"at": dt.datetime(2026, 4, 9, 9, 30, tzinfo=dt.UTC)})
def bank_details_changed(details_id: int) -> Mail:
    """Say that somebody changed where money is paid to, so that a person who did not can say so in time."""
    details = db.session.get_one(BankDetails, details_id)
    return Mail(f"payee:{details.payee_id}", {"at": details.created_at}, key=f"bank_details_changed:{details.id}")


def _prior_sample(**more: Any) -> dict[str, Any]:
    return {
        "link": "https://panel.example.org/claims/before/12",
        "day": dt.date(2026, 4, 17),
        "kind": "advance",
        "pence": 2450,
        "words": "Keep the receipt of the taxi.",
        **more,
    }


def _prior(request_id: int, kind: str) -> Mail:
    row = db.session.get_one(PriorRequest, request_id)
    context = {
        "link": f"{config.settings().base_url}/claims/before/{row.id}",
        "day": row.day,
        "kind": row.kind,
        "pence": row.agreed_pence,
        "words": sealed.read(row, "answer"),
    }
    return Mail(f"payee:{row.payee_id}", context, key=f"{kind}:{row.id}")


@message("prior_agreed", by_hand=True, sample=_prior_sample)
def prior_agreed(request_id: int) -> Mail:
    """Say yes to what somebody asked before the day, up to how much, and what to do next."""
    return _prior(request_id, "prior_agreed")


@message(
    "prior_refused", by_hand=True, sample=lambda: _prior_sample(pence=None, words="A bus with a ramp goes every hour.")
)
def prior_refused(request_id: int) -> Mail:
    """Say no to what somebody asked before the day, and why."""
    return _prior(request_id, "prior_refused")


@message(
    "advance_reminder",
    sample=lambda: {"link": link("7K3M-Q2ZD"), "reference": "7K3M-Q2ZD", "day": dt.date(2026, 4, 17), "pence": 2450},
)
def advance_reminder(claim_id: int, payee_id: int, reference: str, number: int, pence: int, day: dt.date) -> Mail:
    """Ask what money given before the day was spent on; `number` says which reminder it is."""
    context = {"link": link(reference), "reference": reference, "day": day, "pence": pence}
    return Mail(f"payee:{payee_id}", context, key=f"advance_reminder:{claim_id}:{number}")


def _settled_sample() -> dict[str, Any]:
    return _sample(
        claimed=1840, given=2000, agreed=1640, owed=360, how={}, give_back=GIVE_BACK, reasons=_reasons_sample()
    )


@message("advance_settled", by_hand=True, sample=_settled_sample)
def advance_settled(claim_id: int, version: int) -> Mail:
    """Say what was agreed of what an advance was spent on, and how much of it is to be given back, and how."""
    claim = db.session.get_one(Claim, claim_id)
    advance = db.session.get_one(Claim, claim.settles_id)
    rest, words = advances.find_rest(claim), choices.find_newest_text("give_back")
    more = {
        "given": advance.approved_pence,
        "agreed": claim.approved_pence,
        "owed": rest.pence if rest else 0,
        "how": words.wording if words else {},
        "give_back": GIVE_BACK,
        "reasons": _reasons(claim_id),
    }
    return _claim(claim_id, "advance_settled", version, **more)


def _closed_sample() -> dict[str, Any]:
    return {
        "link": link("7K3M-Q2ZD"),
        "reference": "7K3M-Q2ZD",
        "pence": 360,
        "at": dt.datetime(2026, 4, 9, 9, 30, tzinfo=dt.UTC),
    }


def advance_closed(advance_id: int) -> None:
    """Tell what staff noted of what was left of an advance, so that a person who sees it otherwise can say so."""
    row = db.session.scalars(sa.select(AdvanceReturn).where(AdvanceReturn.advance_id == advance_id)).one()
    {Outcome.RETURNED: advance_returned, Outcome.WAIVED: advance_waived}[Outcome(row.outcome)](row)


@message("advance_returned", by_hand=True, sample=_closed_sample)
def advance_returned(row: AdvanceReturn) -> Mail:
    """Say that what was left of an advance has come back, with thanks."""
    return _closed("advance_returned", row)


@message("advance_waived", by_hand=True, sample=_closed_sample)
def advance_waived(row: AdvanceReturn) -> Mail:
    """Say that what was left of an advance need not be given back; the reason is for staff alone."""
    return _closed("advance_waived", row)


def _closed(kind: str, row: AdvanceReturn) -> Mail:
    advance = db.session.get_one(Claim, row.advance_id)
    context = {"link": link(advance.reference), "reference": advance.reference, "pence": row.pence, "at": row.at}
    return Mail(f"payee:{advance.payee_id}", context, key=f"{kind}:{row.id}")


_WANTED = {
    "bank": N_("You want us to pay it into your bank account."),
    "voucher": N_("You want a voucher."),
    "charity": N_("You want us to give it to a charity."),
    "none": N_("You do not want to be paid."),
}


@message(
    "way_chosen",
    sample=lambda: {"link": link("7K3M-Q2ZD"), "reference": "7K3M-Q2ZD", "wanted": _WANTED["voucher"]},
)
def way_chosen(choice_id: int) -> Mail:
    """Say how staff noted somebody wants to be paid, so that a person who did not say so can stop it."""
    row = db.session.get_one(PaymentChoice, choice_id)
    claim = db.session.get_one(Claim, row.claim_id)
    context = {"link": link(claim.reference), "reference": claim.reference, "wanted": _WANTED[row.method]}
    return Mail(f"payee:{claim.payee_id}", context, key=f"way_chosen:{row.id}")
