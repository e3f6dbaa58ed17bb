"""What this room does when the mail room tells it something. Receivers do not commit."""

from __future__ import annotations

from typing import Any

from core import audit
from core.database import db
from mail import signals
from panel import recipients
from panel.models import Member, MemberState
from panel.services import consents, membership


def on_bounce(sender: Any, recipient: str, **told: Any) -> None:
    """List a member whose address does not work for the panel manager: it bounced for good, or too often to go on."""
    member_id = recipients.member_id_of(recipient)
    if member_id is not None:
        membership.mark_unreachable(member_id)


def on_refusal(sender: Any, recipient: str, purpose: str, **told: Any) -> bool:
    """Take a consent back when somebody used the link in a message; return whether that changed anything.

    Who wants no more invitations is given a break without an end: they are asked nothing, and nothing of theirs is
    erased by one press of a button. Leaving has a page of its own.
    """
    member_id = recipients.member_id_of(recipient)
    member = db.session.get(Member, member_id) if member_id is not None else None
    if member is None:
        return False
    with audit.acting_as(f"member:{member.id}"):
        if purpose != "panel":
            return consents.withdraw(member.id, purpose, language=member.language, how="unsubscribe_link")
        if member.state != MemberState.ACTIVE:
            return False
        membership.pause(member, None)
        return True


def connect() -> None:
    """Listen."""
    signals.address_bounced.connect(on_bounce)
    signals.purpose_refused.connect(on_refusal)
