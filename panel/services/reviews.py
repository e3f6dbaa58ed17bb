"""Asking members who have been silent for long whether they want to stay, and letting go of those who do not say.

This is no ask in the sense of panel.asking: nobody is asked to take part in anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from core import audit, clock, config, ids
from core.database import db
from panel import emails, tenure
from panel.errors import LinkGoneError
from panel.models import Member, MemberEvent, MemberLink, MemberState, Review, Route
from panel.services import links, membership, sessions, signs

#: A reminder goes out after so many days, and after so many the membership lapses.
REMIND_AFTER = 14
LAPSE_AFTER = 42
#: Who has lapsed can come back as long as their details are kept: so many months.
KEPT_MONTHS = 12
#: The link in the message works a little longer than the details are kept.
_LINK_FOR = dt.timedelta(days=LAPSE_AFTER + 31 * KEPT_MONTHS)


def _silent(today: dt.date) -> sa.Select[int]:
    """Return a SELECT of members who neither answered nor signed in for the time set, and are not being asked."""
    before = tenure.months_from(today, -config.settings().review_after_months)
    open_review = sa.exists().where(Review.member_id == Member.id, Review.settled_on.is_(None))
    return sa.select(Member.id).where(
        # Somebody on a break until a day has said when they come back.
        sa.or_(
            Member.state == MemberState.ACTIVE,
            sa.and_(Member.state == MemberState.PAUSED, Member.paused_until.is_(None)),
        ),
        sa.or_(
            Member.seen_in < before.replace(day=1), sa.and_(Member.seen_in.is_(None), Member.confirmed_at.is_not(None))
        ),
        Member.confirmed_at < tenure.start_of(before),
        ~open_review,
    )


def ask_some(limit: int = 500) -> int:
    """Ask the next silent members whether they want to stay; return how many."""
    today, now = clock.today(), clock.now()
    numbers = list(db.session.scalars(_silent(today).order_by(Member.id).limit(limit)))
    if not numbers:
        return 0
    db.session.execute(sa.insert(Review), [{"member_id": n, "asked_on": today} for n in numbers])
    db.session.execute(sa.insert(MemberEvent), [{"member_id": n, "kind": "reviewed", "at": now} for n in numbers])
    audit.record("review.asked", "member", None, {"members": numbers})
    _write(numbers, reminder=False)
    return len(numbers)


def remind_some(limit: int = 500) -> int:
    """Remind the next members who have not said; return how many."""
    today = clock.today()
    due = (
        Review.settled_on.is_(None),
        Review.reminded_on.is_(None),
        Review.asked_on <= today - dt.timedelta(days=REMIND_AFTER),
    )
    numbers = list(
        db.session.scalars(sa.select(Review.member_id).where(*due).order_by(Review.asked_on, Review.id).limit(limit))
    )
    if numbers:
        db.session.execute(
            sa.update(Review)
            .where(Review.member_id.in_(numbers), Review.settled_on.is_(None))
            .values(reminded_on=today)
            .execution_options(synchronize_session=False)
        )
        _write(numbers, reminder=True)
    return len(numbers)


def _write(numbers: Sequence[int], *, reminder: bool) -> None:
    """Send each a link of their own; older ones stop working. Who is not reached by e-mail gets none."""
    now = clock.now()
    open_reviews = sa.select(Review.member_id, Review.id, Review.asked_on).where(
        Review.member_id.in_(numbers), Review.settled_on.is_(None)
    )
    reviews = {member_id: (number, asked) for member_id, number, asked in db.session.execute(open_reviews)}
    db.session.execute(
        sa.update(MemberLink)
        .where(MemberLink.member_id.in_(numbers), MemberLink.purpose == "stay", MemberLink.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    tokens = {member_id: ids.token() for member_id in reviews}
    rows = [
        {
            "member_id": member_id,
            "purpose": "stay",
            "token_hash": ids.fingerprint(token),
            "expires_at": now + _LINK_FOR,
        }
        for member_id, token in tokens.items()
    ]
    db.session.execute(sa.insert(MemberLink), rows)
    emails.still_here.queue_many(
        (member_id, number, tokens[member_id], asked + dt.timedelta(days=LAPSE_AFTER), reminder)
        for member_id, (number, asked) in sorted(reviews.items())
    )


def lapse_some(limit: int = 200) -> int:
    """End the waiting for the next members who were written to twice and did not say; return how many.

    Only who was written to: people reached by phone or post, or whose address does not work, stand on a list of the
    staff until somebody has spoken with them.
    """
    today = clock.today()
    due = (
        sa.select(Review, Member)
        .join(Member, Member.id == Review.member_id)
        .where(
            Review.settled_on.is_(None),
            Review.reminded_on.is_not(None),
            Review.asked_on <= today - dt.timedelta(days=LAPSE_AFTER),
            Member.route == Route.EMAIL,
            Member.route_works.is_(True),
        )
        .order_by(Review.asked_on, Review.id)
        .limit(limit)
    )
    rows = db.session.execute(due).all()
    for review, member in rows:
        review.settled_on, review.outcome = today, "lapsed"
        membership.lapse(member)
    return len(rows)


def answer_by_link(token: str, answer: str) -> Member:
    """Do what somebody pressed on the page behind their link: stay, pause or leave. Raises LinkGoneError.

    The link is used up. It works after a membership has lapsed as well, so that coming back takes one press.
    """
    link = links.use(token, "stay")
    member = db.session.get_one(Member, link.member_id)
    if member.state not in sessions.MAY_SIGN_IN:
        raise LinkGoneError
    if answer == "leave":
        membership.leave(member, member.language)
    elif answer == "pause":
        signs.settle(member, "pause")
        signs.note_seen(member)
        membership.pause(member, None)
    else:
        stay(member)
    return member


def stay(member: Member) -> None:
    """Note that a member stays; somebody who had lapsed, or was on a break without an end, is back."""
    signs.note_seen(member)
    if member.state in {MemberState.LAPSED, MemberState.PAUSED}:
        membership.resume(member)
    else:
        membership.note(member, "stayed")


def come_back(member: Member) -> None:
    """End a break, or a silence, at the member's own press of a button. Raises WrongStateError."""
    membership.resume(member)
    signs.note_seen(member)


