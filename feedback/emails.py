"""The messages of this room: what came of it, to all who took part; and what is due, to those who answer for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

import engagements.queries
import mail.services
from core.errors import N_
from engagements.wording import title_of
from feedback.models import Telling
from mail.registry import Mail, message


def campaign_key(telling_id: Any, attempt: Any) -> Any:
    """Return the key of the messages of one attempt at a telling: a string, or SQL when given columns."""
    if isinstance(telling_id, int):
        return f"outcome:telling:{telling_id}:{attempt}"
    as_text = [sa.cast(part, sa.String) for part in (telling_id, attempt)]
    return sa.literal("outcome:telling:") + as_text[0] + sa.literal(":") + as_text[1]


def prepare_campaigns(telling: Telling, attempts: Iterable[int]) -> None:
    """Make sure that staff can follow each attempt as a campaign."""
    title = title_of(engagements.queries.get_engagement(telling.engagement_id))
    for attempt in sorted(attempts):
        mail.services.ensure_campaign(campaign_key(telling.id, attempt), title, "outcome")


def _outcome_sample() -> dict[str, Any]:
    return {
        "telling_id": 0,
        "content": {
            "title": "Getting a GP appointment",
            "link": "https://panel.example.org/you-said-we-did/getting-a-gp-appointment",
            "contact_name": "Sam Taylor",
            "contact_email": "sam.taylor@example.org",
            "contact_phone": "0116 000 0000",
            "language": "en",
            "items": [
                {
                    "heard": "Ringing at 8 in the morning is hard for people who work.",
                    "share": 0.62,
                    "answer": N_("We did this"),
                    "response": "Every practice now takes requests online until 6 in the evening.",
                    "why": "",
                    "do_by": None,
                    "language": "en",
                },
                {
                    "heard": "You want to see the same doctor each time.",
                    "share": None,
                    "answer": N_("We will not do this"),
                    "response": "We cannot promise the same doctor each time.",
                    "why": "Too few doctors work full time.",
                    "do_by": None,
                    "language": "en",
                },
            ],
        },
    }


# No purpose to agree to and nothing to refuse: telling people what came of what they said is owed to each of them.
@message("outcome", sample=_outcome_sample)
def outcome(telling_id: int, member_id: int, attempt: int = 1) -> Mail:
    """Tell one participant what came of it. The words are looked up when it is sent, once for all readers."""
    return Mail(f"member:{member_id}", {"telling_id": telling_id}, key=campaign_key(telling_id, attempt))


def _reminder_sample() -> dict[str, Any]:
    item = {"title": "Getting a GP appointment", "link": "https://panel.example.org/staff/engagements/1/outcomes"}
    return {
        "escalated": False,
        "link": "https://panel.example.org/staff/loop",
        "items": [
            {**item, "heard": "You want to book online.", "due_on": "2026-03-03", "days": -5},
            {**item, "heard": "You want to see a nurse.", "due_on": "2026-03-15", "days": 7},
        ],
    }


@message("owner_reminder", sample=_reminder_sample)
def owner_reminder(staff_id: int, day: dt.date, items: list[dict[str, Any]], link: str, escalated: bool) -> Mail:
    """Remind a member of staff of outcomes due soon or overdue: their own, or (escalated) those of their colleagues."""
    kind = "escalated" if escalated else "own"
    context = {"items": items, "escalated": escalated, "link": link}
    return Mail(f"staff:{staff_id}", context, key=f"owner_reminder:{kind}:{day.isoformat()}")
