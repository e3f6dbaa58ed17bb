"""Publishing outcomes and telling everyone who took part: who must be told, handing over to the mail, its fate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa

import panel.reach
from core import audit, clock
from core.database import db, lock_name
from feedback import emails, errors, reasons, wording
from feedback.models import Outcome, OutcomeState, Telling, Told, ToldState
from i18n import languages
from i18n.languages import SOURCE
from mail.fates import fates
from surveys.queries import participation, periods

#: States in which somebody still has to be told.
WAITING = (ToldState.TO_TELL, ToldState.SENT, ToldState.FAILED)
#: How many people are handed to the mail in one transaction.
BATCH = 1000


def publish_outcomes(engagement_id: int, by: str) -> Telling:
    """Make every ready outcome of an engagement public and note who must be told of them.

    One statement notes all participants, so a hundred thousand take as long as the database needs to copy them. The
    mail is handed over by the worker (`hand_over`). It waits until nobody can answer any more: whoever answered later
    would not be told, and noting them one by one would say when each of them was done, which an anonymous fieldwork
    promises not to keep. Raises NothingReadyError, StillAnsweringError, LanguagesMissingError.
    """
    lock_name(f"telling:{engagement_id}")
    ready = list(
        db.session.scalars(
            sa.select(Outcome).where(Outcome.engagement_id == engagement_id, Outcome.state == OutcomeState.READY)
        )
    )
    if not ready:
        raise errors.NothingReadyError
    answering = periods.answering_period(engagement_id)
    if answering.still_open:
        raise errors.StillAnsweringError
    tags = [SOURCE.tag, *answering.languages]
    untold = {tag for outcome in ready for tag in wording.lacking(outcome, tags) if tag not in outcome.incomplete}
    if untold:  # people have been asked in another language since the outcome was marked as ready
        raise errors.LanguagesMissingError(languages=[languages.get(tag).name for tag in sorted(untold)])
    now = clock.now()
    telling = Telling(engagement_id=engagement_id, created_at=now, created_by=by, answers_closed_on=answering.last_day)
    db.session.add(telling)
    db.session.flush()
    for outcome in ready:
        outcome.state, outcome.published_at, outcome.telling_id = OutcomeState.PUBLISHED, now, telling.id
    db.session.flush()
    _note_participants(telling)
    recount(telling)
    audit.record(
        "outcomes.published",
        f"engagement:{engagement_id}",
        None,
        {"telling": telling.id, "outcomes": [outcome.id for outcome in ready], "to_tell": telling.total},
    )
    return telling


def _note_participants(telling: Telling) -> None:
    participants = participation.participant_ids(telling.engagement_id).subquery("participant")
    reach = panel.reach.how_to_reach().subquery("reach")
    gone = ~reach.c.may_be_contacted
    rows = sa.select(
        sa.literal(telling.id),
        reach.c.member_id,
        reach.c.route,
        reach.c.language,
        sa.case((gone, ToldState.UNREACHABLE), else_=ToldState.TO_TELL),
        sa.literal(1),
        sa.case((gone, "system"), else_=None),
        sa.case((gone, reasons.LEFT), else_=None),
    ).where(reach.c.member_id.in_(sa.select(participants.c[0])))
    columns = ["telling_id", "member_id", "route", "language", "state", "attempt", "by", "reason"]
    db.session.execute(sa.insert(Told).from_select(columns, rows, include_defaults=False))


def hand_over(telling: Telling, batch: int = BATCH) -> int:
    """Queue the mail of the next `batch` people who read e-mail; return how many were looked at, 0 when all are.

    Doing it twice queues nothing twice: the outbox knows the campaign, which counts the attempt.
    """
    waiting = db.session.execute(
        sa.select(Told.member_id, Told.attempt)
        .where(Told.telling_id == telling.id, Told.state == ToldState.TO_TELL, Told.route == "email")
        .order_by(Told.member_id)
        .limit(batch)
    ).all()
    if not waiting:
        return 0
    emails.prepare_campaigns(telling, {attempt for _, attempt in waiting})
    emails.outcome.queue_many((telling.id, member_id, attempt) for member_id, attempt in waiting)
    here = sa.and_(Told.telling_id == telling.id, Told.member_id.in_([member_id for member_id, _ in waiting]))
    queued = fates("outcome").subquery("queued")
    db.session.execute(
        sa.update(Told)
        .where(here, sa.exists().where(*_is_of(queued)))
        .values(state=ToldState.SENT, by="mail", at=clock.now(), reason=None)
        .execution_options(synchronize_session=False)
    )
    # Nothing was queued for those who have no address, or one that bounced before: a person has to look.
    db.session.execute(
        sa.update(Told)
        .where(here, Told.state == ToldState.TO_TELL)
        .values(state=ToldState.FAILED, by="mail", at=clock.now(), reason=reasons.NOT_QUEUED)
        .execution_options(synchronize_session=False)
    )
    recount(telling)
    return len(waiting)


def _is_of(fate: sa.Subquery) -> list[sa.ColumnElement[bool]]:
    """Return what joins a row of `told` with its message in the outbox."""
    return [
        fate.c.campaign_key == emails.campaign_key(Told.telling_id, Told.attempt),
        fate.c.recipient == sa.literal("member:") + sa.cast(Told.member_id, sa.String),
    ]


def follow_mail() -> list[int]:
    """Take over what became of the messages: sent, or come back. Return the ids of the tellings that changed.

    A fixed number of statements, whatever the number of people. A message that comes back days after it was sent makes
    the row fail again, unless staff have told the person in another way since.
    """
    changed: set[int] = set()
    running = list(db.session.scalars(sa.select(Telling.id).where(Telling.completed_at.is_(None))))
    if running:
        for state, before, values in _FATES:
            fate = fates("outcome", state).subquery("fate")
            here = sa.and_(Told.telling_id.in_(running), Told.state.in_(before), *_is_of(fate))
            changed |= _take_over(fate, here, values)
    came_back = fates("outcome", "bounced").subquery("fate")
    # The number in the recipient's name finds the row by its index: few messages come back, and `told` is long.
    number = sa.case(
        (came_back.c.recipient.like("member:%"), sa.cast(sa.func.substr(came_back.c.recipient, 8), sa.Integer))
    )
    here = sa.and_(Told.member_id == number, Told.state.in_((ToldState.SENT, ToldState.TOLD)), *_is_of(came_back))
    changed |= _take_over(came_back, here, {"state": ToldState.FAILED, "reason": reasons.BOUNCED})
    for telling in db.session.scalars(sa.select(Telling).where(Telling.id.in_(changed))):
        recount(telling)
    return sorted(changed)


#: What became of a message, the states of people it is news of, and what is noted.
_FATES: tuple[tuple[str, tuple[str, ...], dict[str, str | None]], ...] = (
    # A failed one that staff let go again, and that went, takes the person off the list.
    ("sent", (ToldState.SENT, ToldState.FAILED), {"state": ToldState.TOLD, "reason": None}),
    ("skipped", (ToldState.SENT,), {"state": ToldState.FAILED, "reason": reasons.SKIPPED}),
    ("failed", (ToldState.SENT,), {"state": ToldState.FAILED, "reason": reasons.NOT_SENT}),
)


def _take_over(fate: sa.Subquery, here: sa.ColumnElement[bool], values: Mapping[str, str | None]) -> set[int]:
    """Write what became of messages into the rows `here` and return their tellings."""
    ours = sa.and_(Told.by == "mail", here)
    touched = set(db.session.scalars(sa.select(Told.telling_id).where(ours).distinct()))
    if touched:
        db.session.execute(
            sa.update(Told)
            .where(ours)
            .values(at=sa.func.coalesce(fate.c.sent_at, clock.now()), **values)
            .execution_options(synchronize_session=False)
        )
    return touched


def affected(statement: sa.Update) -> int:
    """Run an UPDATE and return how many rows it changed."""
    return cast("sa.CursorResult[Any]", db.session.execute(statement)).rowcount


def recount(telling: Telling) -> None:
    """Bring the counts of a telling up to date, and note when nobody is left to tell, or somebody is again."""
    # The row is held first: two who mark people told at the same moment would each miss the other's.
    db.session.flush()
    db.session.refresh(telling, with_for_update=True)
    rows = db.session.execute(
        sa.select(Told.state, sa.func.count()).where(Told.telling_id == telling.id).group_by(Told.state)
    )
    counts = {state: count for state, count in rows}  # noqa: C416  a Row is not a pair to mypy
    telling.total = sum(counts.values())
    telling.told = counts.get(ToldState.TOLD, 0)
    telling.failed = counts.get(ToldState.FAILED, 0)
    telling.unreachable = counts.get(ToldState.UNREACHABLE, 0)
    waiting = sum(counts.get(state, 0) for state in WAITING)
    if not waiting and telling.completed_at is None:
        telling.completed_at = clock.now()
        audit.record("telling.completed", f"telling:{telling.id}", None, {"told": telling.told})
    elif waiting and telling.completed_at is not None:
        telling.completed_at = None
        audit.record("telling.reopened", f"telling:{telling.id}", None, {"waiting": waiting})
    db.session.flush()


def list_to_hand_over() -> list[Telling]:
    """Return the tellings with mail still to be queued, oldest first."""
    waiting = sa.exists().where(Told.telling_id == Telling.id, Told.state == ToldState.TO_TELL, Told.route == "email")
    return list(
        db.session.scalars(sa.select(Telling).where(Telling.completed_at.is_(None), waiting).order_by(Telling.id))
    )
