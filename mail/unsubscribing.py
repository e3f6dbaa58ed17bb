"""The links with which a person refuses messages of one kind: opaque, without an end, and good for nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from core import audit, config, crypto
from core.errors import N_, DomainError
from mail import signals

_PLACE = "unsubscribe-link"


@dataclass(frozen=True)
class Refusal:
    """Who refuses what."""

    recipient: str
    purpose: str


class BadLinkError(DomainError):
    """The link was cut short or is not one of ours."""

    words = N_("This link does not work. Check that you copied all of it.")


def link(recipient: str, purpose: str) -> str:
    """Return the address of the page that lets `recipient` refuse messages for `purpose`."""
    sealed = crypto.keyring().seal(json.dumps([recipient, purpose]), _PLACE)
    token = base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")
    return f"{config.settings().base_url}/unsubscribe/{token}"


def read(token: str) -> Refusal:
    """Return what the link's `token` refuses; raises BadLinkError."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return Refusal(*json.loads(crypto.keyring().open(sealed, _PLACE)))
    except (binascii.Error, ValueError, crypto.SealBrokenError):
        raise BadLinkError from None


def refuse(refusal: Refusal) -> None:
    """Tell the rooms that this person wants no more messages for this purpose. Doing it twice changes nothing more."""
    audit.record("messages.refused", refusal.recipient, after={"purpose": refusal.purpose})
    signals.purpose_refused.send("mail", recipient=refusal.recipient, purpose=refusal.purpose)
