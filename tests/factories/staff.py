"""Members of staff for tests."""

from __future__ import annotations

import itertools

from flask.testing import FlaskClient

from accounts.models import Staff, StaffRole
from accounts.services import sessions
from core import clock
from core.database import db

_numbers = itertools.count(1)


def make_staff(*roles: str, **values: object) -> Staff:
    """Return a committed member of staff with `roles`, as `translator:cy` for a language."""
    number = next(_numbers)
    defaults = {"name": f"Staff Person {number}", "email": f"staff{number}@example.org", "created_at": clock.now()}
    person = Staff(**(defaults | values))
    for role in roles:
        name, _, language = role.partition(":")
        person.roles.append(StaffRole(role=name, language=language))
    db.session.add(person)
    db.session.commit()
    return person


def sign_in(client: FlaskClient, *roles: str, **values: object) -> Staff:
    """Return a new member of staff with `roles`, signed in on `client` with a real session row."""
    person = make_staff(*roles, **values)
    sign_in_as(client, person)
    return person


def sign_in_as(client: FlaskClient, person: Staff) -> str:
    """Sign `person` in on `client` and return the session's token."""
    token = sessions.start(person, "Test browser")
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["staff_token"] = token
        cookie["staff_seen"] = int(clock.now().timestamp())
    return token
