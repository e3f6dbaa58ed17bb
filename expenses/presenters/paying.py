"""Runs, payments and accounts as payers see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from core.errors import N_
from expenses.models import (
    BankDetails,
    ChoiceNotice,
    Payee,
    PayeeKind,
    Payment,
    PaymentChoice,
    PaymentMethod,
    PaymentRun,
    PaymentState,
    RunState,
    TellBy,
)
from expenses.queries.payable import Payable
from expenses.returns import CODES
from panel.contact import Contact

RUN_STATES: dict[str, tuple[str, str]] = {
    RunState.PREPARED: (N_("Waits for a second payer"), "yellow"),
    RunState.CONFIRMED: (N_("Confirmed, not yet sent"), "blue"),
    RunState.EXPORTED: (N_("Sent"), "green"),
    RunState.CANCELLED: (N_("Called off"), "grey"),
}
PAYMENT_STATES: dict[str, tuple[str, str]] = {
    PaymentState.IN_RUN: (N_("Not yet sent"), "blue"),
    PaymentState.PAID: (N_("Paid"), "green"),
    PaymentState.FAILED: (N_("Came back"), "red"),
    PaymentState.CANCELLED: (N_("Called off"), "grey"),
}
METHODS: dict[str, str] = {
    PaymentMethod.BANK: N_("Into a bank account"),
    PaymentMethod.VOUCHER: N_("By voucher"),
    PaymentMethod.CHARITY: N_("To a charity"),
}
FILES: dict[str, str] = {
    "bacs": N_("File for the bank (Bacs Standard 18)"),
    "ledger": N_("File for the ledger (CSV)"),
    "vouchers": N_("List of vouchers to order (CSV)"),
}


def run_row(run: PaymentRun) -> dict[str, Any]:
    """Return a run as lists show it."""
    words, kind = RUN_STATES[run.state]
    return {
        "id": run.id,
        "state": _(words),
        "kind": kind,
        "pay_on": run.pay_on,
        "payments": run.payments,
        "pence": run.total_pence,
    }


def payment_row(payment: Payment, reference: str) -> dict[str, Any]:
    """Return a payment as a run's page shows it: no name, no account."""
    words, kind = PAYMENT_STATES[payment.state]
    return {
        "id": payment.id,
        "payee_id": payment.payee_id,
        "claim": reference,
        "pence": payment.amount_pence,
        "method": _(METHODS[payment.method]),
        "state": _(words),
        "kind": kind,
        "why": _(CODES[payment.failure]) if payment.failure in CODES else payment.failure,
        "can_fail": payment.state == PaymentState.PAID,
    }


def totals(found: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """Return the sums of a run, one row a way of paying."""
    return [{"method": _(METHODS[m]), "payments": count, "pence": pence} for m, (count, pence) in found.items()]


def files(run: PaymentRun, found: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """Return the files that a run has, once it is confirmed, with the checksum of what was taken out."""
    if run.state not in {RunState.CONFIRMED, RunState.EXPORTED}:
        return []
    into_accounts = set(found) - {PaymentMethod.VOUCHER}
    has = {"bacs": bool(into_accounts), "ledger": True, "vouchers": PaymentMethod.VOUCHER in found}
    return [
        {"key": key, "name": _(name), "sha256": run.checksums.get(key, "")} for key, name in FILES.items() if has[key]
    ]


def left_out(waiting: Sequence[Payable], not_mine: Collection[int]) -> list[dict[str, Any]]:
    """Return the claims that cannot be in a run of this payer now, and why."""
    whys = {
        "held": _("The bank details were changed. They wait for a day, or for the person to be told."),
        "missing": _("There are no bank details."),
    }
    rows = []
    for claim in waiting:
        why = _("You took part in this claim.") if claim.id in not_mine else whys.get(claim.account, "")
        if why:
            rows.append({"reference": claim.reference, "pence": claim.pence, "why": why})
    return rows


def change_row(details: BankDetails, payee: Payee, reached: Contact) -> dict[str, Any]:
    """Return a change of bank details of which somebody must be told."""
    return {"id": details.id, "at": details.created_at, **_reach(str(details.tell_by), payee, reached)}


def way_row(notice: ChoiceNotice, choice: PaymentChoice, payee: Payee, reached: Contact) -> dict[str, Any]:
    """Return what staff noted for somebody, who must be told of it."""
    how = _(METHODS[choice.method]) if choice.method in METHODS else _("No payment")
    return {"id": choice.id, "at": choice.at, "how": how, **_reach(notice.tell_by, payee, reached)}


def _reach(tell_by: str, payee: Payee, reached: Contact) -> dict[str, Any]:
    by_phone = tell_by == TellBy.PHONE
    return {
        "name": reached.name or (_("A member") if payee.kind == PayeeKind.MEMBER else ""),
        "by": _("Ring them") if by_phone else _("Write to them"),
        "where": reached.phone if by_phone else reached.address,
        "language": payee.language,
    }
