"""A message's context on its way through the outbox: JSON that keeps dates, sealed for its row."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from core import crypto


def seal(context: dict[str, Any], message_id: str) -> bytes:
    """Return `context` sealed for the message with this id; dates and moments stay what they are."""
    text = json.dumps(context, default=_packed, ensure_ascii=False, separators=(",", ":"))
    return crypto.keyring().seal(text, _place(message_id))


def unseal(sealed: bytes, message_id: str) -> dict[str, Any]:
    """Return the context sealed for this message; raises SealBrokenError."""
    return json.loads(crypto.keyring().open(sealed, _place(message_id)), object_hook=_unpacked)


def _place(message_id: str) -> str:
    return f"mail_outbox.context:{message_id}"


def _packed(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$day": value.isoformat()}
    # A lazy string would freeze in the language of whoever caused the message: words belong into the template.
    raise TypeError(f"{type(value).__name__} cannot wait in the outbox")


def _unpacked(value: dict[str, Any]) -> Any:
    if "$moment" in value:
        return dt.datetime.fromisoformat(value["$moment"])
    if "$day" in value:
        return dt.date.fromisoformat(value["$day"])
    return value
