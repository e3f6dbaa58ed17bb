"""Who is signed in as staff: recognised by the signed cookie, which carries a session token and when it was last seen.

The time of the last page lies in the cookie and not in the table, so that looking at pages never writes.
"""

from __future__ import annotations

import datetime as dt

from flask import abort, g, has_request_context, redirect, request, session, url_for
from werkzeug.wrappers import Response

from accounts import queries
from accounts.models import Staff, StaffSession
from core import audit, clock

#: Signed out after this long without a page.
IDLE = dt.timedelta(minutes=30)
#: The cookie's time is renewed at most this often, so that not every answer has to set it.
_RENEW = 60

_TOKEN, _SEEN, _NEXT = "staff_token", "staff_seen", "staff_next"


def staff() -> Staff | None:
    """Return who is signed in, or None."""
    found = staff_session()
    return found.staff if found else None


def signed_in() -> Staff:
    """Return who is signed in, on a page that the guard opens to staff alone."""
    found = staff()
    if found is None:
        abort(403)
    return found


def staff_session() -> StaffSession | None:
    """Return the session of this browser, or None when nobody is signed in or it has ended."""
    if not has_request_context():
        return None
    kept = g._get_current_object()
    if "staff_session" not in kept:
        kept.staff_session = _recognise()
    return kept.staff_session


def _recognise() -> StaffSession | None:
    token = session.get(_TOKEN)
    if not token:
        return None
    seen = session.get(_SEEN, 0)
    now = int(clock.now().timestamp())
    if now - seen > IDLE.total_seconds():
        return None
    found = queries.find_session(token)
    if found is not None and now - seen >= _RENEW:
        session[_SEEN] = now
    return found


def may(permission: str) -> bool:
    """Return whether the person signed in has `permission`."""
    person = staff()
    return person is not None and person.may(permission)


def language() -> str | None:
    """Return the tag of the language the person signed in reads, or None."""
    person = staff()
    return person.language if person else None


def begin(token: str) -> None:
    """Make this browser carry the session of `token`; nothing that was in its cookie before survives."""
    session.clear()
    session[_TOKEN] = token
    session[_SEEN] = int(clock.now().timestamp())
    g.pop("staff_session", None)


def forget() -> None:
    """Empty this browser's cookie."""
    session.clear()
    g.staff_session = None


def asked_for() -> str:
    """Return the page that sign-in interrupted, or the common home."""
    return session.get(_NEXT) or url_for("accounts.dashboard")


def guard(permission: str) -> Response | None:
    """Let staff with `permission` through; send others to sign in, or refuse them."""
    person = staff()
    if person is None:
        if request.method == "GET":
            # In the cookie and not in the address: an address is copied, logged and kept in histories.
            session[_NEXT] = request.full_path.rstrip("?")
        return redirect(url_for("accounts.sign_in"), 303)
    audit.set_actor(f"staff:{person.id}")
    if permission and not person.may(permission):
        abort(403)
    return None
