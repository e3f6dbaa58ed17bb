"""Who a draw has found, and what they said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core import audit, clock
from core.database import changed_by, db
from core.errors import N_, DomainError
from panel.draws.errors import NotNowError
from panel.models import Draw, DrawnPerson, DrawState, Member, MemberState, Reply, Role

if TYPE_CHECKING:
    from panel.lottery.engine import Result


class PlaceGivenError(DomainError):
    """Somebody who said no has been replaced."""

    words = N_("Somebody else has your place now. Thank you for thinking about it again.")


PAGE_SIZE = 100
_GONE = (MemberState.LEFT, MemberState.REMOVED)


def list_people(draw_id: int) -> list[DrawnPerson]:
    """Return everybody a draw has found: chosen, then replacements, then reserves, each in their order."""
    order = sa.case((DrawnPerson.role == Role.CHOSEN, 0), (DrawnPerson.role == Role.REPLACEMENT, 1), else_=2)
    mine = sa.select(DrawnPerson).where(DrawnPerson.draw_id == draw_id)
    return list(db.session.scalars(mine.order_by(order, DrawnPerson.round, DrawnPerson.place, DrawnPerson.member_id)))


def page_of_people(draw_id: int, offset: int) -> list[DrawnPerson]:
    """Return some of them, one more than a page holds where there are more."""
    order = sa.case((DrawnPerson.role == Role.CHOSEN, 0), (DrawnPerson.role == Role.REPLACEMENT, 1), else_=2)
    mine = sa.select(DrawnPerson).where(DrawnPerson.draw_id == draw_id)
    ordered = mine.order_by(order, DrawnPerson.round, DrawnPerson.place, DrawnPerson.member_id)
    return list(db.session.scalars(ordered.limit(PAGE_SIZE + 1).offset(offset)))


def counts(draw_id: int) -> dict[tuple[str, str], int]:
    """Return (role, reply) -> how many people."""
    rows = db.session.execute(
        sa.select(DrawnPerson.role, DrawnPerson.reply, sa.func.count())
        .where(DrawnPerson.draw_id == draw_id)
        .group_by(DrawnPerson.role, DrawnPerson.reply)
    )
    return {(role, reply): count for role, reply, count in rows}


def missing(draw: Draw) -> int:
    """Return how many are to be found in place of those who said no."""
    found = counts(draw.id)
    staying = sum(n for (role, reply), n in found.items() if role != Role.RESERVE and reply != Reply.DECLINED)
    return max(0, (draw.draw_size or 0) - staying)


def find(draw_id: int, member_id: int) -> DrawnPerson | None:
    """Return what a draw knows of a member, or None."""
    return db.session.get(DrawnPerson, (draw_id, member_id))


def list_of_member(member_id: int) -> list[tuple[Draw, DrawnPerson]]:
    """Return the published draws that found a member, newest first; reserves that were not called are not told yet."""
    rows = db.session.execute(
        sa.select(Draw, DrawnPerson)
        .join(DrawnPerson, DrawnPerson.draw_id == Draw.id)
        .where(
            DrawnPerson.member_id == member_id,
            Draw.state == DrawState.PUBLISHED,
            DrawnPerson.role != Role.RESERVE,
        )
        .order_by(Draw.id.desc())
    )
    return [(draw, person) for draw, person in rows]


def chances(draw_ids: Sequence[int], member_ids: Sequence[int]) -> dict[int, float]:
    """Return member -> how likely it was that one of these published draws chose them; the latest draw counts."""
    rows = db.session.execute(
        sa.select(DrawnPerson.member_id, DrawnPerson.probability)
        .join(Draw, Draw.id == DrawnPerson.draw_id)
        .where(Draw.id.in_(draw_ids), Draw.state == DrawState.PUBLISHED, DrawnPerson.role != Role.RESERVE)
        .where(DrawnPerson.member_id.in_(member_ids))
        .order_by(Draw.id)
    )
    return {member_id: probability for member_id, probability in rows}  # noqa: C416  rows are no tuples to mypy


def add(draw_id: int, role: Role, result: Result, who: Mapping[str, int], round_: int = 0) -> None:
    """Note whom a draw has found; who has left meanwhile counts as having said no."""
    ids = [who[number] for number in result.selected[0] if number in who]
    gone = set(db.session.scalars(sa.select(Member.id).where(Member.id.in_(ids), Member.state.in_(_GONE))))
    for place, number in enumerate(result.selected[0], start=1):
        member_id = who.get(number)
        if member_id is None:
            continue  # nothing is left of this person; the sheet still stands, and a replacement can be drawn
        person = db.session.get(DrawnPerson, (draw_id, member_id)) or DrawnPerson(draw_id=draw_id, member_id=member_id)
        person.role, person.place, person.round = role, place, round_
        person.probability = min(1.0, result.probabilities[number])
        if member_id in gone:
            person.reply, person.replied_at = Reply.DECLINED, clock.now()
        db.session.add(person)
    db.session.flush()


def answer(draw: Draw, member_id: int, reply: Reply) -> None:
    """Note what somebody said who was drawn; the last word counts until they are replaced. Raises NotNowError."""
    mine = sa.update(DrawnPerson).where(DrawnPerson.draw_id == draw.id, DrawnPerson.member_id == member_id)
    if draw.state not in (DrawState.DRAWN, DrawState.PUBLISHED) or not _may(draw, member_id, reply):
        raise NotNowError
    if not changed_by(mine.values(reply=reply, replied_at=clock.now())):
        raise NotNowError
    audit.record(f"draw.{'declined' if reply == Reply.DECLINED else 'accepted'}", f"draw:{draw.id}",
                 after={"member_id": member_id})  # fmt: skip


def _may(draw: Draw, member_id: int, reply: Reply) -> bool:
    """Return whether there is still room: who said no may have been replaced since."""
    person = find(draw.id, member_id)
    if person is None:
        return False
    back = person.reply == Reply.DECLINED and reply != Reply.DECLINED and person.role != Role.RESERVE
    return not back or missing(draw) > 0


def forget_member(sender: object, member_id: int) -> None:
    """Let somebody who leaves count as having said no; that they were drawn is kept under their bare number."""
    db.session.execute(
        sa.update(DrawnPerson)
        .where(DrawnPerson.member_id == member_id)
        .values(reply=Reply.DECLINED, replied_at=clock.now())
        .execution_options(synchronize_session=False)
    )
