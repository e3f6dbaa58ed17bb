"""Walking through the pages of joining as a person would."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from mail.models import OutboxMessage
from mail.sealing import unseal

#: What somebody answers on each page who says as little as they can.
SHORT: dict[str, dict[str, Any]] = {
    "age": {"old_enough": "yes"},
    "contact": {"route": "email"},
    "email": {"email": "asha@example.org"},
    "name": {"name": "Asha Patel"},
    "postcode": {"postcode": ""},
    "equality": {"equality": "no"},
    "formats": {"formats": "none"},
    "support": {"support": "none"},
    "language": {"language": "en"},
    "agree-panel": {"agree": "yes"},
    "agree-newsletter": {"agree": "yes"},
    "agree-research-contact": {"agree": "no"},
}


def walk(client: Any, answers: dict[str, dict[str, Any]], *, until: str = "check") -> str:
    """Begin joining and answer page after page; return the address of the page where it stops."""
    response = client.submit("/join")
    while True:
        slug = response.request.path.rpartition("/")[2]
        if slug == until or slug not in answers:
            return response.request.path
        response = client.submit(response.request.path, **answers[slug])


def first_area(client: Any) -> str:
    """Return the value of the first area offered."""
    page = client.get("/join/area").page
    return next(i.get("value") for i in page.all("input", type="radio", name="area"))


def join(client: Any, **changes: dict[str, Any]) -> Any:
    """Join with SHORT answers, some replaced, at a person's pace; return the last response."""
    answers = SHORT | {slug.replace("_", "-"): answer for slug, answer in changes.items()}
    begin = clock.now()
    place = walk(client, answers)
    if place == "/join/area":
        answers["area"] = {"area": first_area(client)}
        client.submit("/join/area", **answers["area"])
        place = go_on(client, answers)
    assert place == "/join/check", place
    with clock.stopped_at(begin + dt.timedelta(minutes=5)):
        return send(client)


def go_on(client: Any, answers: dict[str, dict[str, Any]]) -> str:
    """Answer the pages that wait; return where it stops."""
    response = client.get("/join/check", follow_redirects=True)
    while (slug := response.request.path.rpartition("/")[2]) in answers:
        response = client.submit(response.request.path, **answers[slug])
    return response.request.path


def send(client: Any) -> Any:
    """Press the button under the answers."""
    page = client.get("/join/check").page
    form = next(f for f in page.one("main").iter("form") if f.get("action") is None)
    values = {i.get("name"): i.get("value", "") for i in form.iter("input")}
    return client.post("/join/check", data=values, follow_redirects=True)


def messages(kind: str | None = None) -> list[OutboxMessage]:
    """Return what lies in the outbox, oldest first."""
    query = sa.select(OutboxMessage).order_by(OutboxMessage.id)
    return list(db.session.scalars(query if kind is None else query.where(OutboxMessage.kind == kind)))


def link_in(message: OutboxMessage) -> str:
    """Return the path of the link a message holds."""
    assert message.context is not None
    context = unseal(message.context, message.message_id)
    return context["link"].removeprefix("http://localhost")
