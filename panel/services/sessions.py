"""Sessions of members: begun by a sign-in link, ended here or by time."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import clock, ids
from core.database import db
from panel import emails, queries
from panel.errors import LinkGoneError
from panel.models import Member, MemberLink, MemberSession, MemberState
from panel.services import links, signs, strangers

#: Those who have left or been removed have no page any more.
MAY_SIGN_IN = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.LAPSED)
#: However busy a session is, it ends after this long.
LASTS = dt.timedelta(hours=8)
#: Links and sessions that are over are deleted after this long.
_KEPT = dt.timedelta(days=7)


def ask_to_sign_in(email: str) -> None:
    """Send a sign-in link when a member has this address; who asks learns nothing either way."""
    member = queries.find_member_by_email(email)
    if member is not None and member.state in MAY_SIGN_IN:
        _send_link(member.id)
        return
    with strangers.rehearsal(email) as stranger:
        _send_link(stranger.id)


def _send_link(member_id: int) -> None:
    if made := links.make(member_id, "sign_in", emails.SIGN_IN_FOR):
        link, token = made
        emails.sign_in_link(member_id, link.id, token)


def sign_in(token: str) -> str:
    """Use a sign-in link and return the token of the new session. Raises LinkGoneError."""
    link = links.use(token, "sign_in")
    member = db.session.get_one(Member, link.member_id)
    if member.state not in MAY_SIGN_IN:
        raise LinkGoneError
    signs.note_seen(member)
    return begin_session(member.id)


def begin_session(member_id: int) -> str:
    """Return the token of a new session."""
    token = ids.token()
    now = clock.now()
    db.session.add(
        MemberSession(member_id=member_id, token_hash=ids.fingerprint(token), started_at=now, ends_at=now + LASTS)
    )
    db.session.flush()
    return token


def end_session(token: str) -> None:
    """End one session."""
    db.session.execute(sa.delete(MemberSession).where(MemberSession.token_hash == ids.fingerprint(token)))


def sign_out_everywhere(member_id: int) -> None:
    """End every session of a member and void every sign-in link on its way."""
    db.session.execute(sa.delete(MemberSession).where(MemberSession.member_id == member_id))
    db.session.execute(
        sa.update(MemberLink)
        .where(MemberLink.member_id == member_id, MemberLink.purpose == "sign_in", MemberLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


def clear_out() -> None:
    """Delete links and sessions that were over some days ago."""
    before = clock.now() - _KEPT
    db.session.execute(sa.delete(MemberLink).where(MemberLink.expires_at < before))
    db.session.execute(sa.delete(MemberSession).where(MemberSession.ends_at < clock.now()))
