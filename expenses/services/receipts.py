"""Receipts of a line: taken in cleaned and sealed, opened for who may see them, taken off again."""

from __future__ import annotations

import base64

import sqlalchemy as sa

from core import audit, clock, ids
from core.database import db, lock_name
from expenses import indexes, pricing, receipts, scanning, sealed
from expenses.errors import ClaimMovedError
from expenses.models import Claim, ClaimLine, ClaimState, PolicyRate, Receipt
from expenses.queries import policy
from expenses.services import claims

#: A receipt can be added while the claim is written, and until it is decided: often it is what is asked for.
_TAKES = frozenset({ClaimState.DRAFT, ClaimState.SUBMITTED, ClaimState.QUESTION})


def add(claim: Claim, line: ClaimLine, data: bytes, *, actor: str) -> Receipt:
    """Keep a file as a receipt of `line`. Raises FileRefusedError, ClaimMovedError.

    The file is scanned as it came and kept as it was cleaned; its name is not kept.
    """
    if claim.state not in _TAKES:
        raise ClaimMovedError
    receipts.check_size(data)
    scanning.scan(data)
    cleaned = receipts.clean(data)
    lock_name(f"expenses.receipts:{line.id}")
    if count(line.id) >= receipts.MOST:
        raise receipts.FileRefusedError("too_many")
    row = Receipt(
        seal_id=ids.random_id(),
        line_id=line.id,
        media_type=cleaned.media_type,
        size=len(cleaned.content),
        pages=cleaned.pages,
        content_index=indexes.receipt(cleaned.sha256)[0],
        added_at=clock.now(),
        added_by=actor,
    )
    sealed.put(row, "content", base64.b64encode(cleaned.content).decode())
    sealed.put(row, "content_hash", cleaned.sha256)
    db.session.add(row)
    db.session.flush()
    audit.record("receipt.added", f"claim:{claim.id}", after={"receipt": row.id})
    _renew(claim, line)
    return row


def take_off(claim: Claim, line: ClaimLine, receipt: Receipt) -> None:
    """Take a receipt off a line: out of a draft for good; of what was sent it is kept but counts no more."""
    if claim.state not in _TAKES:
        raise ClaimMovedError
    audit.record("receipt.taken_off", f"claim:{claim.id}", {"receipt": receipt.id})
    if claim.state == ClaimState.DRAFT:
        db.session.delete(receipt)
    else:
        receipt.withdrawn_at = clock.now()
    db.session.flush()
    _renew(claim, line)


def _renew(claim: Claim, line: ClaimLine) -> None:
    """Price a draft again; of what was sent only say anew whether a receipt is missing."""
    if claim.state == ClaimState.DRAFT:
        claims.estimate(claim)
        return
    flags = [flag for flag in line.flags if flag != pricing.NO_RECEIPT]
    line.flags = [*flags, pricing.NO_RECEIPT] if _is_missed(line) else flags
    db.session.flush()


def _is_missed(line: ClaimLine) -> bool:
    rate = db.session.get(PolicyRate, line.rate_id) if line.rate_id else None
    if rate is None or count(line.id):
        return False
    return pricing.needs_receipt(policy.figures([rate])[0], line.claimed_pence)


def count(line_id: int) -> int:
    """Return how many receipts of a line count."""
    query = sa.select(sa.func.count()).where(Receipt.line_id == line_id, Receipt.withdrawn_at.is_(None))
    return db.session.scalar(query) or 0


def content(receipt: Receipt) -> bytes:
    """Return the bytes of a receipt."""
    return base64.b64decode(sealed.read(receipt, "content"))
