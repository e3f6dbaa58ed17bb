"""How the organisation pays: its own account, and how the ledger's file looks. Each change is a new row."""

from __future__ import annotations

import json

from core import audit, clock, ids
from core.database import db
from expenses import sealed
from expenses.bank import Numbers
from expenses.models import LedgerLayout, PayerAccount
from expenses.queries import runs as queries


def set_account(name: str, service_user_number: str, sort_code: str, account: str, *, by: str) -> PayerAccount:
    """Keep the account that files for the bank pay from; runs prepared before keep theirs."""
    row = PayerAccount(
        seal_id=ids.random_id(),
        name=name,
        service_user_number=service_user_number,
        created_at=clock.now(),
        created_by=by,
    )
    sealed.put(row, "numbers", json.dumps({"sort_code": sort_code, "account": account}))
    db.session.add(row)
    db.session.flush()
    audit.record("payer_account.changed", f"payer_account:{row.id}")
    return row


def own_numbers(row: PayerAccount) -> Numbers:
    """Return the organisation's account in clear."""
    return Numbers(**json.loads(sealed.read(row, "numbers")))


def set_layout(columns: list[dict[str, str]], coding: dict[str, str], *, by: str) -> LedgerLayout:
    """Keep how the ledger's file looks from the next run on."""
    before = queries.ledger_layout()
    row = LedgerLayout(columns=columns, coding=coding, created_at=clock.now(), created_by=by)
    db.session.add(row)
    db.session.flush()
    audit.record(
        "ledger_layout.changed",
        f"ledger_layout:{row.id}",
        {"columns": before.columns, "coding": before.coding} if before else None,
        {"columns": columns, "coding": coding},
    )
    return row
