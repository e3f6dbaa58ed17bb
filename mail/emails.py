"""The one message of this room's own."""

from __future__ import annotations

import datetime as dt

from core import clock, config
from mail.registry import Mail, message


def _link() -> str:
    return f"{config.settings().base_url}/staff/messages/failures"


@message("bounce_notice", sample=lambda: {"day": dt.date(2026, 3, 2), "link": _link()})
def bounce_notice(recipient: str, day: dt.date) -> Mail:
    """Tell whoever looks after the panel that addresses turned out not to work: once a day, however many."""
    # A campaign's bounces come in together: the notice waits until the first wave is over.
    later = clock.now() + dt.timedelta(minutes=30)
    return Mail(recipient, {"day": day, "link": _link()}, key=f"bounce_notice:{day.isoformat()}", not_before=later)
