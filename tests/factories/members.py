"""People on the panel, confirmed and reachable unless a test says otherwise."""

from __future__ import annotations

import itertools
from typing import Any

from flask.testing import FlaskClient

from core import clock
from core.database import db
from panel import contact, profiles
from panel.models import Area, Member, MemberState
from panel.services import consents, sessions

_numbers = itertools.count(1)


def sign_in_member(client: FlaskClient, member: Member) -> None:
    """Sign `member` in on `client` with a real session row."""
    token = sessions.begin_session(member.id)
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["member_token"] = token
        cookie["member_seen"] = int(clock.now().timestamp())


def make_member(
    *,
    name: str = "Asha Patel",
    email: str | None = "",
    phone: str | None = None,
    address: str | None = None,
    route: str = "email",
    language: str = "en",
    state: str = MemberState.ACTIVE,
    area: Area | None = None,
    consents_given: tuple[str, ...] = ("panel", "newsletter"),
    answers: dict[str, Any] | None = None,
    **columns: Any,
) -> Member:
    """Return a committed member. `email=""` makes a fresh address, None none; `answers` are equality answers by key,
    such as {"sex": {"value": "female"}, "date_of_birth": {"year": 1980}}."""
    if email == "":
        email = f"person{next(_numbers)}@example.org" if route == "email" else None
    member = Member(
        seal_id=columns.pop("seal_id", None) or contact.new_seal_id(),
        state=state,
        route=route,
        language=language,
        area_id=area.id if area else None,
        applied_at=columns.pop("applied_at", clock.now()),
        confirmed_at=None if state == MemberState.APPLIED else clock.now(),
        **columns,
    )
    contact.seal_contact(member, name=name, email=email, phone=phone, address=address)
    db.session.add(member)
    db.session.flush()
    for purpose in consents_given:
        consents.record(member.id, purpose, True, language=language, how="online")
    if answers is not None:
        profiles.save(member, answers)
    db.session.commit()
    return member
