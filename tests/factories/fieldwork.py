"""Fieldwork with people invited to it, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core import clock
from core.database import db
from surveys import links
from surveys.models import Fieldwork, Kind, Participation, SurveyVersion
from tests.factories.surveys import make_fieldwork


def make_open_fieldwork(version: SurveyVersion | None = None, kind: str = Kind.ANONYMOUS, **changes: Any) -> Fieldwork:
    """Return open fieldwork with the keys that releasing it would have made."""
    fieldwork = make_fieldwork(version, kind, **changes)
    fieldwork.link_key = links.seal_key(fieldwork, "link_key", links.new_key())
    db.session.commit()
    return fieldwork


def invite(fieldwork: Fieldwork, members: Iterable[Any]) -> list[links.Way]:
    """Invite `members` (or their ids) without any message, and return their ways in."""
    way = links.maker(fieldwork)
    ways = []
    for member in members:
        member_id = member if isinstance(member, int) else member.id
        made = way(member_id)
        ways.append(made)
        db.session.add(
            Participation(
                fieldwork_id=fieldwork.id,
                member_id=member_id,
                token_hash=made.token_hash,
                code_index=made.code_index,
                invited_at=clock.now(),
            )
        )
    db.session.commit()
    return ways
