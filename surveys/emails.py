"""The messages of surveys: one short function each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mail.registry import Mail, message
from surveys.queries import fieldwork as fieldworks

_SAMPLE: dict[str, Any] = {
    "titles": {
        "en": "Getting a GP appointment",
        "cy": "Cael apwyntiad meddyg teulu",
        "ar": "الحصول على موعد مع الطبيب",
    },
    "link": "https://panel.example.org/s/sample",
    "code": "7K3M-Q2XV-09BT",
    "resume_link": "https://panel.example.org/resume",
    "closes_at": "2026-03-31T16:00:00+00:00",
    "kind": "anonymous",
    "drawn": True,
    "outcome_link": "https://panel.example.org/you-said-we-did",
}


def _closed(keys: Collection[str]) -> list[str]:
    """Return those of these keys whose fieldwork has closed: nobody is asked to a survey that takes no answers."""
    by_fieldwork: dict[int, list[str]] = {}
    for key in keys:
        _kind, _, rest = key.partition(":fieldwork:")
        number = rest.partition(":")[0]
        if number.isdigit():
            by_fieldwork.setdefault(int(number), []).append(key)
    return [key for fieldwork_id in fieldworks.list_over(by_fieldwork) for key in by_fieldwork[fieldwork_id]]


@message("invitation", purpose="panel", over=_closed, sample=lambda: dict(_SAMPLE))
def invitation(member_id: int, fieldwork_id: int, context: dict[str, Any]) -> Mail:
    """Ask a member to answer."""
    return Mail(f"member:{member_id}", context, key=f"invitation:fieldwork:{fieldwork_id}")


@message("reminder", purpose="panel", over=_closed, sample=lambda: dict(_SAMPLE))
def reminder(member_id: int, fieldwork_id: int, number: str, context: dict[str, Any]) -> Mail:
    """Ask a member again who is not done. `number` tells one reminder of a fieldwork from the next."""
    return Mail(f"member:{member_id}", context, key=f"reminder:fieldwork:{fieldwork_id}:{number}")


@message("thank_you", sample=lambda: dict(_SAMPLE))
def thank_you(member_id: int, fieldwork_id: int, context: dict[str, Any]) -> Mail:
    """Thank a member who is done, and say where the outcome will be."""
    return Mail(f"member:{member_id}", context, key=f"thank_you:fieldwork:{fieldwork_id}")


@message("resume_code", sample=lambda: dict(_SAMPLE))
def resume_code(member_id: int, request_id: str, context: dict[str, Any]) -> Mail:
    """Send a member the code with which they can go on, because they asked for it."""
    return Mail(f"member:{member_id}", context, key=f"resume:{request_id}")
