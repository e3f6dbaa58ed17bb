"""The only way a claim changes state: table, version, separation of duties, ledger and record of changes together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from accounts.models import Staff
from core import audit, clock, ids
from core.database import among, changed_by, db
from expenses import sealed
from expenses.errors import ClaimMovedError
from expenses.models import Claim, ClaimEntry
from expenses.services import duties
from expenses.transitions import Duty, Step

#: How many claims one statement moves.
CHUNK = 500


def take(
    claim: Claim,
    step: Step,
    *,
    by: Staff | None = None,
    actor: str = "",
    version: int | None = None,
    detail: str = "",
    words: str = "",
    **changes: Any,
) -> ClaimEntry:
    """Take `step` on `claim`, with other `changes` of its columns, and return the ledger's entry.

    `by` is the member of staff who does it; without one, `actor` says who (`member:17`, `command`). `version` is what
    the person saw: if the claim has moved since, ClaimMovedError. Raises OwnClaimError.
    """
    db.session.flush()  # lines are priced before the claim is sent, and the database checks them in that order
    before, seen = claim.state, version if version is not None else claim.version
    if before not in step.before:
        raise ClaimMovedError
    if by is not None:
        duties.check(by, step.duty, [claim.id])
    moved = changed_by(
        sa.update(Claim)
        .where(Claim.id == claim.id, Claim.version == seen, Claim.state == before)
        .values(state=step.after, version=seen + 1, **changes)
    )
    if not moved:
        raise ClaimMovedError
    db.session.refresh(claim)
    entry = ClaimEntry(
        seal_id=ids.random_id(),
        claim_id=claim.id,
        number=claim.version,
        kind=step.done,
        from_state=before,
        to_state=step.after,
        at=clock.now(),
        actor=f"staff:{by.id}" if by else actor or "system",
        pence=worth(claim),
        detail=detail,
    )
    sealed.put(entry, "words", words)
    db.session.add(entry)
    after = {"state": claim.state, "pence": entry.pence} | ({"detail": detail} if detail else {})
    audit.record(f"claim.{step.done}", f"claim:{claim.id}", {"state": before}, after)
    return entry


def worth(claim: Claim) -> int:
    """Return what a claim is worth now: what is asked for until somebody has decided, then what was given."""
    return claim.approved_pence if claim.approved_by is not None else claim.claimed_pence


def take_many(
    claim_ids: Sequence[int], step: Step, *, by: Staff | None = None, detail: str = "", **changes: Any
) -> None:
    """Take `step` on all the claims or on none, with a number of statements that grows with every 500 claims only.

    Raises ClaimMovedError when one of them stands elsewhere, OwnClaimError when `by` may not. One row in the record of
    changes names the claims of each 500.
    """
    db.session.flush()
    for start in range(0, len(claim_ids), CHUNK):
        _take_chunk(list(claim_ids[start : start + CHUNK]), step, by, detail, changes)


def _take_chunk(claim_ids: list[int], step: Step, by: Staff | None, detail: str, changes: Mapping[str, Any]) -> None:
    columns = (Claim.id, Claim.state, Claim.version, Claim.approved_pence)
    # Locked in the order of their numbers: two runs that want the same claims wait and do not block each other.
    rows = db.session.execute(
        sa.select(*columns).where(among(Claim.id, claim_ids)).order_by(Claim.id).with_for_update()
    ).all()
    if len(rows) != len(set(claim_ids)) or any(row.state not in step.before for row in rows):
        raise ClaimMovedError
    if by is not None and step.duty != Duty.CLAIMANT:
        duties.check(by, step.duty, claim_ids)
    moved = changed_by(
        sa.update(Claim)
        .where(among(Claim.id, claim_ids), Claim.state.in_(step.before))
        .values(state=step.after, version=Claim.version + 1, **changes)
    )
    if moved != len(rows):
        raise ClaimMovedError
    now, actor = clock.now(), f"staff:{by.id}" if by else "system"
    db.session.execute(
        sa.insert(ClaimEntry.__table__),  # type: ignore[arg-type]  # every table here is a Table
        [
            {
                "seal_id": ids.random_id(),
                "claim_id": row.id,
                "number": row.version + 1,
                "kind": step.done,
                "from_state": row.state,
                "to_state": step.after,
                "at": now,
                "actor": actor,
                "pence": row.approved_pence,
                "detail": detail,
            }
            for row in rows
        ],
    )
    _forget(claim_ids)
    audit.record(f"claim.{step.done}", detail or "claims", None, {"claims": sorted(claim_ids)})


def _forget(claim_ids: Sequence[int]) -> None:
    """Let claims that the session holds be read again: they were changed behind its back."""
    for claim_id in claim_ids:
        held = db.session.identity_map.get(db.session.identity_key(Claim, claim_id))
        if held is not None:
            db.session.expire(held)
