"""What staff do about people who are not told by e-mail, and about messages that did not arrive."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core import audit, clock
from core.database import db
from feedback import errors, reasons
from feedback.models import Telling, Told, ToldState
from feedback.services import letters
from feedback.services.telling import WAITING, affected, recount


def mark_told(telling: Telling, member_ids: Sequence[int], by: str) -> int:
    """Note that staff have told these people; return how many were still waiting."""
    return _settle(telling, member_ids, by, "told.marked", state=ToldState.TOLD, reason=None)


def mark_failed(telling: Telling, member_ids: Sequence[int], reason: str, by: str) -> int:
    """Note that a letter, a call or a text did not reach these people: they join the list somebody must deal with."""
    if reason not in reasons.FAILURES:
        raise errors.NoReasonError
    return _settle(telling, member_ids, by, "told.failed", state=ToldState.FAILED, reason=reason)


def mark_unreachable(telling: Telling, member_ids: Sequence[int], reason: str, by: str) -> int:
    """Note that these people cannot be told, and why: the only other way off the list."""
    if reason not in reasons.UNREACHABLE:
        raise errors.NoReasonError
    return _settle(telling, member_ids, by, "told.unreachable", state=ToldState.UNREACHABLE, reason=reason)


def change_route(telling: Telling, member_ids: Sequence[int], route: str, by: str) -> int:
    """Tell these people in another way; `email` tries again, as a new message, such as after a corrected address."""
    return _settle(
        telling,
        member_ids,
        by,
        "told.route_changed",
        state=ToldState.TO_TELL,
        reason=None,
        route=route,
        attempt=sa.case((sa.literal(route == "email"), Told.attempt + 1), else_=Told.attempt),
    )


def _settle(telling: Telling, member_ids: Sequence[int], by: str, action: str, **values: object) -> int:
    people = list(dict.fromkeys(member_ids))
    changed = affected(
        sa.update(Told)
        .where(Told.telling_id == telling.id, Told.member_id.in_(people), Told.state.in_(WAITING))
        .values(by=by, at=clock.now(), **values)
        .execution_options(synchronize_session=False)
    )
    if not changed:
        raise errors.SettledError
    recount(telling)
    shown = {key: str(value) for key, value in values.items() if key in {"state", "reason", "route"} and value}
    audit.record(action, f"telling:{telling.id}", None, {**shown, "members": people})
    return changed


def give_up_on(member_id: int) -> None:
    """Note that somebody who has left can no longer be told, in every telling that still waits for them.

    Their letters are deleted with everything else that bears their name.
    """
    waiting = db.session.scalars(
        sa.select(Told.telling_id).where(Told.member_id == member_id, Told.state.in_(WAITING)).order_by(Told.telling_id)
    ).all()
    db.session.execute(
        sa.update(Told)
        .where(Told.member_id == member_id, Told.state.in_(WAITING))
        .values(state=ToldState.UNREACHABLE, reason=reasons.LEFT, by="system", at=clock.now())
        .execution_options(synchronize_session=False)
    )
    letters.forget_letters_of(member_id)
    for telling in db.session.scalars(sa.select(Telling).where(Telling.id.in_(waiting))):
        recount(telling)
