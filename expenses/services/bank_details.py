"""Bank details: given, checked, held for a day after a change, shown to who pays and to nobody else."""

from __future__ import annotations

import datetime as dt
import json

import sqlalchemy as sa

from accounts.models import Staff
from core import audit, clock, ids
from core.database import db, lock_name
from expenses import emails, indexes, modulus, sealed, transitions
from expenses.bank import Numbers
from expenses.errors import ImplausibleAccountError, OwnClaimError
from expenses.models import (
    BankDetails,
    Claim,
    ClaimState,
    ModulusSubstitution,
    ModulusWeight,
    Payee,
    PaymentMethod,
    TellBy,
)
from expenses.queries import bank_details as queries
from expenses.queries import choices
from expenses.services import duties, payees, steps

#: A change waits this long, so that a person who did not make it can say so before money goes anywhere.
HOLD = dt.timedelta(hours=24)


def give(payee: Payee, numbers: Numbers, holder: str, *, by: str) -> BankDetails:
    """Keep the account to pay `payee` into; `by` is `member:<id>` or `staff:<id>`.

    Raises ImplausibleAccountError; OwnClaimError for staff who decided on a claim that waits for its money.

    Details that replace others are held for a day, and the person is told by a route other than the one they came by.
    Payments that the bank sent back can then be paid again.
    """
    checked = check(numbers)
    if by.startswith("staff:"):
        _check_giver(payee, int(by.removeprefix("staff:")))
    lock_name(f"expenses.payee:{payee.id}")
    now = clock.now()
    before = queries.find_current(payee.id)
    if before is not None:
        if read_numbers(before) == numbers and sealed.read(before, "holder") == holder:
            return before
        before.ended_at = now
        db.session.flush()
    details = BankDetails(
        seal_id=ids.random_id(),
        payee_id=payee.id,
        account_index=indexes.account(numbers.as_json())[0],
        checked=checked,
        created_at=now,
        created_by=by,
        held_until=now + HOLD if before else now,
        tell_by=payees.other_route(payee, by) if before else None,
    )
    sealed.put(details, "numbers", json.dumps(numbers.as_json()))
    sealed.put(details, "holder", holder)
    db.session.add(details)
    db.session.flush()
    audit.record("bank_details.given", f"payee:{payee.id}", after={"details": details.id, "checked": checked})
    if details.tell_by == TellBy.EMAIL and emails.bank_details_changed(details.id) is None:
        details.tell_by = payees.other_route(payee, by, may_email=False)
        db.session.flush()
    _correct_failed(payee, by)
    return details


def check(numbers: Numbers) -> str:
    """Return how far the numbers could be checked: `modulus`, or `form` alone. Raises ImplausibleAccountError."""
    rules = [
        modulus.Rule(row.sort_from, row.sort_to, row.method, tuple(row.weights), row.exception)
        for row in queries.list_weights(numbers.sort_code)
    ]
    if not rules:
        return "form"
    substitutions = dict(queries.list_substitutions(numbers.sort_code))
    if not modulus.plausible(numbers.sort_code, numbers.account, rules, substitutions):
        raise ImplausibleAccountError
    return "modulus"


def read_numbers(details: BankDetails) -> Numbers:
    """Return the account in clear. Whoever shows it to staff uses `reveal`."""
    return Numbers(**json.loads(sealed.read(details, "numbers")))


def reveal(details: BankDetails, by: Staff) -> Numbers:
    """Return the account in clear for `by` to read; that they read it is on record."""
    audit.record("bank_details.read", f"bank_details:{details.id}", after={"staff": by.id})
    return read_numbers(details)


def mark_told(details: BankDetails, by: Staff) -> None:
    """Note that the person was told of the change by phone or letter: from then on the details can be used."""
    if details.told_at is None:
        details.told_at, details.told_by = clock.now(), by.id
        db.session.flush()
        audit.record("bank_details.change_told", f"bank_details:{details.id}", after={"by": details.tell_by})


def load_tables(rules: list[modulus.Rule], substitutions: dict[str, str]) -> None:
    """Put the tables of the modulus check in place of those before."""
    db.session.execute(sa.delete(ModulusWeight))
    db.session.execute(sa.delete(ModulusSubstitution))
    if rules:
        db.session.execute(
            sa.insert(ModulusWeight),
            [
                {
                    "position": position,
                    "sort_from": rule.sort_from,
                    "sort_to": rule.sort_to,
                    "method": rule.method,
                    "weights": list(rule.weights),
                    "exception": rule.exception,
                }
                for position, rule in enumerate(rules)
            ],
        )
    if substitutions:
        db.session.execute(
            sa.insert(ModulusSubstitution), [{"sort_code": code, "instead": to} for code, to in substitutions.items()]
        )
    audit.record("modulus.loaded", "modulus", after={"rules": len(rules), "substitutions": len(substitutions)})


def _check_giver(payee: Payee, staff_id: int) -> None:
    """Who decided what somebody is paid does not say where the money goes."""
    open_claims = sa.select(Claim.id).where(Claim.payee_id == payee.id, Claim.state.in_(transitions.COMMITTED_STATES))
    if duties.signed(db.session.get_one(Staff, staff_id), list(db.session.scalars(open_claims))):
        raise OwnClaimError


def _correct_failed(payee: Payee, by: str) -> None:
    failed = sa.select(Claim).where(Claim.payee_id == payee.id, Claim.state == ClaimState.FAILED).order_by(Claim.id)
    found = list(db.session.scalars(failed))
    chosen = choices.choices_of([claim.id for claim in found])
    for claim in found:
        if claim.id not in chosen or chosen[claim.id].method == PaymentMethod.BANK:  # others do not go into it
            steps.take(claim, transitions.CORRECTED, actor=by)
