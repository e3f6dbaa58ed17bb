"""Who is signed in as a member: recognised by the signed cookie, which carries a session's token and when it was seen.

The time of the last page lies in the cookie and not in the table, so that looking at pages never writes.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import g, has_request_context, redirect, request, session, url_for
from werkzeug.wrappers import Response

from core import audit, clock, ids
from core.database import db
from panel.models import Member, MemberSession
from panel.services.sessions import MAY_SIGN_IN

#: Signed out after this long without a page: people use shared computers.
IDLE = dt.timedelta(minutes=30)
#: The cookie's time is renewed at most this often, in seconds, so that not every answer has to set it.
_RENEW = 60

_TOKEN, _SEEN, _NEXT = "member_token", "member_seen", "member_next"


def member() -> Member | None:
    """Return the member who is signed in, with their area, or None."""
    if not has_request_context():
        return None
    if "member" not in g:
        g.member = _recognise()
    return g.member


def _recognise() -> Member | None:
    token, seen = session.get(_TOKEN), session.get(_SEEN, 0)
    now = clock.now()
    seconds = int(now.timestamp())
    if not token or seconds - seen > IDLE.total_seconds():
        return None
    found = db.session.scalar(
        sa.select(Member)
        .join(MemberSession, MemberSession.member_id == Member.id)
        .where(
            MemberSession.token_hash == ids.fingerprint(token),
            MemberSession.ends_at > now,
            Member.state.in_(MAY_SIGN_IN),
        )
        .options(sa.orm.joinedload(Member.area))
    )
    if found is not None and seconds - seen >= _RENEW:
        session[_SEEN] = seconds
    return found


def begin(token: str) -> None:
    """Make this browser carry the session of `token`; nothing that was in its cookie before survives."""
    wanted = session.get(_NEXT)
    session.clear()
    session[_TOKEN] = token
    session[_SEEN] = int(clock.now().timestamp())
    if wanted:
        session[_NEXT] = wanted
    g.pop("member", None)


def token() -> str | None:
    """Return the token of this browser's session."""
    return session.get(_TOKEN)


def forget() -> None:
    """Empty this browser's cookie."""
    session.clear()
    g.member = None


def asked_for() -> str:
    """Return the page that sign-in interrupted, or the member's own page."""
    return session.pop(_NEXT, None) or url_for("panel.own_page")


def language() -> str | None:
    """Return the language of the member who is signed in; for i18n.negotiation."""
    if not session.get(_TOKEN):
        return None
    person = member()
    return person.language if person else None


def guard(permission: str) -> Response | None:
    """Let a signed-in member through; send others to ask for a sign-in link."""
    person = member()
    if person is None:
        if request.method == "GET":
            # In the cookie and not in the address: an address is copied, logged and kept in histories.
            session[_NEXT] = request.full_path.rstrip("?")
        return redirect(url_for("panel.sign_in"), 303)
    audit.set_actor(f"member:{person.id}")
    return None
