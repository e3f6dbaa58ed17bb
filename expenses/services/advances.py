"""Money given before the day: saying what it was spent on, being reminded of that, and giving back what is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from accounts.models import Staff
from core import audit, clock, ids
from core.database import db, lock_name
from expenses import emails, sealed
from expenses.errors import ClaimMovedError, NothingSaidError
from expenses.models import AdvanceReturn, Claim, ClaimKind, ClaimState, Outcome, Payee, PaymentText
from expenses.queries import advances as queries
from expenses.queries import choices
from expenses.services import claims, duties
from expenses.transitions import Duty

#: So many days after the day somebody is reminded, and once more.
REMINDERS = (7, 28)


def account_for(advance: Claim, *, language: str, made_by: Staff | None = None) -> Claim:
    """Return the claim in which somebody says what an advance was spent on, begun when there is none.

    `made_by` enters it for the person. Raises ClaimMovedError when the advance was not paid, or when it is somebody
    else who has begun to say so.
    """
    if advance.kind != ClaimKind.ADVANCE or advance.state != ClaimState.PAID:
        raise ClaimMovedError
    lock_name(f"expenses.payee:{advance.payee_id}")  # pressed twice, it is one claim all the same
    found = queries.find_account(advance.id)
    if found is not None:
        if made_by is not None and found.made_by != made_by.id:
            raise ClaimMovedError
        return found
    payee = db.session.get_one(Payee, advance.payee_id)
    claim = claims.begin(
        payee,
        language=language,
        engagement_id=advance.engagement_id,
        made_by=made_by,
        made_how="phone" if made_by else "online",
        settles_id=advance.id,
    )
    claims.describe(claim, event=sealed.read(advance, "event"))
    return claim


def close(advance: Claim, outcome: str, *, by: Staff, reason: str = "") -> AdvanceReturn:
    """Note that what was left of an advance was given back, or need not be and why; the person is told.

    Raises NothingSaidError, OwnClaimError; ClaimMovedError when nothing is owed or somebody was faster.
    """
    if outcome == Outcome.WAIVED and not reason.strip():
        raise NothingSaidError
    duties.check(by, Duty.APPROVER, [advance.id])
    db.session.refresh(advance, with_for_update=True)
    rest = queries.find_rest(advance)
    if rest is None or rest.settled is not None or advance.kind != ClaimKind.ADVANCE:
        raise ClaimMovedError
    row = AdvanceReturn(
        seal_id=ids.random_id(), advance_id=advance.id, outcome=outcome, pence=rest.pence, by_id=by.id, at=clock.now()
    )
    sealed.put(row, "reason", reason.strip() if outcome == Outcome.WAIVED else None)
    db.session.add(row)
    db.session.flush()
    audit.record(f"advance.{outcome}", f"claim:{advance.id}", after={"pence": rest.pence})
    emails.advance_closed(advance.id)
    return row


#: The purpose under which the words are kept on how to give money back.
GIVE_BACK = "give_back"


def own_words() -> Mapping[str, str]:
    """Return {language tag: how to give money back, in the administrator's words}; empty without such words."""
    newest = choices.find_newest_text(GIVE_BACK)
    return newest.wording if newest else {}


def set_own_words(tag: str, text: str) -> None:
    """Say in one language how money is given back; the version before is kept. Empty: as the program says it."""
    lock_name("expenses.payment_text")
    newest = choices.find_newest_text(GIVE_BACK)
    wording = {key: value for key, value in (newest.wording if newest else {}).items() if key != tag}
    wording |= {tag: text} if text else {}
    version = newest.version + 1 if newest else 1
    db.session.add(PaymentText(purpose=GIVE_BACK, version=version, wording=wording, since=clock.now()))
    db.session.flush()
    audit.record("policy.give_back_changed", "policy", after={"language": tag, "version": version})


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