def erase_lapsed(limit: int = 200) -> int:
    """Erase the details of members who lapsed so long ago that nobody expects them back; return how many."""
    before = tenure.start_of(tenure.months_from(clock.today(), -KEPT_MONTHS))
    lapsed_at = (
        sa.select(sa.func.max(MemberEvent.at))
        .where(MemberEvent.member_id == Member.id, MemberEvent.kind == "lapsed")
        .scalar_subquery()
    )
    due = sa.select(Member).where(Member.state == MemberState.LAPSED, lapsed_at < before)
    members = list(db.session.scalars(due.order_by(Member.id).limit(limit)))
    for member in members:
        membership.forget_lapsed(member)
    return len(members)


#: So many people stand on one page of the list of those to be rung.
PAGE_SIZE = 50


def to_be_rung(after: int = 0) -> list[tuple[int, str, dt.date]]:
    """Return (member, route, day asked) of those who wait for an answer and are not reached by e-mail, by number."""
    rows = db.session.execute(
        sa.select(Member.id, Member.route, Review.asked_on)
        .join(Review, Review.member_id == Member.id)
        .where(
            Review.settled_on.is_(None),
            sa.or_(Member.route != Route.EMAIL, Member.route_works.is_(False)),
            Member.id > after,
        )
        .order_by(Member.id)
        .limit(PAGE_SIZE)
    )
    return [(member_id, route, day) for member_id, route, day in rows]


def counts() -> dict[str, int]:
    """Return how many wait for an answer (`open`), and how many said what within the last year, by outcome."""
    year_ago = tenure.months_from(clock.today(), -12)
    rows = db.session.execute(
        sa.select(sa.func.coalesce(Review.outcome, "open"), sa.func.count())
        .where(sa.or_(Review.settled_on.is_(None), Review.settled_on >= year_ago))
        .group_by(Review.outcome)
    )
    return {outcome: count for outcome, count in rows}  # noqa: C416  rows are no tuples to mypy
