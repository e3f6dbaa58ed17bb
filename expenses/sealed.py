"""Which columns of this room are sealed, and the one way to seal and open them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from core import sealed
from core.crypto import keyring
from expenses import indexes
from expenses.models import (
    AdvanceReturn,
    BankDetails,
    Claim,
    ClaimEntry,
    ClaimLine,
    ClaimQuestion,
    LineDecision,
    Payee,
    PayerAccount,
    PriorRequest,
    Receipt,
    Voucher,
)

_COLUMNS: dict[Any, tuple[str, ...]] = {
    Payee: ("name", "email", "kept"),
    Claim: ("for_words", "event", "note"),
    ClaimLine: ("journey", "no_receipt", "note"),
    PriorRequest: ("event", "words", "answer"),
    Receipt: ("content", "content_hash"),
    ClaimEntry: ("words",),
    ClaimQuestion: ("question", "answer"),
    LineDecision: ("words",),
    BankDetails: ("numbers", "holder"),
    PayerAccount: ("numbers",),
    AdvanceReturn: ("reason",),
    Voucher: ("receiver", "code"),
}
#: Sealed column -> the column of its keyed index, and how the index is made from what is sealed.
_INDEXES: dict[tuple[Any, str], tuple[str, Callable[[str], str]]] = {
    (ClaimLine, "journey"): ("journey_index", lambda text: indexes.journey(**json.loads(text))[0]),
    (Receipt, "content_hash"): ("content_index", lambda text: indexes.receipt(text)[0]),
    (BankDetails, "numbers"): ("account_index", lambda text: indexes.account(json.loads(text))[0]),
}


def place(row: Any, column: str) -> str:
    """Return the place for which `column` of `row` is sealed. `row.seal_id` must be set."""
    return f"{row.__tablename__}.{column}:{row.seal_id}"


def put(row: Any, column: str, text: str | None) -> None:
    """Keep `text` sealed in `column` of `row`, or nothing when it is empty."""
    setattr(row, column, keyring().seal(text, place(row, column)) if text else None)


def read(row: Any, column: str) -> str:
    """Return what `column` of `row` holds, in clear, or an empty string."""
    value = getattr(row, column)
    return keyring().open(value, place(row, column)) if value else ""


def read_value(model: Any, column: str, seal_id: str, value: bytes | None) -> str:
    """Return, in clear, what a query read from `column` of a row of `model` whose `seal_id` it read as well."""
    return keyring().open(value, f"{model.__tablename__}.{column}:{seal_id}") if value else ""


def register() -> None:
    """Register them for the rotation of keys; a receipt is a whole picture or PDF, so few at a time."""
    for model, columns in _COLUMNS.items():
        for column in columns:
            index_column, index_of = _INDEXES.get((model, column), ("", None))
            most = 10 if (model, column) == (Receipt, "content") else 500
            sealed.register(model, column, model.seal_id, index_column=index_column, index_of=index_of, most=most)
