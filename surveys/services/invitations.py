"""Inviting, reminding and thanking: in chunks, each its own transaction, so that a crash loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from core import clock, config
from core.database import db, insert_or_ignore
from engagements import wording as engagement_wording
from i18n import languages
from mail.services import ensure_campaign
from panel import asking, audience
from panel.models import AskKind, Member
from panel.services import asking as asks
from surveys import emails, links
from surveys.models import Fieldwork, Kind, Participation, ParticipationState
from surveys.queries import fieldwork as fieldworks
from surveys.queries import participation

CHUNK = 1000


def invite_chunk(fieldwork: Fieldwork) -> int:
    """Invite the next members of the audience and return how many; `inviting` ends when nobody is left.

    Who has been asked enough by all teams together is passed over. Whom a quiet period covers is waited for.
    """
    ids, through = _next_members(fieldwork)
    if not ids:
        fieldwork.invite_from = asking.quiet_until(_still_to_ask(fieldwork), clock.today())
        fieldwork.inviting = fieldwork.invite_from is not None
        fieldwork.invited_through = 0
        db.session.flush()
        return 0
    invite(fieldwork, ids)
    fieldwork.invited_through = through
    db.session.flush()
    return len(ids)


def invite(fieldwork: Fieldwork, ids: Sequence[int]) -> list[int]:
    """Invite those of these members who may be asked today and return them; nobody is invited twice."""
    engagement_id = fieldworks.engagement_id_of(fieldwork)
    source = f"fieldwork:{fieldwork.id}"
    ids = asks.ask(ids, clock.today(), kind=AskKind.SURVEY, source=source, engagement_id=engagement_id)
    if not ids:
        return []
    way = links.maker(fieldwork)
    now = clock.now()
    ways = {member_id: way(member_id) for member_id in ids}
    rows = [
        {
            "fieldwork_id": fieldwork.id,
            "member_id": member_id,
            "state": ParticipationState.INVITED,
            "token_hash": ways[member_id].token_hash,
            "code_index": ways[member_id].code_index,
            "invited_at": now,
        }
        for member_id in ids
    ]
    db.session.execute(insert_or_ignore(Participation.__table__), rows)
    context = _context(fieldwork)
    ensure_campaign(f"invitation:fieldwork:{fieldwork.id}", context["titles"][languages.SOURCE.tag], "invitation")
    emails.invitation.queue_many(
        (member_id, fieldwork.id, context | _how_to_answer(ways[member_id])) for member_id in ids
    )
    return ids


def _still_to_ask(fieldwork: Fieldwork) -> sa.Select[int]:
    return audience.members_where(fieldwork.audience).where(sa.not_(participation.is_invited(fieldwork.id)))


def _next_members(fieldwork: Fieldwork) -> tuple[list[int], int]:
    """Return the next members to invite, half a chunk or more unless the panel ends, and the last member looked at."""
    # Portion by portion of the panel: an ORDER BY with LIMIT over the audience sorts all of it anew for each chunk.
    # Not askable() either, which is made for everybody at once.
    wanted = _still_to_ask(fieldwork).where(*asking.free(clock.today()))
    ids: list[int] = []
    through = fieldwork.invited_through
    while len(ids) < CHUNK // 2:
        portion = sa.select(Member.id).where(Member.id > through).order_by(Member.id).limit(CHUNK).subquery()
        last, size = db.session.execute(sa.select(sa.func.max(portion.c.id), sa.func.count(portion.c.id))).one()
        if not size:
            break
        ids += db.session.scalars(wanted.where(Member.id > through, Member.id <= last).order_by(Member.id))
        through = last
        if size < CHUNK:
            break
    return ids, through


def remind_chunk(fieldwork: Fieldwork) -> int:
    """Write to the next members who are not done, and return how many; `reminding` ends when nobody is left."""
    asked_at = fieldwork.remind_asked_at
    if asked_at is None:
        return 0
    ids = list(
        db.session.scalars(
            sa.select(Participation.member_id)
            .where(
                Participation.fieldwork_id == fieldwork.id,
                Participation.state != ParticipationState.DONE,
                sa.or_(Participation.reminded_at.is_(None), Participation.reminded_at < asked_at),
            )
            .order_by(Participation.member_id)
            .limit(CHUNK)
        )
    )
    if not ids:
        fieldwork.reminding = False
        db.session.flush()
        return 0
    # Whoever is done by the time this row is written stays done and gets no reminder.
    reminded = db.session.scalars(
        sa.update(Participation)
        .where(
            Participation.fieldwork_id == fieldwork.id,
            Participation.member_id.in_(ids),
            Participation.state != ParticipationState.DONE,
        )
        .values(state=ParticipationState.REMINDED, reminded_at=asked_at)
        .returning(Participation.member_id)
        .execution_options(synchronize_session=False)
    ).all()
    way = links.maker(fieldwork)
    context = _context(fieldwork)
    number = asked_at.strftime("%Y%m%d%H%M")
    key = f"reminder:fieldwork:{fieldwork.id}:{number}"
    ensure_campaign(key, context["titles"][languages.SOURCE.tag], "reminder")
    emails.reminder.queue_many(
        (member_id, fieldwork.id, number, context | _how_to_answer(way(member_id))) for member_id in sorted(reminded)
    )
    db.session.flush()
    return len(ids)


def thank_everybody(fieldwork: Fieldwork) -> None:
    """Thank all who are done, at once and by their ids: when each of them was done shows nowhere.

    For an anonymous fieldwork this is at closing, not before: a thank-you of the moment would say when somebody
    answered, and with that which answers may be theirs.
    """
    key = f"thank_you:fieldwork:{fieldwork.id}"
    ensure_campaign(key, _context(fieldwork)["titles"][languages.SOURCE.tag], "thank_you")
    for ids in participation.pages_of_members(fieldwork.id, done=True):
        thank(fieldwork.id, ids)


def thank(fieldwork_id: int, member_ids: Iterable[int]) -> None:
    """Thank these members."""
    context = _context(fieldworks.get_fieldwork(fieldwork_id))
    emails.thank_you.queue_many((member_id, fieldwork_id, context) for member_id in member_ids)


def token_of(fieldwork_id: int, member_id: int) -> str | None:
    """Return the secret of the link of an invited member, None once links are destroyed."""
    fieldwork = fieldworks.get_fieldwork(fieldwork_id)
    return links.maker(fieldwork)(member_id).token if fieldwork.link_key else None


def send_code(fieldwork_id: int, member_id: int, request_id: str) -> bool:
    """Send a member the code they see on the page; return whether they can be reached by e-mail."""
    fieldwork = fieldworks.get_fieldwork(fieldwork_id)
    context = _context(fieldwork) | _how_to_answer(links.maker(fieldwork)(member_id))
    return emails.resume_code(member_id, request_id, context) is not None


def _context(fieldwork: Fieldwork) -> dict[str, Any]:
    """Return what all messages of a fieldwork say; the worker picks the reader's language when it sends."""
    engagement = fieldworks.engagement_of(fieldwork)
    titles = {tag: engagement_wording.title_of(engagement, tag) for tag in {*fieldwork.languages, languages.SOURCE.tag}}
    return {
        "titles": titles,
        "kind": str(Kind(fieldwork.kind)),
        "closes_at": fieldwork.closes_at.isoformat(),
        "drawn": bool(fieldwork.audience.get("draw_ids")),
        "outcome_link": f"{config.settings().base_url}/you-said-we-did",
    }


def _how_to_answer(way: links.Way) -> dict[str, str]:
    base = config.settings().base_url
    return {"link": f"{base}/s/{way.token}", "code": way.code, "resume_link": f"{base}/resume"}
