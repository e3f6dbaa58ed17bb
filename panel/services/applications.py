"""What somebody has filled in so far while joining: sealed here, found by the token in their browser's cookie."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import sqlalchemy as sa

from core import clock, ids
from core.crypto import keyring
from core.database import changed_by, db
from panel.details import Details
from panel.models import JoinApplication

#: Kept this long after the last page, so that somebody can come back after a holiday.
KEPT_FOR = dt.timedelta(days=14)


def _place(token_hash: str) -> str:
    return f"join_application.answers:{token_hash}"


def begin(answers: Details) -> str:
    """Keep a new application and return the token for the cookie."""
    token = ids.token()
    db.session.add(JoinApplication(token_hash=ids.fingerprint(token), answers=b"", expires_on=clock.today()))
    save(token, answers)
    return token


def find(token: str | None, *, for_change: bool = False) -> Details | None:
    """Return what was filled in so far. With `for_change` nobody else changes it until the transaction ends."""
    if not token:
        return None
    token_hash = ids.fingerprint(token)
    query = sa.select(JoinApplication.answers).where(
        JoinApplication.token_hash == token_hash, JoinApplication.expires_on >= clock.today()
    )
    sealed = db.session.scalar(query.with_for_update() if for_change else query)
    return None if sealed is None else json.loads(keyring().open(sealed, _place(token_hash)))


def save(token: str, answers: Details) -> None:
    """Keep `answers` and the day until which they are kept."""
    token_hash = ids.fingerprint(token)
    values: dict[str, Any] = {
        "answers": keyring().seal(json.dumps(answers, ensure_ascii=False), _place(token_hash)),
        "expires_on": clock.today() + KEPT_FOR,
    }
    db.session.flush()
    db.session.execute(sa.update(JoinApplication).where(JoinApplication.token_hash == token_hash).values(values))


def discard(token: str) -> bool:
    """Delete an application; return whether it was still there, which it is for one caller only."""
    return bool(changed_by(sa.delete(JoinApplication).where(JoinApplication.token_hash == ids.fingerprint(token))))


def discard_expired() -> int:
    """Delete applications nobody came back to; return how many."""
    return changed_by(sa.delete(JoinApplication).where(JoinApplication.expires_on < clock.today()))
