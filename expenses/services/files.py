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
from expenses.errors import ChangedFileError, ForgottenError, NoPayerAccountError, RunMovedError
from expenses.models import BankDetails, LedgerLayout, PayerAccount, PaymentRun, RunState, Voucher
from expenses.queries import runs

#: File -> its name without the run's number.
NAMES = {"bacs": "bacs-{run}.txt", "ledger": "ledger-{run}.csv", "vouchers": "vouchers-{run}.csv"}
_MADE = {RunState.CONFIRMED, RunState.EXPORTED}
_PORTION = 500


def make(run: PaymentRun, kind: str) -> bytes:
    """Return one of the files NAMES, and keep its checksum the first time. An empty one is empty bytes.

    Raises RunMovedError before the run is confirmed, ChangedFileError should the bytes ever differ from the first time,
    ForgottenError where somebody who has left was to get a voucher.
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
    for _, pence, reference, seal_id, numbers, holder in runs.walk_credits(run.id):
        to = json.loads(sealed.read_value(BankDetails, "numbers", seal_id, numbers))
        account = bacs.Account(
            to["sort_code"], to["account"], sealed.read_value(BankDetails, "holder", seal_id, holder)
        )
        # A building society finds its saver by the roll number; everybody else sees which claim was paid.
        yield bacs.Credit(account, pence, to["roll"] or reference)


def _ledger(run: PaymentRun) -> bytes:
    layout = db.session.get(LedgerLayout, run.layout_id) if run.layout_id else None
    columns = layout.columns if layout else ledger.DEFAULT_COLUMNS
    named = any(column["value"] == "name" for column in columns)
    return ledger.write(_ledger_rows(run, named=named), columns, layout.coding if layout else {})


def _ledger_rows(run: PaymentRun, *, named: bool) -> Iterator[ledger.Row]:
    """Yield the rows; names are opened where the layout asks for them only."""
    for portion in _portions(runs.walk_claims(run.id)):
        lines = runs.lines_of([row.claim_id for row in portion])
        names = _names([row.id for row in portion]) if named else {}
        for row in portion:
            about = {
                "reference": row.reference,
                "payee": row.payee_id,
                "name": names.get(row.id, ""),
                "method": row.method,
                "engagement": row.engagement_id,
                "cost_centre": run.cost_centres.get(str(row.engagement_id), ""),
            }
            yield from ledger.rows_of(run.id, run.pay_on, about, lines.get(row.claim_id, []), row.advance_pence)


def _names(payment_ids: list[int]) -> dict[int, str]:
    """Return payment -> who receives it: the name on the account, or on the voucher."""
    found = {}
    for payment_id, account_id, holder, voucher_id, receiver in runs.receivers(payment_ids):
        account = sealed.read_value(BankDetails, "holder", account_id, holder)
        found[payment_id] = account or _voucher_to(voucher_id, receiver)["name"]
    return found


def _voucher_to(seal_id: str, receiver: bytes | None) -> dict[str, str]:
    """Return where a voucher goes, in clear. Raises ForgottenError once that was deleted."""
    if receiver is None:
        raise ForgottenError
    words: dict[str, str] = json.loads(sealed.read_value(Voucher, "receiver", seal_id, receiver))
    return words


def _vouchers(run: PaymentRun) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    columns = ["name", "email", "address", "language"]
    writer.writerow(["reference", "amount", *columns])
    empty = True
    for _, pence, reference, seal_id, receiver in runs.walk_vouchers(run.id):
        to = _voucher_to(seal_id, receiver)
        fields = [reference, ledger.pounds(pence), *(to[column] for column in columns)]
        writer.writerow([ledger.harmless(field) for field in fields])
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
