"""Links that are sent to members: made, replaced by newer ones, and used once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from core import clock, ids
from core.database import changed_by, db
from panel.errors import LinkGoneError
from panel.models import MemberLink
from panel.recipients import seal_payload

#: So many links of one purpose are sent to a person within an hour, however often somebody asks.
MOST_AN_HOUR = 5


def make(
    member_id: int, purpose: str, lifetime: dt.timedelta, payload: Mapping[str, str] | None = None
) -> tuple[MemberLink, str] | None:
    """Return a new link of `purpose` with its token, the older ones made void; None when there were too many."""
    now = clock.now()
    same = (MemberLink.member_id == member_id, MemberLink.purpose == purpose)
    recent = sa.select(sa.func.count()).where(*same, MemberLink.expires_at > now + lifetime - dt.timedelta(hours=1))
    if (db.session.scalar(recent) or 0) >= MOST_AN_HOUR:
        return None
    db.session.execute(sa.update(MemberLink).where(*same, MemberLink.used_at.is_(None)).values(used_at=now))
    token = ids.token()
    token_hash = ids.fingerprint(token)
    link = MemberLink(
        member_id=member_id,
        purpose=purpose,
        token_hash=token_hash,
        expires_at=now + lifetime,
        payload=seal_payload(token_hash, payload) if payload else None,
    )
    db.session.add(link)
    db.session.flush()
    return link, token


def find(token: str, purpose: str) -> MemberLink | None:
    """Return the link of `token` while it can be used."""
    return db.session.scalar(
        sa.select(MemberLink).where(
            MemberLink.token_hash == ids.fingerprint(token),
            MemberLink.purpose == purpose,
            MemberLink.used_at.is_(None),
            MemberLink.expires_at > clock.now(),
        )
    )


def use(token: str, purpose: str) -> MemberLink:
    """Return the link of `token` and void it. Raises LinkGoneError when it cannot be used (any more)."""
    now = clock.now()
    used = changed_by(
        sa.update(MemberLink)
        .where(
            MemberLink.token_hash == ids.fingerprint(token),
            MemberLink.purpose == purpose,
            MemberLink.used_at.is_(None),
            MemberLink.expires_at > now,
        )
        .values(used_at=now)
    )
    if not used:
        raise LinkGoneError
    return db.session.scalars(sa.select(MemberLink).where(MemberLink.token_hash == ids.fingerprint(token))).one()
