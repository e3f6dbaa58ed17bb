"""The links with which a person refuses messages of one kind: opaque, without an end, and good for nothing else.

They are sealed with a key of their own, made once and kept sealed in the database: a message stays in somebody's
mailbox for years, and its link must work however often FIELD_KEYS and SECRET_KEY have been changed since.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from core import audit, config, crypto
from core.crypto import Keyring
from core.database import db, insert_or_ignore
from core.errors import N_, DomainError
from mail import signals
from mail.models import LinkKey

_PLACE = "unsubscribe-link"
_ID = 1


@dataclass(frozen=True)
class Refusal:
    """Who refuses what."""

    recipient: str
    purpose: str


class BadLinkError(DomainError):
    """The link was cut short or is not one of ours."""

    words = N_("This link does not work. Check that you copied all of it.")


def link(recipient: str, purpose: str) -> str:
    """Return the address of the page that lets `recipient` refuse messages for `purpose`; needs `ensure_key`."""
    sealed = _keys().seal(json.dumps([recipient, purpose]), _PLACE)
    token = base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")
    return f"{config.settings().base_url}/unsubscribe/{token}"


def read(token: str) -> Refusal:
    """Return what the link's `token` refuses; raises BadLinkError."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return Refusal(*json.loads(_keys().open(sealed, _PLACE)))
    except (binascii.Error, ValueError, LookupError, crypto.SealBrokenError):
        raise BadLinkError from None


def ensure_key() -> None:
    """Make the key of these links unless there is one, in the caller's transaction; each worker begins with it."""
    if db.session.get(LinkKey, _ID) is None:
        sealed = crypto.keyring().seal(secrets.token_hex(32), f"{LinkKey.__tablename__}.key:{_ID}")
        # Two workers that start together make one.
        db.session.execute(insert_or_ignore(LinkKey.__table__).values(id=_ID, key=sealed))


def _keys() -> Keyring:
    """Return the one key, which never changes; raises LookupError before there is one."""
    if _PLACE not in current_app.extensions:
        sealed = db.session.scalar(sa.select(LinkKey.key))
        if sealed is None:
            raise LookupError("no worker has made the key of these links yet")
        key = bytes.fromhex(crypto.keyring().open(sealed, f"{LinkKey.__tablename__}.key:{_ID}"))
        current_app.extensions[_PLACE] = Keyring({"l": key})
    return current_app.extensions[_PLACE]


def refuse(refusal: Refusal) -> None:
    """Tell the rooms that this person wants no more messages for this purpose. Doing it twice changes nothing more."""
    told = signals.purpose_refused.send("mail", recipient=refusal.recipient, purpose=refusal.purpose)
    # Mail programs send it again and again; only what changed something is on record.
    if any(changed for _listener, changed in told):
        audit.record("messages.refused", refusal.recipient, after={"purpose": refusal.purpose})
