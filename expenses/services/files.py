"""The files of a confirmed payment run: for the bank, for the ledger, for ordering vouchers. The same every time."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from core.database import db
from expenses import bacs, ledger, sealed
from expenses.errors import ChangedFileError, NoPayerAccountError, RunMovedError
from expenses.models import LedgerLayout, PayerAccount, PaymentRun, RunState
from expenses.queries import budgets, runs
from expenses.services import bank_details, payees

#: File -> its name without the run's number.
NAMES = {"bacs": "bacs-{run}.txt", "ledger": "ledger-{run}.csv", "vouchers": "vouchers-{run}.csv"}
_MADE = {RunState.CONFIRMED, RunState.EXPORTED}
_PORTION = 500


def make(run: PaymentRun, kind: str) -> bytes:
    """Return one of the files NAMES, and keep its checksum the first time. An empty one is empty bytes.

    Raises RunMovedError before the run is confirmed, ChangedFileError should the bytes ever differ from the first time.
    """
    if run.state not in _MADE:
        raise RunMovedError
    content = _MAKERS[kind](run)
    checksum = hashlib.sha256(content).hexdigest()
    known = run.checksums.get(kind)
    if known is None:
        run.checksums = {**run.checksums, kind: checksum}
        db.session.flush()
    elif known != checksum:
        raise ChangedFileError
    return content


def _bacs(run: PaymentRun) -> bytes:
    account = db.session.get(PayerAccount, run.payer_account_id) if run.payer_account_id else None
    credits = list(_credits(run))
    if not credits:
        return b""
    if account is None or run.confirmed_at is None:
        raise NoPayerAccountError
    numbers = json.loads(sealed.read(account, "numbers"))
    payer = bacs.Account(numbers["sort_code"], numbers["account"], account.name)
    submission = bacs.Submission(
        payer, account.service_user_number, f"{run.id % 10**6:06}", run.confirmed_at.date(), run.pay_on
    )
    return bacs.write(submission, credits)


def _credits(run: PaymentRun) -> Iterator[bacs.Credit]:
    for payment, details in runs.walk_credits(run.id):
        numbers = bank_details.read_numbers(details)
        account = bacs.Account(numbers.sort_code, numbers.account, sealed.read(details, "holder"))
        # A building society finds its saver by the roll number; everybody else sees which claim was paid.
        yield bacs.Credit(account, payment.amount_pence, numbers.roll or payment.reference)


def _ledger(run: PaymentRun) -> bytes:
    layout = db.session.get(LedgerLayout, run.layout_id) if run.layout_id else None
    columns = layout.columns if layout else ledger.DEFAULT_COLUMNS
    return ledger.write(_ledger_rows(run), columns, layout.coding if layout else {})


def _ledger_rows(run: PaymentRun) -> Iterator[ledger.Row]:
    for portion in _portions(runs.walk_claims(run.id)):
        claims = [claim for _, claim in portion]
        lines = runs.lines_of([claim.id for claim in claims])
        centres = budgets.codings({claim.engagement_id for claim in claims if claim.engagement_id}, run.pay_on)
        known = payees.contacts([payment.payee_id for payment, _ in portion])
        for payment, claim in portion:
            about = {
                "reference": claim.reference,
                "payee": payment.payee_id,
                "name": known[payment.payee_id].name,
                "method": payment.method,
                "engagement": claim.engagement_id,
                "cost_centre": centres.get(claim.engagement_id or 0, ""),
            }
            yield from ledger.rows_of(run.id, run.pay_on, about, lines.get(claim.id, []), claim.advance_pence)


def _vouchers(run: PaymentRun) -> bytes:
    rows = runs.walk_vouchers(run.id)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["reference", "amount", "name", "email", "address", "language"])
    empty = True
    for portion in _portions(rows):
        reached = payees.contacts([payment.payee_id for payment, _, _ in portion])
        for payment, payee, _ in portion:
            known = reached[payment.payee_id]
            fields = [payment.reference, ledger.pounds(payment.amount_pence), known.name, known.email, known.address]
            writer.writerow([ledger.harmless(field) for field in (*fields, payee.language)])
            empty = False
    return b"" if empty else out.getvalue().encode("utf-8")


def _portions(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while portion := list(itertools.islice(rows, _PORTION)):
        yield portion


_MAKERS: dict[str, Callable[[PaymentRun], bytes]] = {"bacs": _bacs, "ledger": _ledger, "vouchers": _vouchers}


def make_all(run: PaymentRun) -> None:
    """Make every file once, so that each has its checksum before the run counts as sent."""
    for kind in NAMES:
        make(run, kind)
