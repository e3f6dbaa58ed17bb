"""Money given before the day: saying afterwards what it was spent on, and being reminded of that."""

from __future__ import annotations

import datetime as dt

from core import clock
from core.database import db, lock_name
from expenses import emails, sealed
from expenses.errors import ClaimMovedError
from expenses.models import Claim, ClaimKind, ClaimState, Payee
from expenses.queries import advances as queries
from expenses.services import claims

#: So many days after the day somebody is reminded, and once more.
REMINDERS = (7, 28)


def account_for(advance: Claim, *, language: str) -> Claim:
    """Return the claim in which somebody says what an advance was spent on, begun when there is none.

    Raises ClaimMovedError when the advance was not paid.
    """
    if advance.kind != ClaimKind.ADVANCE or advance.state != ClaimState.PAID:
        raise ClaimMovedError
    lock_name(f"expenses.payee:{advance.payee_id}")  # pressed twice, it is one claim all the same
    found = queries.find_account(advance.id)
    if found is not None:
        return found
    payee = db.session.get_one(Payee, advance.payee_id)
    claim = claims.begin(payee, language=language, engagement_id=advance.engagement_id, settles_id=advance.id)
    claims.describe(claim, event=sealed.read(advance, "event"))
    return claim


def remind() -> int:
    """Remind whoever has not said what their advance was spent on; return how many messages there are.

    Each reminder has a key of its own, so that however often this runs, nobody gets one of them twice.
    """
    today = clock.today()
    due = (
        (advance.id, advance.payee_id, advance.reference, number, advance.pence, advance.day)
        for advance in queries.each_open(today - dt.timedelta(days=REMINDERS[0] - 1))
        for number, days in enumerate(REMINDERS, start=1)
        if _is_latest(number, days, (today - advance.day).days)
    )
    return emails.advance_reminder.queue_many(due)


def _is_latest(number: int, days: int, gone: int) -> bool:
    following = REMINDERS[number] if number < len(REMINDERS) else None
    return gone >= days and (following is None or gone < following)
