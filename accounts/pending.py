"""A sign-in that is half done: the password was right, the second step is still to come.

It lives in the signed cookie for ten minutes. Secrets that must outlive one page before they are kept (the app's
secret while it is being set up, recovery codes while they are shown) lie there sealed.
"""

from __future__ import annotations

import base64
import hashlib
import json

from flask import session

from accounts import queries
from accounts.models import Staff
from core import clock, crypto

_PERSON, _NEXT, _SECRET, _CODES = "staff_pending", "staff_next", "staff_new_secret", "staff_new_codes"
#: Seconds from the password to the second step.
LIFE = 600


def begin(staff: Staff) -> None:
    """Remember that this browser gave the password of `staff`; only the page it was on its way to is kept."""
    on_the_way_to = session.get(_NEXT)
    session.clear()
    session[_PERSON] = {"id": staff.id, "at": int(clock.now().timestamp()), "mark": _mark(staff)}
    if on_the_way_to:
        session[_NEXT] = on_the_way_to


def _mark(staff: Staff) -> str:
    """Return what changes with the password, so that an old half-done sign-in is worth nothing after a new one."""
    return hashlib.sha256((staff.password_hash or "").encode()).hexdigest()[:16]


def person() -> Staff | None:
    """Return who gave their password on this browser a moment ago, or None."""
    kept = session.get(_PERSON)
    if not kept or clock.now().timestamp() - kept["at"] > LIFE:
        return None
    staff = queries.find_staff(kept["id"])
    return staff if staff and staff.active and kept["mark"] == _mark(staff) else None


def keep_secret(staff: Staff, secret: str) -> None:
    """Keep the secret that is shown until a code proves that an app has it."""
    session[_SECRET] = _seal(secret, f"cookie.secret:{staff.id}")


def secret(staff: Staff) -> str | None:
    """Return the secret that is being set up, or None."""
    return _open(session.get(_SECRET), f"cookie.secret:{staff.id}")


def forget_secret() -> None:
    """Forget the secret that was being set up."""
    session.pop(_SECRET, None)


def keep_codes(staff: Staff, codes: list[str]) -> None:
    """Keep new recovery codes until their owner says that they have them."""
    session[_CODES] = _seal(json.dumps(codes), f"cookie.codes:{staff.id}")


def codes(staff: Staff) -> list[str]:
    """Return the recovery codes that are being shown; none when there are none."""
    kept = _open(session.get(_CODES), f"cookie.codes:{staff.id}")
    return json.loads(kept) if kept else []


def forget_codes() -> None:
    """Forget the recovery codes that were shown."""
    session.pop(_CODES, None)


def _seal(text: str, place: str) -> str:
    return base64.b64encode(crypto.keyring().seal(text, place)).decode()


def _open(sealed: str | None, place: str) -> str | None:
    try:
        return crypto.keyring().open(base64.b64decode(sealed), place) if sealed else None
    except crypto.SealBrokenError:
        return None
